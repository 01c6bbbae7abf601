/// Leases, and what the proxies have seen: what Toxiproxy does not have.
extension ControlAPI {
    // MARK: Leases

    func lease(_ id: String, _ request: ControlRequest) async throws -> ControlResponse {
        if request.method == "DELETE" {
            try await registry.lift(lease: id)
            return .noContent
        }
        return ControlResponse(try await registry.lease(id))
    }

    /// Without a length it is renewed for as long as it was granted for.
    func renew(_ id: String, _ request: ControlRequest) async throws -> ControlResponse {
        var length: Duration?
        if !request.body.isEmpty {
            let fields = try JSONFields(try request.json, of: "Lease")
            if let number = try fields.integer("lease_ms") {
                length = try LeaseLength.length(number)
            }
        }
        return ControlResponse(try await registry.renew(id, length))
    }

    // MARK: What they have seen

    /// All that happened before `now_ns` is counted.
    func counts(of name: String, _ request: ControlRequest) async throws -> ControlResponse {
        let proxy = try await registry.proxy(name)
        let now = Self.now
        let server = await proxy.server
        let counts = server?.counts(of: request.query["agent"]) ?? ProxyCounts()
        let faults = await server?.faultsInForce ?? 0
        let methods = counts.requestsByMethod.sorted { $0.key < $1.key }.map {
            JSON.Member(name: $0.key, value: .integer($0.value))
        }
        return ControlResponse([
            "now_ns": now, "connections": .integer(counts.connections),
            "requests": .integer(counts.requests), "forwarded": .integer(counts.forwarded),
            "answered": .integer(counts.answered), "faulted": .integer(counts.faulted),
            "requests_by_method": .object(methods),
            "faults_in_force": .integer(faults),
        ])
    }

    func arrivals(at name: String, _ request: ControlRequest) async throws -> ControlResponse {
        let proxy = try await registry.proxy(name)
        guard let since = try request.number("since_ns") else {
            throw ControlError(400, "since_ns is missing")
        }
        let until = try request.number("until_ns").map { ProxyClock.instant($0) }
        let methods = request.query["methods"].map { text in
            Set(text.split(separator: ",").map { String($0) })
        }
        let now = Self.now
        let server = await proxy.server
        let count = server?.requests(
            of: request.query["agent"], since: ProxyClock.instant(since), until: until,
            methods: methods)
        return ControlResponse(["now_ns": now, "count": .integer(count ?? 0)])
    }

    func operations(of name: String, _ request: ControlRequest) async throws -> ControlResponse {
        let proxy = try await registry.proxy(name)
        let after = try request.number("after") ?? 0
        let limit = try request.number("limit") ?? 1000
        guard (1...10_000).contains(limit) else {
            throw ControlError(400, "limit is \(limit); accepted: 1 to 10000")
        }
        let now = Self.now
        let page = proxy.journal.page(after: Int(after), limit: Int(limit))
        return ControlResponse([
            "now_ns": now, "oldest": .integer(page.oldest), "newest": .integer(page.newest),
            "operations": .array(page.operations.map { $0.operation.json(number: $0.number) }),
        ])
    }

    private static var now: JSON { .integer(ProxyClock.nanoseconds(of: .now)) }
}
