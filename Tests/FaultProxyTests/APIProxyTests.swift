import Foundation
import Testing

@testable import FaultProxy

/// Proxies by the API, byte for byte.
@Suite(.timeLimit(.minutes(1))) struct APIProxyTests {
    private static func body(
        _ name: String, _ port: Int, isEnabled: Bool = true, more: String = ""
    ) -> String {
        #"{"name":"\#(name)","listen":"127.0.0.1:\#(port)","upstream":"127.0.0.1:9","#
            + #""enabled":\#(isEnabled)\#(more),"toxics":[]}"#
    }

    @Test func theVersionIsJSON() async throws {
        try await withAPI { api in
            let response = try await api.call("GET /version")
            #expect(response.status == 200)
            #expect(response.text == "{\"version\": \"2.12.0+fault-proxy.0.1.0\"}\n")
            #expect(response.headers["Content-Type"] == "application/json;charset=utf-8")
        }
    }

    @Test func aProxyIsCreatedAndShown() async throws {
        try await withAPI { api in
            let created = try await api.call(
                "POST /proxies", #"{"name":"p","upstream":"127.0.0.1:9","unknown":1}"#)
            #expect(created.status == 201)
            #expect(created.headers["Content-Type"] == "application/json")
            let address = try JSONReader.value(of: created.body)["listen"].string
            let port = try #require(ListenAddress(address)).port
            #expect(created.text == Self.body("p", port))
            let shown = try await api.call("GET /proxies/p")
            #expect(shown.status == 200)
            #expect(shown.text == created.text)
            #expect(RawConnection(port: port) != nil)
        }
    }

    @Test func allProxiesAreShownInTheOrderOfTheirNames() async throws {
        try await withAPI { api in
            #expect(try await api.call("GET /proxies").text == "{}")
            let (b, a) = (try await api.create("b"), try await api.create("a"))
            let list = try await api.call("GET /proxies")
            #expect(list.text == #"{"a":\#(Self.body("a", a)),"b":\#(Self.body("b", b))}"#)
        }
    }

    @Test func aNameMayHaveAnyCharacters() async throws {
        try await withAPI { api in
            try await api.create("a b<c>é")
            let shown = try await api.call("GET /proxies/a%20b%3Cc%3E%C3%A9")
            #expect(shown.status == 200)
            #expect(shown.text.hasPrefix(#"{"name":"a b\u003cc\u003eé","#))
        }
    }

    @Test(arguments: ["a%2Fb", "a%252Fb", "nul%00", "..", "%E2%80%AE", "%0A"])
    func whateverItsNameAProxyCanBeDeleted(_ name: String) async throws {
        try await withAPI { api in
            let text = try #require(name.removingPercentEncoding)
            let body = JSON.object([
                JSON.Member(name: "name", value: .string(text)),
                JSON.Member(name: "upstream", value: .string("127.0.0.1:9")),
            ])
            try await api.done("POST /proxies", String(decoding: body.bytes, as: UTF8.self))
            try await api.done("POST /proxies/\(name)/toxics", #"{"type":"noop"}"#)
            try await api.done("DELETE /proxies/\(name)/toxics/noop_downstream")
            try await api.done("DELETE /proxies/\(name)")
            #expect(try await api.call("GET /proxies").text == "{}")
        }
    }

    /// It goes on as it was, with its toxics and leases, though its connections are closed.
    @Test(arguments: [true, false])
    func aProxyThatCannotListenWhereItIsToGoesOnAsBefore(_ isEnabled: Bool) async throws {
        try await withAPI { api in
            let (port, taken) = (try await api.create(), try await api.create("q"))
            try await api.done("POST /proxies/p/toxics", #"{"type":"noop","lease_ms":60000}"#)
            try await api.done("PATCH /proxies/p", #"{"enabled":\#(isEnabled)}"#)
            let before = try await api.call("GET /proxies/p").text
            let refused = try await api.call(
                "PATCH /proxies/p", #"{"listen":"127.0.0.1:\#(taken)","enabled":true}"#)
            #expect(refused.status == 500)
            #expect(refused.text.contains("address already in use"))
            #expect(try await api.call("GET /proxies/p").text == before)
            #expect((RawConnection(port: port) != nil) == isEnabled)
            let told = api.reports.all.first { $0.contains("cannot be changed: listen tcp") }
            #expect(told != nil, "\(api.reports.all)")
            let faults = try await api.done("GET /proxies/p/counts")["faults_in_force"].int
            #expect(faults == (isEnabled ? 1 : 0))
            let leases = try await api.done("GET /leases").elements
            #expect(leases.map { $0["state"].string } == ["held"])
            try await api.done("PATCH /proxies/p", #"{"enabled":true}"#)
            #expect(RawConnection(port: port) != nil)
        }
    }

    @Test func aProxyThatIsCreatedDisabledDoesNotListen() async throws {
        try await withAPI { api in
            let port = try RawConnection.freePort()
            let created = try await api.call(
                "POST /proxies",
                #"{"name":"p","listen":"127.0.0.1:\#(port)","upstream":"127.0.0.1:9","#
                    + #""enabled":false}"#)
            #expect(created.text == Self.body("p", port, isEnabled: false))
            #expect(RawConnection(port: port) == nil)
            try await api.done("PATCH /proxies/p", #"{"enabled":true}"#)
            #expect(RawConnection(port: port) != nil)
        }
    }

    @Test(arguments: ["PATCH", "POST"])
    func aProxyIsDisabledAndEnabled(_ method: String) async throws {
        try await withAPI { api in
            let port = try await api.create()
            let disabled = try await api.call("\(method) /proxies/p", #"{"enabled":false}"#)
            #expect(disabled.status == 200)
            #expect(disabled.text == Self.body("p", port, isEnabled: false))
            #expect(RawConnection(port: port) == nil)
            // Nothing is asked for, and nothing changes.
            let same = try await api.call("\(method) /proxies/p", "{}")
            #expect(same.text == disabled.text)
            let enabled = try await api.call(
                "\(method) /proxies/p", #"{"enabled":true,"name":"other"}"#)
            #expect(enabled.text == Self.body("p", port))
            #expect(RawConnection(port: port) != nil)
        }
    }

    @Test func anotherAddressStartsTheProxyAnewWithItsToxics() async throws {
        try await withAPI { api in
            let first = try await api.create()
            try await api.done("POST /proxies/p/toxics", #"{"type":"noop"}"#)
            try await api.done("POST /proxies/p/toxics", #"{"type":"down"}"#)
            let second = try RawConnection.freePort()
            let moved = try await api.done(
                "PATCH /proxies/p", #"{"listen":"127.0.0.1:\#(second)"}"#)
            #expect(moved["listen"].string == "127.0.0.1:\(second)")
            let names = moved["toxics"].elements.map { $0["name"].string }
            #expect(names == ["noop_downstream", "down_downstream"])
            // The toxic is in force there too.
            #expect(RawConnection(port: first) == nil)
            #expect(RawConnection(port: second) == nil)
            try await api.done("DELETE /proxies/p/toxics/down_downstream")
            #expect(RawConnection(port: second) != nil)
        }
    }

    @Test func aNameForItsAddressIsNoChange() async throws {
        try await withAPI { api in
            let port = try await api.create()
            let connection = try #require(RawConnection(port: port))
            try await api.done("PATCH /proxies/p", #"{"listen":"localhost:\#(port)"}"#)
            #expect(api.reports.all.count { $0.contains("listens") } == 1)
            withExtendedLifetime(connection) {}
        }
    }

    @Test func aDeletedProxyIsGone() async throws {
        try await withAPI { api in
            let port = try await api.create()
            let deleted = try await api.call("DELETE /proxies/p")
            #expect(deleted.status == 204)
            #expect(deleted.body.isEmpty)
            #expect(RawConnection(port: port) == nil)
            #expect(try await api.call("GET /proxies/p").status == 404)
            try await api.create()
        }
    }

    @Test func aResetEnablesEveryProxyAndTakesToxicsAway() async throws {
        try await withAPI { api in
            let port = try await api.create()
            try await api.done("POST /proxies/p/toxics", #"{"type":"down"}"#)
            try await api.done("PATCH /proxies/p", #"{"enabled":false}"#)
            try await api.done(
                "POST /proxies",
                #"{"name":"q","listen":"127.0.0.1:0","upstream":"127.0.0.1:9","enabled":false}"#)
            let reset = try await api.call("POST /reset")
            #expect(reset.status == 204)
            #expect(try await api.call("GET /proxies/p").text == Self.body("p", port))
            let other = try await api.done("GET /proxies/q")
            #expect(other["enabled"] == .bool(true))
            #expect(RawConnection(port: port) != nil)
        }
    }

    @Test func aListCreatesReplacesAndLeavesAlone() async throws {
        try await withAPI { api in
            let port = try await api.create()
            try await api.done("POST /proxies/p/toxics", #"{"type":"noop"}"#)
            try await api.done("PATCH /proxies/p", #"{"enabled":false}"#)
            try await api.create("q")
            let list =
                #"[{"name":"p","listen":"127.0.0.1:\#(port)","upstream":"127.0.0.1:9","#
                + #""toxics":[]},"#
                + #"{"name":"q","listen":"127.0.0.1:0","upstream":"127.0.0.1:10"},"#
                + #"{"name":"r","listen":"127.0.0.1:0","upstream":"127.0.0.1:9","enabled":false}]"#
            let answer = try await api.call("POST /populate", list)
            #expect(answer.status == 201)
            let proxies = try JSONReader.value(of: answer.body)["proxies"].elements
            #expect(proxies.map { $0["name"].string } == ["p", "q", "r"])
            // The first is as it was, though it is disabled and has a toxic.
            #expect(proxies.map { $0["enabled"] } == [.bool(false), .bool(true), .bool(false)])
            #expect(proxies.map { $0["toxics"].elements.count } == [1, 0, 0])
            #expect(proxies[1]["upstream"].string == "127.0.0.1:10")
        }
    }

    @Test func anEmptyListIsAnsweredAsGoAnswersIt() async throws {
        try await withAPI { api in
            let answer = try await api.call("POST /populate", "[]")
            #expect(answer.status == 201)
            #expect(answer.text == #"{"proxies":null}"#)
        }
    }

    @Test func whatDiffersFromToxiproxyIsShownOnlyWhereItIsUsed() async throws {
        try await withAPI { api in
            let created = try await api.call(
                "POST /proxies",
                #"{"name":"p","listen":"127.0.0.1:0","upstream":"127.0.0.1:9","speaks":"http","#
                    + #""sign_access_key_id":"AK","sign_secret_access_key":"a-secret","#
                    + #""sign_region":"auto"}"#)
            let address = try JSONReader.value(of: created.body)["listen"].string
            let port = try #require(ListenAddress(address)).port
            let more = #","speaks":"http","sign_access_key_id":"AK","sign_region":"auto""#
            #expect(created.text == Self.body("p", port, more: more))
            let everything = try await api.call("GET /proxies").text + api.reports.all.joined()
            #expect(!everything.contains("a-secret"))
        }
    }

    /// Each change waits for the one before it, and reading waits for none.
    @Test func manyChangesAtOnceEndInOneOrder() async throws {
        try await withAPI { api in
            try await api.create()
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        try await api.call(
                            "PATCH /proxies/p", #"{"enabled":\#(number % 2 == 0)}"#
                        ).status
                    }
                    group.addTask { try await api.call("GET /proxies").status }
                }
                for try await status in group { #expect(status == 200) }
            }
            try await api.done("PATCH /proxies/p", #"{"enabled":true}"#)
            #expect(try await api.done("GET /proxies/p/counts")["faults_in_force"].int == 0)
        }
    }

    /// Two suites of tests that begin at once, and one that ends.
    @Test func aListIsAppliedWhileOthersApplyItOrDeleteWhatItMakes() async throws {
        try await withAPI { api in
            var ports: [Int] = []
            for _ in 0..<3 { ports.append(try RawConnection.freePort()) }
            let proxies = ports.enumerated().map {
                #"{"name":"\#($0.offset)","listen":"127.0.0.1:\#($0.element)","#
                    + #""upstream":"127.0.0.1:9"}"#
            }
            let list = "[\(proxies.joined(separator: ","))]"
            for _ in 0..<5 {
                try await withThrowingTaskGroup(of: String?.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            let answer = try await api.call("POST /populate", list)
                            return answer.status == 201 ? nil : answer.text
                        }
                    }
                    group.addTask {
                        let deleted = try await api.call("DELETE /proxies/1")
                        return [204, 404].contains(deleted.status) ? nil : deleted.text
                    }
                    for try await failure in group { #expect(failure == nil) }
                }
            }
            try await api.done("POST /populate", list)
            for port in ports { #expect(RawConnection(port: port) != nil) }
        }
    }

    @Test func twoOfOneNameAtOnceAreOne() async throws {
        try await withAPI { api in
            let body = #"{"name":"p","listen":"127.0.0.1:0","upstream":"127.0.0.1:9"}"#
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await api.call("POST /proxies", body).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [201] + [Int](repeating: 409, count: 7))
        }
    }
}
