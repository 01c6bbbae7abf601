/// Toxiproxy's HTTP API, and beside it leases and what the proxies have seen.
struct ControlAPI: Sendable {
    let registry: ProxyRegistry
    /// Asked for on every route but `/version`; `nil` if anybody may do everything.
    let token: String?
    let hasMetrics: Bool
    /// Of the program.
    let version: String

    /// The release of Toxiproxy whose API this is.
    static let toxiproxyVersion = "2.12.0"

    func respond(to request: ControlRequest) async -> ControlResponse {
        guard let route = ControlRoute(path: request.path), route != .metrics || hasMetrics else {
            return .pageNotFound
        }
        guard route.methods.contains(request.method) else { return .methodNotAllowed }
        var generator = SystemRandomNumberGenerator()
        let id = String(generator.next(), radix: 16)
        return await routed(request, to: route).with("X-Toxiproxy-Request-Id", id)
    }

    private func routed(
        _ request: ControlRequest, to route: ControlRoute
    ) async -> ControlResponse {
        if request.agent.hasPrefix("Mozilla/") { return .agentNotAllowed }
        guard route == .version || isAllowed(request.authorization) else {
            return ControlResponse(
                ControlError(401, "Authorization: Bearer, with the token of this proxy, is needed"))
        }
        do {
            return try await answer(request, at: route)
        } catch {
            return ControlResponse(ControlError(error))
        }
    }

    /// Takes as long for a wrong token as for the right one of its length.
    private func isAllowed(_ authorization: String?) -> Bool {
        guard let token else { return true }
        let words = (authorization ?? "").split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { return false }
        let (given, expected) = (Array(words[1].utf8), Array(token.utf8))
        guard given.count == expected.count else { return false }
        return zip(given, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private func answer(
        _ request: ControlRequest, at route: ControlRoute
    ) async throws -> ControlResponse {
        switch route {
        case .version:
            return ControlResponse(
                "{\"version\": \"\(Self.toxiproxyVersion)+fault-proxy.\(version)\"}\n",
                type: "application/json;charset=utf-8")
        case .metrics:
            return ControlResponse(
                await MetricsText(registry, version: version).text,
                type: "text/plain; version=0.0.4; charset=utf-8")
        case .reset:
            try await registry.reset()
            return .noContent
        case .populate: return await populate(request)
        case .proxies: return try await proxies(request)
        case .proxy(let name): return try await proxy(name, request)
        case .toxics(let proxy): return try await toxics(of: proxy, request)
        case .toxic(let name, let proxy): return try await toxic(name, of: proxy, request)
        case .counts(let proxy): return try await counts(of: proxy, request)
        case .arrivals(let proxy): return try await arrivals(at: proxy, request)
        case .operations(let proxy): return try await operations(of: proxy, request)
        case .leases: return ControlResponse(.array(await registry.leases()))
        case .lease(let id): return try await lease(id, request)
        case .renewal(let id): return try await renew(id, request)
        }
    }

    // MARK: Proxies

    private func proxies(_ request: ControlRequest) async throws -> ControlResponse {
        if request.method == "POST" {
            let body = try request.json
            let proxy = try await registry.create(body)
            return ControlResponse(await proxy.json, status: 201)
        }
        var members: [JSON.Member] = []
        for proxy in await registry.all {
            members.append(JSON.Member(name: proxy.name, value: await proxy.json))
        }
        return ControlResponse(.object(members))
    }

    /// Its errors are JSON and called so, and the list is `null` if there is nothing in it.
    private func populate(_ request: ControlRequest) async -> ControlResponse {
        let outcome: (proxies: [NamedProxy], error: ControlError?)
        do {
            let body = try request.json
            outcome = await registry.populate(body)
        } catch {
            outcome = ([], ControlError(error))
        }
        var list: [JSON] = []
        for proxy in outcome.proxies { list.append(await proxy.json) }
        let proxies = JSON.Member(name: "proxies", value: list.isEmpty ? .null : .array(list))
        guard let error = outcome.error else {
            return ControlResponse(.object([proxies]), status: 201)
        }
        return ControlResponse(
            .object([
                JSON.Member(name: "error", value: .string(error.description)),
                JSON.Member(name: "status", value: .integer(error.status)), proxies,
            ]), status: error.status)
    }

    private func proxy(
        _ name: String, _ request: ControlRequest
    ) async throws -> ControlResponse {
        let proxy = try await registry.proxy(name)
        switch request.method {
        case "GET": return ControlResponse(await proxy.json)
        case "DELETE":
            try await registry.delete(name)
            return .noContent
        default:
            let body = try request.json
            let lease = try await proxy.inTurn { try await $0.update(body) }
            return ControlResponse(.object(await proxy.members + Self.members(of: lease)))
        }
    }

    /// What is added to an answer if a lease was asked for.
    private static func members(of lease: LeaseRecord?) -> [JSON.Member] {
        lease.map { [JSON.Member(name: "lease", value: $0.grant)] } ?? []
    }

    // MARK: Toxics

    private func toxics(
        of name: String, _ request: ControlRequest
    ) async throws -> ControlResponse {
        let proxy = try await registry.proxy(name)
        guard request.method == "POST" else {
            return ControlResponse(.array(await proxy.ordered.map(\.toxic.json)))
        }
        let body = try request.json
        let added = try await registry.addToxic(body, to: name)
        return ControlResponse(.object(added.toxic.members + Self.members(of: added.lease)))
    }

    private func toxic(
        _ name: String, of proxyName: String, _ request: ControlRequest
    ) async throws -> ControlResponse {
        let proxy = try await registry.proxy(proxyName)
        guard let toxic = await proxy.toxic(name) else { throw ControlError.toxicNotFound }
        switch request.method {
        case "GET": return ControlResponse(.object(toxic.members))
        case "DELETE":
            try await proxy.inTurn { try await $0.remove(name) }
            return .noContent
        default:
            let body = try request.json
            let changed = try await proxy.inTurn { try await $0.update(name, body) }
            return ControlResponse(.object(changed.members))
        }
    }
}
