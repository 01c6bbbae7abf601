/// A list of proxies is not as it should be.
public struct ProxyListError: Error, CustomStringConvertible {
    /// What is wrong, and where.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// The proxies of one API, by their names.
public actor ProxyRegistry {
    public struct Options: Sendable {
        /// Of everything that toxics draw; `nil`: another one each time.
        public var seed: UInt64?
        /// Holds what is put in force without a lease, at most 60 s; `nil`: until it is taken away.
        public var defaultLease: Duration?
        /// Threads that serve the connections of all proxies.
        public var threads = 2
        /// Gets a line for each change; it may come from any thread.
        public var report: @Sendable (String) -> Void = { _ in }

        public init() {}
    }

    private let surroundings: ProxySurroundings
    private let seed: UInt64
    /// How many toxics were added: no two draw the same.
    private var added: UInt64 = 0
    private var proxies: [String: NamedProxy] = [:]
    private var isStopped = false

    public init(_ options: Options = Options()) {
        var generator = SystemRandomNumberGenerator()
        seed = options.seed ?? generator.next()
        surroundings = ProxySurroundings(
            loops: ProxyLoops(threads: options.threads), leases: LeaseBook(),
            defaultLease: options.defaultLease, report: options.report)
    }

    /// Closes every proxy and every connection. Doing so again does nothing.
    public func stop() async {
        if isStopped { return }
        isStopped = true
        for proxy in all { try? await proxy.inTurn { await $0.delete() } }
        proxies = [:]
        await surroundings.loops.shutdown()
    }

    // MARK: Reading

    /// In the order of their names, as Go prints them.
    var all: [NamedProxy] {
        proxies.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
            .map(\.value)
    }

    func proxy(_ name: String) throws(ControlError) -> NamedProxy {
        guard let proxy = proxies[name] else { throw .proxyNotFound }
        return proxy
    }

    // MARK: Proxies

    func create(_ body: JSON) async throws -> NamedProxy {
        let fields = try JSONFields(body, of: "Proxy")
        var description = ProxyDescription()
        try description.merge(fields, renames: true)
        let isEnabled = try fields.bool("enabled") ?? true
        try description.requireFields()
        return try await add(description, isEnabled: isEnabled)
    }

    private func add(
        _ description: ProxyDescription, isEnabled: Bool
    ) async throws -> NamedProxy {
        if isStopped { throw ControlError(503, "the proxy is being stopped") }
        if proxies[description.name] != nil { throw ControlError.proxyExists }
        _ = try description.settings()
        let proxy = NamedProxy(description, surroundings)
        // The name is taken while it starts.
        proxies[description.name] = proxy
        do {
            if isEnabled { try await proxy.inTurn { try await $0.begin() } }
        } catch {
            if proxies[description.name] === proxy { proxies[description.name] = nil }
            throw error
        }
        return proxy
    }

    func delete(_ name: String) async throws {
        let proxy = try proxy(name)
        try await proxy.inTurn { await $0.delete() }
        if proxies[name] === proxy { proxies[name] = nil }
    }

    /// Enables every proxy, takes all toxics away and ends all leases. One that cannot be enabled
    /// does not keep the others from it.
    func reset() async throws {
        var failure: (any Error)?
        for proxy in all {
            do {
                try await proxy.inTurn { try await $0.reset() }
            } catch let error as ControlError where error == .proxyNotFound {
                // It was deleted meanwhile.
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    func addToxic(
        _ body: JSON, to name: String
    ) async throws -> (toxic: Toxic, lease: LeaseRecord?) {
        let proxy = try proxy(name)
        added += 1
        let seed = seed &+ added &* 0x9e37_79b9_7f4a_7c15
        return try await proxy.inTurn { try await $0.add(body, seed: seed) }
    }

    // MARK: Populating

    /// Creates the proxies of a list, or replaces those that are not as it says. Those that are
    /// stay as they are. Nothing changes if the list itself is wrong.
    ///
    /// - Returns: those that are as the list says, and why there are not more.
    func populate(_ body: JSON) async -> (proxies: [NamedProxy], error: ControlError?) {
        var applied: [NamedProxy] = []
        do {
            for (description, isEnabled) in try Self.descriptions(body) {
                applied.append(try await apply(description, isEnabled: isEnabled))
            }
        } catch {
            return (applied, ControlError(error))
        }
        return (applied, nil)
    }

    /// - Parameter tellsPlace: says which proxy is wrong, in what does not say so anyway.
    private static func descriptions(
        _ body: JSON, tellsPlace: Bool = false
    ) throws(ControlError) -> [(ProxyDescription, isEnabled: Bool)] {
        guard case .array(let elements) = body else {
            if body == .null { return [] }
            throw .badBody(
                "json: cannot unmarshal \(body.kind) into Go value of type []toxiproxy.Proxy")
        }
        var descriptions: [(ProxyDescription, isEnabled: Bool)] = []
        var names: Set<String> = []
        for (index, element) in elements.enumerated() {
            do {
                descriptions.append(try description(element, index + 1, &names))
            } catch {
                let place = "proxy \(index + 1)"
                guard tellsPlace, !error.description.hasSuffix(place) else { throw error }
                throw ControlError(error.status, "\(place): \(error)")
            }
        }
        return descriptions
    }

    private static func description(
        _ body: JSON, _ number: Int, _ names: inout Set<String>
    ) throws(ControlError) -> (ProxyDescription, isEnabled: Bool) {
        let fields = try JSONFields(body, of: "Proxy")
        var description = ProxyDescription()
        try description.merge(fields, renames: true)
        try description.requireFields(" at proxy \(number)")
        guard names.insert(description.name).inserted else {
            throw ControlError(500, "duplicate proxy name \"\(description.name)\"")
        }
        _ = try description.settings()
        return (description, try fields.bool("enabled") ?? true)
    }

    private func apply(
        _ description: ProxyDescription, isEnabled: Bool
    ) async throws -> NamedProxy {
        for _ in 0..<Self.attempts {
            do {
                if let present = proxies[description.name] {
                    if try await present.inTurn({ await $0.isAlready(description) }) {
                        return present
                    }
                    try await delete(description.name)
                }
                return try await add(description, isEnabled: isEnabled)
            } catch let error as ControlError
                where error == .proxyNotFound || error == .proxyExists
            {
                await Task.yield()
            }
        }
        throw ControlError.proxyExists
    }

    /// Somebody else may delete or create a proxy of the list at the same time.
    private static let attempts = 100

    /// Does what `POST /populate` does.
    ///
    /// - Parameter file: the list, as JSON.
    /// - Throws: `ProxyListError` if there is something wrong with it.
    public func populate(from file: [UInt8]) async throws {
        let descriptions: [(ProxyDescription, isEnabled: Bool)]
        do {
            let list = try JSONReader.value(of: file, isAlone: true)
            descriptions = try Self.descriptions(list, tellsPlace: true)
        } catch let error as JSONError {
            throw ProxyListError("\(place(of: error.offset, in: file)): \(error)")
        } catch {
            throw ProxyListError("\(error)")
        }
        for (description, isEnabled) in descriptions {
            do {
                _ = try await apply(description, isEnabled: isEnabled)
            } catch let error as FaultProxyError {
                throw FaultProxyError(
                    code: error.code, message: "proxy \(description.name): \(error.message)")
            } catch {
                throw ProxyListError("proxy \(description.name): \(ControlError(error))")
            }
        }
    }

    private func place(of offset: Int, in text: [UInt8]) -> String {
        let before = text.prefix(offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let column = before.count - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)
        return "line \(line), column \(column)"
    }

    // MARK: Leases

    /// In the order in which they were granted.
    func leases() async -> [JSON] {
        var leases: [JSON] = []
        for record in surroundings.leases.all { leases.append(await json(record)) }
        return leases
    }

    func lease(_ id: String) async throws -> JSON {
        guard let record = surroundings.leases[id] else { throw ControlError.leaseNotFound }
        return await json(record)
    }

    private func json(_ record: LeaseRecord) async -> JSON {
        guard record.state == .held, let proxy = proxies[record.proxy] else {
            return record.json(struck: record.struck)
        }
        let struck = await proxy.struck(byLease: record.id)
        let now = surroundings.leases[record.id] ?? record
        return now.json(struck: now.state == .held ? struck : now.struck)
    }

    /// - Parameter length: `nil`: as long as before.
    func renew(_ id: String, _ length: Duration?) async throws -> JSON {
        guard let record = surroundings.leases[id] else { throw ControlError.leaseNotFound }
        guard record.state == .held, let proxy = proxies[record.proxy] else {
            throw ControlError.leaseGone
        }
        try await proxy.inTurn { try await $0.renew(id, length ?? record.length) }
        return try await lease(id)
    }

    /// Ends what a lease holds. Doing so again changes nothing.
    func lift(lease id: String) async throws {
        guard let record = surroundings.leases[id] else { throw ControlError.leaseNotFound }
        guard record.state == .held, let proxy = proxies[record.proxy] else { return }
        try await proxy.inTurn { try await $0.lift(lease: id) }
    }
}

extension ProxyDescription {
    /// - Parameter place: which of several it is.
    fileprivate func requireFields(_ place: String = "") throws(ControlError) {
        if name.isEmpty { throw .missing("name\(place)") }
        if upstream.isEmpty { throw .missing("upstream\(place)") }
    }
}
