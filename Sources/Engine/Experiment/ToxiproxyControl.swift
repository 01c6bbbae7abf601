internal import ChaosToolkit
internal import DRTesting
internal import Wire

/// What an experiment changes at a Toxiproxy, or at a fault proxy, which speaks its language.
///
/// It knows what was there before, so that the end of the run gives it back: toxics outlive an
/// experiment otherwise, unless a rollback removes them. A fault proxy holds each fault only for as
/// long as it is told so once a second; for a Toxiproxy the watchdog knows what to remove.
actor ToxiproxyControl {
    private static let lease: Duration = .seconds(5)
    private static let renewalPause: Duration = .seconds(1)

    private let client: FaultProxyClient
    private let changes: OutsideChanges?
    /// The header that lets the watchdog in, if the proxy asks for one: the token by its name.
    private let authorization: [NamedValue]
    /// All proxies, as they were before the first change.
    private var before: JSONObject?
    private var touched: Set<String> = []
    /// By what they hold: the path of a toxic, or of a proxy that is switched off.
    private var leases: [String: String] = [:]
    private var hasLeases: Bool?
    private var renewal: Task<Void, Never>?
    private var planned: [String] = []
    /// Faults that ended before the experiment ended them.
    private(set) var lost: [String] = []

    /// - Parameter changes: `nil`: nobody undoes anything if this process dies.
    init(_ client: FaultProxyClient, changes: OutsideChanges?, authorization: [NamedValue]) {
        (self.client, self.changes) = (client, changes)
        self.authorization = authorization
    }

    func perform(
        _ call: ToxiproxyCall
    ) async throws -> (value: JSONValue, variable: (name: String, value: String)?) {
        if call.method == "GET" {
            let answer = try await client.call(call.method, call.path, call.body)
            return try call.output(status: answer.status, body: answer.body)
        }
        let known = try await remember(call)
        var (method, body) = (call.method, call.body)
        if call.beginsFault, try await knowsLeases() {
            var members = body?.objectValue ?? JSONObject()
            members["lease_ms"] = .int(Int(Self.lease.milliseconds))
            body = .object(members)
            if call.change != .addToxic { method = "PATCH" }
        } else if let undo = call.undo(known, at: client.url, authorization) {
            try await arm(undo)
        }
        forgetLeases(endedBy: call)
        let answer = try await client.call(method, call.path, body)
        if let id = answer.body["lease"]?["id"]?.pythonString { keep(id, for: call.subjectPath) }
        return try call.output(status: answer.status, body: answer.body)
    }

    /// - Returns: the proxies as they were before the first change.
    private func remember(_ call: ToxiproxyCall) async throws -> JSONObject {
        let known: JSONObject
        if let before {
            known = before
        } else {
            let answer = try await client.demand("GET", "/proxies")
            known = answer.body.objectValue ?? JSONObject()
            before = known
        }
        if call.change == .reset {
            touched.formUnion(known.keys)
        } else if let name = call.proxyName(among: known.keys + touched) {
            touched.insert(name)
        }
        return known
    }

    private func arm(_ undo: HTTPCall) async throws {
        guard let changes else { return }
        planned.append(try await changes.plan(.http(undo), undo: .http(undo)))
    }

    // MARK: Leases

    private func knowsLeases() async throws -> Bool {
        if let hasLeases { return hasLeases }
        let known = try await client.call("GET", "/leases").status == 200
        hasLeases = known
        return known
    }

    private func keep(_ id: String, for path: String) {
        leases[path] = id
        if renewal != nil { return }
        renewal = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.renewalPause)
                if !Task.isCancelled { await renew() }
            }
        }
    }

    private func renew() async {
        let body: JSONValue = ["lease_ms": .int(Int(Self.lease.milliseconds))]
        for (path, id) in leases {
            let answer = try? await client.call(
                "POST", "/leases/\(FaultProxyClient.escaped(id))/renew", body)
            // Without an answer the next try tells. It may have been ended on purpose meanwhile.
            guard let status = answer?.status, status == 404 || status == 409,
                leases[path] == id
            else { continue }
            leases[path] = nil
            lost.append(path)
        }
    }

    private func forgetLeases(endedBy call: ToxiproxyCall) {
        switch call.change {
        case .reset: leases = [:]
        case .removeToxic: leases[call.path] = nil
        case .removeProxy: leases = leases.filter { !"\($0.key)/".hasPrefix(call.path + "/") }
        case .changeProxy: leases[call.path] = nil
        case .addProxy, .addToxic: break
        }
    }

    // MARK: The end

    /// Gives everything back as it was.
    ///
    /// - Returns: what was done, in words.
    /// - Throws: `FaultProxyCallError`, if something may still be in force.
    func restore() async throws -> String {
        renewal?.cancel()
        guard let before, !touched.isEmpty else { return "nothing was left to remove" }
        let now = try await client.demand("GET", "/proxies").body.objectValue ?? JSONObject()
        let calls = touched.sorted().flatMap {
            ProxyDifference(name: $0, before: before[$0], now: now[$0]).calls
        }
        for call in calls {
            do {
                _ = try await client.demand(call.method, call.path, call.body)
            } catch let error as FaultProxyCallError where error.status == 404 {
                // What was to be removed has gone by itself.
                if call.method != "DELETE" { throw error }
            }
        }
        leases = [:]
        for id in planned {
            await changes?.noteUndone(id, isDone: true, detail: "given back as it was")
        }
        planned = []
        if calls.isEmpty { return "everything was as before" }
        return calls.map { "\($0.method) \($0.path)" }.joined(separator: ", ")
    }

    func shutdown() async {
        renewal?.cancel()
        await client.shutdown()
    }
}
