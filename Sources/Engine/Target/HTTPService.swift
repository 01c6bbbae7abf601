internal import DRTesting
internal import ResilientStorage
internal import S3
internal import Synchronization

/// A service of somebody else's that stores objects, called as its users call it.
///
/// Only keys of the drill are ever named to it. What it tells of itself is asked for 20 times a
/// second, so a state that holds for a shorter time may pass unseen.
final class HTTPService: DrilledStore {
    private static let pause: Duration = .milliseconds(50)
    /// For its breaker to close and its queue to empty in the cleanup.
    private static let patience: Duration = .seconds(15)

    private struct State {
        var changes = StateChanges()
        /// By the moments at which changes were noticed.
        var earliest: [Instant: Instant] = [:]
        var watching: Task<Void, Never>?
    }

    private let settings: ServiceSettings
    private let keys: DrillKeys
    private let states: ServiceStates
    private let users: HTTPSender
    private let observer: @Sendable (StorageEvent) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - rate: of the load, operations a second.
    ///   - observer: told of changes, each once.
    init(
        _ settings: ServiceSettings, keys: DrillKeys, rate: Double,
        observer: @escaping @Sendable (StorageEvent) -> Void
    ) throws {
        (self.settings, self.keys, self.observer) = (settings, keys, observer)
        states = try ServiceStates(settings)
        var options = HTTPSender.Settings()
        options.timeout = settings.timeout
        options.maximumConnections = StoragePlace.connections(
            at: rate, requestTimeout: settings.timeout)
        users = HTTPSender(options)
    }

    // MARK: Operations

    func put(
        _ body: [UInt8], to key: String, metadata: [String: String]
    ) async -> StorageOutcome<Void> {
        var headers = metadata.map { (name: "x-amz-meta-\($0.key)", value: $0.value) }
        headers.append(("content-type", "application/octet-stream"))
        return await write(settings.put, key, headers, body)
    }

    func delete(_ key: String) async -> StorageOutcome<Void> {
        await write(settings.delete, key, [], [])
    }

    func get(_ key: String) async -> StorageOutcome<[UInt8]?> {
        await get(key, by: users)
    }

    /// - Parameter sender: whose connections are used.
    func get(_ key: String, by sender: HTTPSender) async -> StorageOutcome<[UInt8]?> {
        let operation = settings.get
        do throws(HTTPSender.Failure) {
            let answer = try await sender.send(request(operation, key))
            if operation.served.contains(answer.status) {
                return .served(answer.body, at: answer.finished)
            }
            if operation.missing.contains(answer.status) {
                return .served(nil, at: answer.finished)
            }
            return answer.outcome(of: operation, mayHaveActed: false, words(of: answer))
        } catch {
            return error.outcome()
        }
    }

    private func write(
        _ operation: ServiceSettings.Operation, _ key: String,
        _ headers: [(name: String, value: String)], _ body: [UInt8]
    ) async -> StorageOutcome<Void> {
        do throws(HTTPSender.Failure) {
            let answer = try await users.send(request(operation, key, headers, body))
            if operation.served.contains(answer.status) {
                return .served((), at: answer.finished)
            }
            if operation.deferred.contains(answer.status) {
                return .deferred((), at: answer.finished)
            }
            return answer.outcome(of: operation, mayHaveActed: true, words(of: answer))
        } catch {
            return error.outcome()
        }
    }

    private func words(of answer: HTTPSender.Answer) -> String {
        answer.words { settings.redacted($0) }
    }

    private func request(
        _ operation: ServiceSettings.Operation, _ key: String,
        _ headers: [(name: String, value: String)] = [], _ body: [UInt8] = []
    ) -> HTTPSender.Request {
        precondition(
            key.hasPrefix(keys.prefix), "A drill was about to touch an object that is not its own.")
        let path = operation.path.replacing("{key}", with: PathText.escapedParts(key))
        return HTTPSender.Request(
            method: operation.method, url: settings.url + path,
            headers: settings.commonHeaders + headers, body: body)
    }

    // MARK: What it tells of itself

    var selfReport: SelfReport { get async { await look() } }

    var breakers: [(site: SiteName, state: CircuitBreaker.State)] {
        get async { await look().breaker.map { [(site: .primary, state: $0)] } ?? [] }
    }

    /// What has changed since the last look is not known yet.
    func earliest(of change: Instant) -> Instant {
        state.withLock { state in
            state.earliest[change] ?? min(change, state.changes.last ?? change)
        }
    }

    var blindSpells: [Range<Instant>] { state.withLock { $0.changes.blindSpells } }

    private func look() async -> SelfReport {
        let look = await states.look()
        // Told while the lock is held: in their order, also when two look at once.
        return state.withLock { state in
            for change in state.changes.note(look) {
                state.earliest[change.noticed] = change.earliest
                observer(change.event)
            }
            var report = look.report
            report.queueEmptied = state.changes.queueEmptied
            return report
        }
    }

    func start() async {
        let watching = Task { [weak self] in
            while !Task.isCancelled, let self {
                let next = ContinuousClock.now + Self.pause
                _ = await self.look()
                try? await Task.sleep(until: next, tolerance: .zero)
            }
        }
        state.withLock { $0.watching = watching }
    }

    func stop() async {
        let watching = state.withLock { $0.watching }
        watching?.cancel()
        await watching?.value
    }

    /// Ends its connections; no more calls are made afterwards.
    func shutdown() async {
        await users.shutdown()
        await states.shutdown()
    }

    // MARK: Orders

    func setReadOnly(_ isReadOnly: Bool) async throws {
        throw RunnerError.notOffered("an order to take no writes")
    }

    func replicationLag() async throws -> ReplicationLag? { nil }

    /// It closes its breaker by itself, when calls succeed, and delivers what it has queued: calls
    /// are made until it has.
    func resetBreaker() async {
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            if await trouble == nil { return }
            _ = await get(keys.probe)
            try? await Task.sleep(for: .milliseconds(250))
        }
    }
}

extension HTTPService {
    /// Why it is not as it was before, as it tells itself; `nil` if nothing is known against it.
    var trouble: String? {
        get async {
            let report = await look()
            if settings.readings.breaker != nil, report.breaker != .closed {
                return "breaker: \(report.breaker?.rawValue ?? "not told")"
            }
            guard settings.readings.queue != nil, report.queueDepth != 0 else { return nil }
            return report.queueDepth.map { "\($0.counted("write")) still waiting in the queue" }
                ?? "queue: not told"
        }
    }
}

extension ServiceSettings {
    var commonHeaders: [(name: String, value: String)] {
        [(name: "user-agent", value: SystemUnderTest.Agent.runner)]
            + headers.map { (name: $0.name, value: $0.value.value) }
    }
}

extension HTTPSender.Answer {
    /// What an answer means that is no success.
    ///
    /// - Parameters:
    ///   - mayHaveActed: it is an answer to a write. A service in trouble does not know what its
    ///     storage has done; that it did nothing is for the target to say.
    ///   - words: what it says, without secrets.
    fileprivate func outcome<Value>(
        of operation: ServiceSettings.Operation, mayHaveActed: Bool, _ words: String
    ) -> StorageOutcome<Value> {
        if operation.refused.contains(status) {
            return .refused("HTTP \(status): \(words)", at: finished)
        }
        let error = S3Error(
            .other("HTTP \(status)"), status: status, message: words, finished: finished)
        return mayHaveActed && status >= 500 ? .indeterminate(error) : .failed(error)
    }
}

extension HTTPSender.Failure {
    fileprivate func outcome<Value>() -> StorageOutcome<Value> {
        let code: S3Error.Code =
            switch kind {
            case .connectFailed: .connectFailed
            case .timedOut: .timedOut
            case .connectionLost: .connectionLost
            case .cancelled: .cancelled
            }
        let error = S3Error(code, message: description, finished: finished)
        return kind == .connectFailed ? .failed(error) : .indeterminate(error)
    }
}
