internal import ChaosToolkit
internal import DRTesting
internal import FaultProxy
internal import Wire

/// A standalone proxy before one storage of a target. It belongs to others: a run uses it, and
/// leaves it as it was.
actor RemoteProxy: ProxyWitness {
    private static let pause: Duration = .milliseconds(50)
    /// Requests so many are asked for at once.
    private static let page = 5000
    /// Once in so many looks at its requests it is looked at itself.
    private static let looksBetween = 5
    /// So often its clock is asked for before anything depends on it.
    private static let clockRequests = 10

    /// As its API knows it.
    let name: String
    private let client: FaultProxyClient
    /// The names of the run's own faults begin with it; `nil`: nobody else's are looked for.
    private let mark: String?
    private let record: @Sendable (SeenOperation) -> Void
    private let tear: @Sendable () -> Void
    private var clock = RemoteClock()
    /// The number of the last request that was told.
    private var last: Int?
    /// When that one had arrived, as the proxy says. Another time under its number is another
    /// proxy's.
    private var lastReceived: Int?
    private var feed: Task<Void, Never>?
    /// From where to where it stood when the run began to use it.
    private var route: [String?] = []
    private var disturbed: String?

    /// - Parameters:
    ///   - record: gets each request once, in the order in which they ended.
    ///   - tear: called when requests are missing from then on.
    init(
        name: String, client: FaultProxyClient, mark: String? = nil,
        record: @escaping @Sendable (SeenOperation) -> Void, tear: @escaping @Sendable () -> Void
    ) {
        (self.name, self.client, self.mark) = (name, client, mark)
        (self.record, self.tear) = (record, tear)
    }

    // MARK: Beginning

    /// Makes sure that the proxy can be used, and begins to listen to what it tells.
    ///
    /// - Returns: what was found, in words.
    /// - Throws: `RunnerError` saying what is missing.
    func connect() async throws -> String {
        let upstream = try await checkProxy()
        for _ in 0..<Self.clockRequests { _ = try await ask("/counts") }
        guard let error = clock.error, error <= RemoteClock.worstError else {
            throw RunnerError(
                .internal,
                "the clock of proxy '\(name)' can be told only to within "
                    + "\((clock.error ?? .zero).words); at most \(RemoteClock.worstError.words) "
                    + "are allowed")
        }
        let inForce = try await faultsInForce
        guard inForce == 0 else {
            throw RunnerError(
                .internal, "proxy '\(name)' has \(inForce.counted("fault")) in force already")
        }
        // What came before is of no interest.
        last = try Self.newest(in: try await ask("/operations?after=0&limit=1"))
        feed = Task { [weak self] in
            var looks = 0
            while !Task.isCancelled, let self {
                try? await self.catchUp()
                looks += 1
                if looks.isMultiple(of: Self.looksBetween) { await self.lookForOthers() }
                try? await Task.sleep(for: Self.pause)
            }
        }
        let accuracy = error == .zero ? "" : ", its clock known to within \(error.words)"
        return "proxy '\(name)' stands before \(upstream)\(accuracy)"
    }

    private func checkProxy() async throws -> String {
        let answer = try await client.exchange("GET", path(""))
        if answer.status == 404 {
            throw RunnerError(
                .internal, "there is no proxy '\(name)' at \(client.url); create it first")
        }
        guard answer.status == 200 else {
            throw RunnerError(
                .internal,
                "the fault proxy at \(client.url) answers \(answer.status) when asked for "
                    + "'\(name)'")
        }
        guard answer.body["speaks"]?.stringValue == "http" else {
            throw RunnerError(
                .internal, "proxy '\(name)' does not speak HTTP; create it with \"speaks\":\"http\""
            )
        }
        guard answer.body["enabled"]?.boolValue == true else {
            throw RunnerError(.internal, "proxy '\(name)' is disabled")
        }
        route = Self.route(in: answer.body)
        return answer.body["upstream"]?.stringValue ?? "its storage"
    }

    private static func route(in proxy: JSONValue) -> [String?] {
        [proxy["listen"]?.stringValue, proxy["upstream"]?.stringValue]
    }

    func stop() {
        feed?.cancel()
        feed = nil
    }

    // MARK: The clock

    /// How far a moment that it tells may be off; `nil` before it was asked.
    var clockError: Duration? { clock.error }

    /// A moment by the clock of its machine.
    func instant(of shown: Int) throws -> Instant {
        guard let instant = clock.instant(of: Int64(shown)) else { throw Self.isUnknown(name) }
        return instant
    }

    private func shown(at instant: Instant) throws -> Int64 {
        guard let shown = clock.shown(at: instant) else { throw Self.isUnknown(name) }
        return shown
    }

    private static func isUnknown(_ name: String) -> RunnerError {
        RunnerError(.internal, "the clock of proxy '\(name)' is not known yet")
    }

    // MARK: What others do to it

    /// What somebody else has done to it since this was asked last, in words; `nil`: nothing was
    /// seen. What was measured meanwhile would be held against the service.
    func disturbance() async -> String? {
        await lookForOthers()
        defer { disturbed = nil }
        return disturbed
    }

    private func lookForOthers() async {
        guard let mark, let answer = try? await client.exchange("GET", path("")) else { return }
        if answer.status == 404 { return disturb("was deleted") }
        guard answer.status == 200 else { return }
        let toxics = (answer.body["toxics"]?.arrayValue ?? []).compactMap {
            $0["name"]?.stringValue
        }
        if let other = toxics.first(where: { !$0.hasPrefix("\(mark)-") }) {
            disturb("met a fault of somebody else, '\(other)',")
        } else if answer.body["enabled"]?.boolValue == false {
            disturb("was disabled by somebody else")
        } else if Self.route(in: answer.body) != route {
            disturb("was moved by somebody else")
        }
    }

    /// The first thing tells most.
    private func disturb(_ what: String) {
        disturbed = disturbed ?? "proxy '\(name)' \(what) during the run"
    }

    // MARK: What it has seen

    func counts(of agent: String?) async throws -> ProxyCounts {
        let query = agent.map { "?agent=\(PathText.escaped($0))" } ?? ""
        let body = try await ask("/counts" + query)
        var counts = ProxyCounts()
        counts.connections = try Self.number("connections", in: body)
        counts.requests = try Self.number("requests", in: body)
        counts.forwarded = try Self.number("forwarded", in: body)
        counts.answered = try Self.number("answered", in: body)
        counts.faulted = try Self.number("faulted", in: body)
        for (method, count) in body["requests_by_method"]?.objectValue?.members ?? [] {
            counts.requestsByMethod[method] = count.intValue
        }
        return counts
    }

    var faultsInForce: Int {
        get async throws { try Self.number("faults_in_force", in: try await ask("/counts")) }
    }

    func requests(
        of agent: String?, since start: Instant, until end: Instant?, methods: Set<String>?
    ) async throws -> Int {
        let since = try shown(at: start)
        var query = "?since_ns=\(since)"
        if let end {
            let until = try shown(at: end)
            query += "&until_ns=\(until)"
        }
        if let agent { query += "&agent=\(PathText.escaped(agent))" }
        if let methods { query += "&methods=\(methods.sorted().joined(separator: ","))" }
        return try Self.number("count", in: try await ask("/arrivals" + query))
    }

    /// Passes on all requests that have ended by now.
    func catchUp() async throws {
        guard var after = last else { return }
        while true {
            // The last one again: it shows whether this is still the same proxy.
            let from = max(after - 1, 0)
            let body = try await ask("/operations?after=\(from)&limit=\(Self.page)")
            let newest = try Self.newest(in: body)
            note(body, newest: newest, askedAfter: after)
            guard let last, last > after, last < newest else { return }
            after = last
        }
    }

    private func note(_ body: JSONValue, newest: Int, askedAfter after: Int) {
        let operations = body["operations"]?.arrayValue ?? []
        if newest < after || operations.contains(where: { isAnother($0) }) {
            tear()
            disturb("was started anew")
            // From its beginning, the next time.
            (last, lastReceived) = (0, nil)
            return
        }
        // It has seen more than it keeps.
        if body["oldest"]?.intValue ?? 0 > (last ?? after) + 1 { tear() }
        for operation in operations {
            // Somebody else may have asked meanwhile.
            guard let number = operation["number"]?.intValue, number > last ?? 0 else { continue }
            (last, lastReceived) = (number, operation["received_ns"]?.intValue)
            if let seen = SeenOperation(operation, clock: clock) { record(seen) } else { tear() }
        }
    }

    /// Whether it has the number of the last request that was told, and is another one.
    private func isAnother(_ operation: JSONValue) -> Bool {
        guard let lastReceived, operation["number"]?.intValue == last else { return false }
        return operation["received_ns"]?.intValue != lastReceived
    }

    /// - Returns: 0 if there was no request yet.
    private static func newest(in body: JSONValue) throws -> Int {
        body["newest"]?.isNull == true ? 0 : try number("newest", in: body)
    }

    // MARK: Calls

    private func path(_ rest: String) -> String {
        "/proxies/\(FaultProxyClient.escaped(name))\(rest)"
    }

    /// Whatever it answers tells its clock too.
    private func ask(_ rest: String) async throws -> JSONValue {
        let sent = ContinuousClock.now
        let answer = try await client.demand("GET", path(rest))
        if let shown = answer.body["now_ns"]?.intValue {
            clock.add(sent: sent, shown: Int64(shown), received: answer.finished)
        }
        return answer.body
    }

    private static func number(_ name: String, in body: JSONValue) throws -> Int {
        guard let number = body[name]?.intValue else {
            throw FaultProxyCallError(
                status: nil, message: "the fault proxy does not say '\(name)': is it another one?")
        }
        return number
    }
}

extension SeenOperation {
    private static let faultsThatLoseAnswers: Set<String> = [
        "s3_lost_ack", "s3_truncate", "s3_late_delivery",
    ]

    /// - Returns: `nil` for what is no request.
    init?(_ operation: JSONValue, clock: RemoteClock) {
        guard let method = operation["method"]?.stringValue,
            let key = operation["key"]?.stringValue,
            let received = operation["received_ns"]?.intValue.flatMap({
                clock.instant(of: Int64($0))
            })
        else { return nil }
        (self.method, self.key, self.received) = (method, key, received)
        agent = operation["agent"]?.stringValue ?? ""
        let headers = operation["metadata"]?.objectValue?.members ?? []
        metadata = Dictionary(
            headers.compactMap { name, value in value.stringValue.map { (name, $0) } },
            uniquingKeysWith: { first, _ in first })
        invocation = operation["invocation"]?.stringValue
        finished =
            operation["finished_ns"]?.intValue.flatMap { clock.instant(of: Int64($0)) } ?? received
        let fault = operation["fault"]?.stringValue
        isStruck = fault != nil
        isAnswerLost = fault.map { Self.faultsThatLoseAnswers.contains($0) } ?? false
        (isLate, isStale) = (fault == "s3_late_delivery", fault == "s3_stale_read")
        status = operation["status"]?.intValue
    }
}
