import Testing

@testable import FaultProxy

/// Toxics and disabled proxies that end by themselves.
@Suite(.timeLimit(.minutes(1))) struct APILeaseTests {
    @Test func aToxicWithALeaseSaysSoAndEndsByItself() async throws {
        try await withStorage { api, port in
            let added = try await api.done(
                "POST /proxies/p/toxics", #"{"type":"s3_status","name":"t","lease_ms":400}"#)
            #expect(added.names == ["attributes", "name", "type", "stream", "toxicity", "lease"])
            let lease = added["lease"]
            #expect(lease.names == ["id", "lease_ms", "began_ns", "effective_ns"])
            #expect(lease["lease_ms"].int == 400)
            #expect(lease["began_ns"].int <= lease["effective_ns"].int)
            #expect(try await exchange("GET /bucket/a", port: port).status == 503)
            let held = try await api.done("GET /leases/\(lease["id"].string)")
            #expect(
                held.names == [
                    "id", "proxy", "toxic", "lease_ms", "state", "began_ns", "effective_ns",
                    "ended_ns", "struck",
                ])
            #expect(held["state"].string == "held" && held["ended_ns"] == .null)
            #expect(held["proxy"].string == "p" && held["toxic"].string == "t")
            #expect(held["struck"].int == 1)

            let isGone = try await eventually {
                try await api.call("GET /proxies/p/toxics/t").status == 404
            }
            #expect(isGone)
            let expired = try await api.done("GET /leases/\(lease["id"].string)")
            #expect(expired["state"].string == "expired" && expired["struck"].int == 1)
            let lasted = expired["ended_ns"].int - lease["began_ns"].int
            #expect(lasted >= 390_000_000)
            #expect(try await exchange("GET /bucket/a", port: port).status == 200)
            #expect(api.reports.all.contains("proxy p: toxic t removed: its lease has run out"))
        }
    }

    @Test func aRenewedLeaseHolds() async throws {
        try await withAPI { api in
            try await api.create()
            let id = try await api.lease(#"{"type":"noop","name":"t","lease_ms":300}"#)
            let renewed = try await api.done("POST /leases/\(id)/renew", #"{"lease_ms":60000}"#)
            #expect(renewed["lease_ms"].int == 60_000 && renewed["state"].string == "held")
            try await Task.sleep(for: .milliseconds(600))
            #expect(try await api.call("GET /proxies/p/toxics/t").status == 200)
            // A shorter one counts too.
            try await api.done("POST /leases/\(id)/renew", #"{"lease_ms":50}"#)
            let isGone = try await eventually {
                try await api.call("GET /proxies/p/toxics/t").status == 404
            }
            #expect(isGone)
        }
    }

    @Test func aRenewalWithoutALengthIsAsLongAsBefore() async throws {
        try await withAPI { api in
            try await api.create()
            let id = try await api.lease(#"{"type":"noop","lease_ms":30000}"#)
            let renewed = try await api.done("POST /leases/\(id)/renew")
            #expect(renewed["lease_ms"].int == 30_000)
        }
    }

    @Test func whatHasEndedCannotBeRenewed() async throws {
        try await withAPI { api in
            try await api.create()
            let id = try await api.lease(#"{"type":"noop","lease_ms":30000}"#)
            #expect(try await api.call("DELETE /leases/\(id)").status == 204)
            let renewed = try await api.call("POST /leases/\(id)/renew", "{}")
            #expect(renewed.status == 409)
            #expect(renewed.text == #"{"error":"lease has run out","status":409}"# + "\n")
            #expect(try await api.done("GET /leases/\(id)")["state"].string == "lifted")
            #expect(try await api.call("GET /proxies/p/toxics").text == "[]")
            // Doing so again changes nothing.
            #expect(try await api.call("DELETE /leases/\(id)").status == 204)
        }
    }

    @Test func aProxyThatIsDisabledForATimeIsEnabledAgain() async throws {
        try await withAPI { api in
            let port = try await api.create()
            let disabled = try await api.done(
                "PATCH /proxies/p", #"{"enabled":false,"lease_ms":300}"#)
            #expect(disabled["enabled"] == .bool(false))
            #expect(disabled["lease"].names == ["id", "lease_ms", "began_ns", "effective_ns"])
            #expect(RawConnection(port: port) == nil)
            let id = disabled["lease"]["id"].string
            #expect(try await api.done("GET /leases/\(id)")["toxic"] == .null)
            let isBack = await eventually { RawConnection(port: port) != nil }
            #expect(isBack)
            let isEnabled = try await eventually {
                try await api.done("GET /proxies/p")["enabled"] == .bool(true)
            }
            #expect(isEnabled)
            #expect(try await api.done("GET /leases/\(id)")["state"].string == "expired")
        }
    }

    /// The lease is kept though the server that it held is another one now.
    @Test func aProxyThatMovesWhileItIsDisabledForATimeIsEnabledAgainThere() async throws {
        try await withAPI { api in
            try await api.create()
            try await api.done("PATCH /proxies/p", #"{"enabled":false,"lease_ms":1000}"#)
            let port = try RawConnection.freePort()
            let moved = try await api.done(
                "PATCH /proxies/p", #"{"listen":"127.0.0.1:\#(port)"}"#)
            #expect(moved["enabled"] == .bool(false))
            #expect(RawConnection(port: port) == nil)
            let isBack = await eventually { RawConnection(port: port) != nil }
            #expect(isBack)
        }
    }

    /// A toxic that is put in force anew holds for the rest of its lease, not for a new one.
    @Test func aLeaseGoesOnWhenItsProxyIsStartedAnew() async throws {
        try await withAPI { api in
            try await api.create()
            let id = try await api.lease(#"{"type":"down","name":"t","lease_ms":1500}"#)
            let port = try RawConnection.freePort()
            try await api.done("PATCH /proxies/p", #"{"listen":"127.0.0.1:\#(port)"}"#)
            #expect(RawConnection(port: port) == nil)
            #expect(try await api.done("GET /leases/\(id)")["state"].string == "held")
            let isBack = await eventually { RawConnection(port: port) != nil }
            #expect(isBack)
            #expect(
                try await eventually {
                    try await api.done("GET /leases/\(id)")["state"].string == "expired"
                })
        }
    }

    /// What is put in force anew may run out before it is.
    @Test func aProxyIsStartedAnewWhileItsLeasesRunOut() async throws {
        try await withAPI { api in
            let port = try await api.create()
            for round in 0..<20 {
                for name in ["a", "b"] {
                    let added = try await api.call(
                        "POST /proxies/p/toxics",
                        #"{"type":"latency","name":"\#(name)","lease_ms":\#(30 + round)}"#)
                    // On a machine that is busy it may have run out already.
                    #expect([200, 409].contains(added.status), "\(added.text)")
                }
                for storage in 10..<14 {
                    let moved = try await api.call(
                        "PATCH /proxies/p", #"{"upstream":"127.0.0.1:\#(storage)"}"#)
                    #expect(moved.status == 200, "\(moved.text)")
                }
                let isOver = try await eventually {
                    try await api.call("GET /proxies/p/toxics").text == "[]"
                }
                #expect(isOver)
            }
            #expect(RawConnection(port: port) != nil)
            #expect(try await api.done("GET /proxies/p/counts")["faults_in_force"].int == 0)
        }
    }

    @Test func enablingAProxyEndsItsLease() async throws {
        try await withAPI { api in
            let port = try await api.create()
            let disabled = try await api.done(
                "PATCH /proxies/p", #"{"enabled":false,"lease_ms":60000}"#)
            let id = disabled["lease"]["id"].string
            try await api.done("PATCH /proxies/p", #"{"enabled":true}"#)
            #expect(RawConnection(port: port) != nil)
            #expect(try await api.done("GET /leases/\(id)")["state"].string == "lifted")
        }
    }

    @Test func aNewLeaseTakesThePlaceOfTheOld() async throws {
        try await withAPI { api in
            let port = try await api.create()
            let body = #"{"enabled":false,"lease_ms":60000}"#
            let first = try await api.done("PATCH /proxies/p", body)["lease"]["id"].string
            let second = try await api.done("PATCH /proxies/p", body)["lease"]["id"].string
            #expect(first != second)
            #expect(RawConnection(port: port) == nil)
            #expect(try await api.done("GET /leases/\(first)")["state"].string == "lifted")
            #expect(try await api.done("GET /leases/\(second)")["state"].string == "held")
            #expect(try await api.call("DELETE /leases/\(second)").status == 204)
            #expect(RawConnection(port: port) != nil)
        }
    }

    @Test(arguments: [
        "POST /reset", "DELETE /proxies/p", "DELETE /proxies/p/toxics/t",
    ])
    func whatTakesAToxicAwayEndsItsLease(_ request: String) async throws {
        try await withAPI { api in
            try await api.create()
            let id = try await api.lease(#"{"type":"noop","name":"t","lease_ms":60000}"#)
            #expect(try await api.call(request).status == 204)
            let leases = try await api.done("GET /leases").elements
            #expect(leases.map { $0["id"].string } == [id])
            #expect(leases.map { $0["state"].string } == ["lifted"])
        }
    }

    @Test func withADefaultEverythingEndsAndAnswersStayAsToxiproxysAre() async throws {
        try await withAPI(defaultLease: .milliseconds(300)) { api in
            let port = try await api.create()
            let added = try await api.done("POST /proxies/p/toxics", #"{"type":"noop","name":"t"}"#)
            #expect(added["lease"] == .null)
            let disabled = try await api.done("PATCH /proxies/p", #"{"enabled":false}"#)
            #expect(disabled["lease"] == .null)
            #expect(RawConnection(port: port) == nil)
            let isOver = try await eventually {
                let proxy = try await api.done("GET /proxies/p")
                return proxy["toxics"].elements.isEmpty && proxy["enabled"] == .bool(true)
            }
            #expect(isOver)
            #expect(RawConnection(port: port) != nil)
            // What a body asks for goes before the default.
            let asked = try await api.done(
                "POST /proxies/p/toxics", #"{"type":"noop","lease_ms":60000}"#)
            #expect(asked["lease"]["lease_ms"].int == 60_000)
        }
    }
}

extension ProxyAPI {
    /// Adds a toxic with a lease to the proxy `p`.
    ///
    /// - Returns: the number of the lease.
    fileprivate func lease(_ toxic: String) async throws -> String {
        try await done("POST /proxies/p/toxics", toxic)["lease"]["id"].string
    }
}
