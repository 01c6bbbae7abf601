/// What the proxies of one API share.
struct ProxySurroundings: Sendable {
    let loops: ProxyLoops
    let leases: LeaseBook
    /// Holds what was put in force without a lease; `nil`: for ever.
    let defaultLease: Duration?
    /// Gets a line for each change.
    let report: @Sendable (String) -> Void
}

/// A proxy of the API: it has a name and toxics, and can be disabled and started anew.
///
/// Changes happen one at a time, each to its end even if whoever asked for it has gone. What only
/// reads does not wait for them.
actor NamedProxy {
    struct InForce {
        var toxic: Toxic
        /// What the server knows it by; `nil` while there is none.
        var token: String?
        var lease: String?
        /// How many it struck before it was put in force anew.
        var struckBefore = 0
    }

    let name: String
    let journal = OperationJournal()
    let surroundings: ProxySurroundings
    var description: ProxyDescription
    /// `nil` while there is nothing that could listen.
    var server: ProxyServer?
    var isEnabled = false
    /// What keeps the proxy disabled: the fault that its server knows, if there is one, and the
    /// lease.
    var disabling: (token: String?, lease: String?)?
    /// In the order in which they were added.
    var toxics: [InForce] = []
    private var isDeleted = false
    private var lastChange: Task<Void, Never>?

    init(_ description: ProxyDescription, _ surroundings: ProxySurroundings) {
        name = description.name
        (self.description, self.surroundings) = (description, surroundings)
    }

    // MARK: One change at a time

    /// - Throws: that there is no such proxy, if it was deleted meanwhile.
    func inTurn<Value: Sendable>(
        _ change: @escaping @Sendable (isolated NamedProxy) async throws -> Value
    ) async throws -> Value {
        let previous = lastChange
        let task = Task {
            _ = await previous?.result
            if isDeleted { throw ControlError.proxyNotFound }
            return try await change(self)
        }
        lastChange = Task { _ = await task.result }
        return try await task.value
    }

    // MARK: What it is

    var json: JSON { .object(members) }

    var members: [JSON.Member] {
        description.members(isEnabled: isEnabled) + [
            JSON.Member(name: "toxics", value: .array(ordered.map(\.toxic.json)))
        ]
    }

    /// As Toxiproxy lists them: those of the stream to the storage first.
    var ordered: [InForce] {
        toxics.filter { $0.toxic.direction == .upstream }
            + toxics.filter { $0.toxic.direction == .downstream }
    }

    /// - Returns: `nil` if it has none of this name.
    func toxic(_ name: String) -> Toxic? { toxics.first { $0.toxic.name == name }?.toxic }

    // MARK: Starting and stopping

    /// Starts for the first time. If that fails, whoever finds it finds it deleted.
    func begin() async throws {
        do {
            try await start()
        } catch {
            isDeleted = true
            throw error
        }
    }

    /// Listens, with all toxics in force.
    func start() async throws {
        let journal = journal
        let settings = try await description.settings().prepared()
        let started = try await ProxyServer(settings, loops: surroundings.loops) {
            journal.add($0)
        }
        server = started
        description.listen = "\(started.address)"
        do {
            for name in toxics.map(\.toxic.name) { try await putInForce(name) }
        } catch {
            await stop()
            throw error
        }
        isEnabled = true
        report("listens on \(description.listen), for \(description.upstream)")
    }

    /// Closes the port and all connections; the toxics are kept for the next start.
    private func stop() async {
        isEnabled = false
        guard let server else { return }
        self.server = nil
        for index in toxics.indices {
            if let token = toxics[index].token {
                toxics[index].struckBefore += server.struck(by: token) ?? 0
            }
            toxics[index].token = nil
        }
        // Its lease goes on: it says when the proxy listens again.
        disabling?.token = nil
        await server.stop()
    }

    /// Takes over what a body gives, or nothing of it if the proxy cannot listen so.
    ///
    /// - Returns: the lease, if it was disabled with one that was asked for.
    func update(_ body: JSON) async throws -> LeaseRecord? {
        let fields = try JSONFields(body, of: "Proxy")
        var next = description
        try next.merge(fields, renames: false)
        let wasEnabled = isEnabled
        let wanted = try fields.bool("enabled") ?? wasEnabled
        let lease = try LeaseLength(fields, default: surroundings.defaultLease)
        if next.differs(from: description, at: server?.address) {
            try await check(next)
            try await become(next, isEnabled: wanted)
        }
        if wanted {
            try await enable()
        } else if wasEnabled || lease.isAsked {
            return try await disable(lease)
        }
        return nil
    }

    /// Starts anew as another one, or else as the one that it was.
    private func become(_ next: ProxyDescription, isEnabled wanted: Bool) async throws {
        let (before, wasEnabled) = (description, isEnabled)
        await stop()
        description = next
        guard wanted else { return }
        do {
            try await enable()
        } catch {
            description = before
            report("cannot be changed: \(ControlError(error))")
            if wasEnabled { await startAgain() }
            throw error
        }
    }

    private func startAgain() async {
        do {
            try await start()
        } catch {
            report("has stopped, and is disabled: \(ControlError(error))")
        }
    }

    /// Whether nothing has to change for it to be so.
    func isAlready(_ wanted: ProxyDescription) async -> Bool {
        !wanted.differs(from: description, at: server?.address)
    }

    /// Before anything is closed.
    private func check(_ next: ProxyDescription) async throws {
        _ = try await next.settings().prepared()
        if next.speaks == .tcp, let entry = toxics.first(where: \.toxic.type.strikesRequests) {
            throw ControlError.needsHTTP(entry.toxic.type)
        }
    }

    func enable() async throws {
        if isEnabled { return }
        if let server {
            if let token = disabling?.token { _ = try await server.lift(token) }
            isEnabled = true
            report("enabled")
        } else {
            try await start()
        }
        endDisabling(.lifted)
    }

    private func disable(_ lease: LeaseLength) async throws -> LeaseRecord? {
        let now = ContinuousClock.now
        let granted =
            try await server?.inject(Fault(.refuse), lease: lease.length)
            ?? FaultLease(token: "", began: now, effective: now)
        // The new one holds before the old one goes.
        if let token = disabling?.token { _ = try? await server?.lift(token) }
        endDisabling(.lifted)
        isEnabled = false
        let record = lease.length.map {
            LeaseRecord(proxy: name, toxic: nil, length: $0, lease: granted)
        }
        disabling = (server == nil ? nil : granted.token, record?.id)
        if let record { grant(record) }
        report("disabled" + (record.map { " for at most \($0.length)" } ?? ""))
        return lease.isAsked ? record : nil
    }

    func endDisabling(_ reason: FaultEnding.Reason) {
        if let id = disabling?.lease {
            surroundings.leases.end(id, FaultEnding(reason: reason, ended: .now), struck: 0)
        }
        disabling = nil
    }

    /// Enables it and takes all toxics away.
    func reset() async throws {
        var failure: (any Error)?
        for name in toxics.map(\.toxic.name) {
            do { try await remove(name) } catch { failure = error }
        }
        try await enable()
        if let failure { throw failure }
    }

    /// Ends it for good.
    func delete() async {
        isDeleted = true
        endDisabling(.lifted)
        for entry in toxics { await endLease(of: entry, .lifted) }
        toxics = []
        await stop()
        report("deleted")
    }

    func report(_ change: String) { surroundings.report("proxy \(name): \(change)") }
}

/// How long what a body asks for holds.
struct LeaseLength: Sendable {
    /// `nil`: until it is taken away.
    let length: Duration?
    /// Whether the body says so: the answer then tells of the lease.
    let isAsked: Bool

    init(_ fields: JSONFields, default standard: Duration?) throws(ControlError) {
        guard let asked = try fields.integer("lease_ms") else {
            (length, isAsked) = (standard, false)
            return
        }
        (length, isAsked) = (try Self.length(asked), true)
    }

    static func length(_ milliseconds: Int64) throws(ControlError) -> Duration {
        guard (1...60_000).contains(milliseconds) else {
            throw .badBody("lease_ms is \(milliseconds); accepted: 1 to 60000")
        }
        return .milliseconds(milliseconds)
    }
}
