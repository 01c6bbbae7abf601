public import FoundationEssentials
public import S3

/// A bucket that stays useful when its storage does not.
///
/// Calls go through a circuit breaker and are retried under a budget. Writes that the storage does
/// not take are acknowledged into a durable queue and delivered later, in order for each key. Users
/// are told when service is degraded and when it is whole again.
///
/// Promised: a write that was served or deferred is not lost by a crash of this process. Writes of
/// one key reach the storage in the order in which they were acknowledged. Not promised: reads
/// while the storage is away, but for keys whose last write is still queued.
public actor ResilientStore {
    public struct Configuration: Sendable {
        public var breaker = CircuitBreaker.Configuration()
        public var retry = Retry.Configuration()
        public var health = Health.Configuration()
        /// Queued operations delivered at once.
        public var drainConcurrency = 8

        public init() {}
    }

    /// The parts that are put in from outside.
    public struct Components: Sendable {
        public var breaker: any CircuitBreaking
        public var queue: any OperationQueueing
        public var notifier: any Notifying
        /// At least 0 and less than 1.
        public var random: @Sendable () -> Double = { Double.random(in: 0..<1) }
        public var now: @Sendable () -> Date = { Date() }
        public var observer: @Sendable (StorageEvent) -> Void = { _ in }

        public init(
            breaker: any CircuitBreaking, queue: any OperationQueueing, notifier: any Notifying
        ) {
            (self.breaker, self.queue, self.notifier) = (breaker, queue, notifier)
        }
    }

    private let client: S3Client
    private let bucket: String
    private let configuration: Configuration
    private let components: Components
    private var breaker: any CircuitBreaking
    private var retry: Retry
    private var health: Health
    private var mode = DegradedMode()
    private var writers = KeyLocks()
    private var drainOrder = DrainOrder()
    private var tasks: [Task<Void, Never>] = []
    private var incidents = 0
    private var lastNotice: Task<Void, Never>?

    public init(
        client: S3Client, bucket: String, configuration: Configuration, components: Components
    ) {
        (self.client, self.bucket) = (client, bucket)
        (self.configuration, self.components) = (configuration, components)
        breaker = components.breaker
        retry = Retry(configuration.retry)
        health = Health(configuration.health)
    }

    public var breakerState: CircuitBreaker.State { breaker.state }
    public var healthState: Health.State { health.state }
    public var lastHealthSample: ContinuousClock.Instant? { health.lastSample }
    public var queueDepth: Int { components.queue.depth }
    /// The incident that users were told about; `nil` in normal service.
    public var incident: String? { mode.incident }

    // MARK: Operations

    public func put(
        _ body: [UInt8], to key: String, metadata: [String: String] = [:]
    ) async -> StorageOutcome<Void> {
        let action = QueuedOperation.Action.put(body: body, metadata: metadata)
        return await write(QueuedOperation(key: key, action: action))
    }

    public func delete(_ key: String) async -> StorageOutcome<Void> {
        await write(QueuedOperation(key: key, action: .delete))
    }

    /// The body of an object; `nil` if there is none.
    public func get(_ key: String) async -> StorageOutcome<[UInt8]?> {
        do {
            if let pending = try await components.queue.pending(for: key) {
                switch pending.operation.action {
                case .put(let body, _): return .deferred(body, at: .now)
                case .delete: return .deferred(nil, at: .now)
                }
            }
            let object = try await guarded { try await $0.get(key, in: $1) }
            return .served(object.body, at: object.finished)
        } catch let error as S3Error where error.code == .noSuchKey {
            return .served(nil, at: error.finished)
        } catch {
            return Self.outcome(of: error)
        }
    }

    private func write(_ operation: QueuedOperation) async -> StorageOutcome<Void> {
        if operation.key.isEmpty { return .refused("a key has at least one byte", at: .now) }
        // One write of a key at a time: a retry must not overtake a later write.
        await withCheckedContinuation { turn in
            if writers.take(operation.key, or: turn) { turn.resume() }
        }
        defer { writers.unlock(operation.key) }
        do {
            // What is queued for the key comes first.
            if try await components.queue.pending(for: operation.key) != nil {
                return try await enqueue(operation)
            }
            return .served((), at: try await guarded { try await Self.send(operation, $0, $1) })
        } catch let error as S3Error where error.isServiceFault {
            return await enqueue(operation, after: error)
        } catch is Refusal {
            return await enqueue(operation, after: nil)
        } catch {
            return Self.outcome(of: error)
        }
    }

    /// - Parameter doubt: why it is not known whether the storage has it already.
    private func enqueue(
        _ operation: QueuedOperation, after doubt: S3Error?
    ) async -> StorageOutcome<Void> {
        do {
            return try await enqueue(operation)
        } catch {
            if let doubt, doubt.isIndeterminate { return .indeterminate(doubt) }
            return .refused("\(error)", at: .now)
        }
    }

    private func enqueue(_ operation: QueuedOperation) async throws -> StorageOutcome<Void> {
        _ = try await components.queue.add(operation)
        return .deferred((), at: .now)
    }

    private static func send(
        _ operation: QueuedOperation, _ client: S3Client, _ bucket: String
    ) async throws -> ContinuousClock.Instant {
        switch operation.action {
        case .put(let body, let metadata):
            try await client.put(body, to: operation.key, in: bucket, metadata: metadata).finished
        case .delete:
            try await client.delete(operation.key, in: bucket)
        }
    }

    private static func outcome<Value>(of error: any Error) -> StorageOutcome<Value> {
        switch error {
        case let error as Doubt: .indeterminate(error.earlier)
        case let error as S3Error: error.isIndeterminate ? .indeterminate(error) : .failed(error)
        default: .refused("\(error)", at: .now)
        }
    }

    // MARK: Guarded calls

    /// The breaker does not let the call through.
    struct Refusal: Error, CustomStringConvertible {
        var description: String { "the circuit breaker is open" }
    }

    /// An attempt was certain to fail, but nobody knows what became of one before it.
    private struct Doubt: Error {
        let earlier: S3Error
    }

    /// Calls the storage if the breaker allows it, and again if it is worth it.
    private func guarded<Value: Sendable>(
        attempts: Bool = true, _ call: @Sendable (S3Client, String) async throws -> Value
    ) async throws -> Value {
        var attempt = 1
        var doubt: S3Error?
        while true {
            do {
                return try await admitted(call, attempt: attempt)
            } catch let error as S3Error where error.isServiceFault {
                if error.isIndeterminate { doubt = doubt ?? error }
                guard attempts, breaker.state == .closed,
                    let delay = retry.delay(afterAttempt: attempt, random: components.random())
                else { throw doubt ?? error }
                try await Task.sleep(for: delay)
                attempt += 1
                components.observer(.retried(attempt: attempt, at: .now))
            } catch let refusal as Refusal {
                throw doubt ?? refusal
            } catch {
                if let doubt { throw Doubt(earlier: doubt) }
                throw error
            }
        }
    }

    private func admitted<Value: Sendable>(
        _ call: @Sendable (S3Client, String) async throws -> Value, attempt: Int
    ) async throws -> Value {
        let (admission, transition) = breaker.admit(at: .now)
        report(transition, at: .now)
        if admission == .refused { throw Refusal() }
        retry.began()
        do {
            let value = try await call(client, bucket)
            ended(admission, success: true, at: .now)
            return value
        } catch let error as S3Error where error.code == .cancelled {
            breaker.abandoned(admission)
            throw error
        } catch {
            let failure = error as? S3Error
            if let failure, failure.isServiceFault {
                // Before the change of state that it may cause.
                components.observer(
                    .attemptFailed("\(failure)", attempt: attempt, at: failure.finished))
            }
            // That an object is not there is an answer of a storage that works.
            ended(
                admission, success: failure?.isServiceFault == false,
                at: failure?.finished ?? .now)
            throw error
        }
    }

    private func ended(
        _ admission: CircuitBreaker.Admission, success: Bool, at instant: ContinuousClock.Instant
    ) {
        if let change = health.observe(success: success, at: instant) {
            components.observer(.health(change))
        }
        report(
            success ? breaker.succeeded(admission) : breaker.failed(admission, at: .now),
            at: instant)
    }

    private func report(
        _ transition: CircuitBreaker.Transition?, at instant: ContinuousClock.Instant
    ) {
        if let transition { components.observer(.breaker(transition, at: instant)) }
        updateMode()
    }

    // MARK: Degraded mode

    private func updateMode() {
        let change = mode.update(breaker: breaker.state, queueDepth: components.queue.depth) {
            incidents += 1
            return "incident-\(Int(components.now().timeIntervalSince1970))-\(incidents)"
        }
        switch change {
        case .entered(let incident):
            components.observer(.degradedEntered(incident: incident, at: .now))
            notify(
                .degraded, incident: incident,
                message: "Storage is not reachable. Changes are kept and stored later.")
        case .left(let incident):
            components.observer(.degradedLeft(incident: incident, at: .now))
            notify(
                .recovered, incident: incident,
                message: "Storage is reachable again. All changes are stored.")
        case nil: break
        }
    }

    /// Sends a notice when those before it have been sent, or given up.
    private func notify(_ kind: Notice.Kind, incident: String, message: String) {
        let notice = Notice(
            incident: incident, kind: kind, message: message, time: components.now())
        let (components, before) = (components, lastNotice)
        lastNotice = Task {
            await before?.value
            for attempt in 1...5 where !Task.isCancelled {
                do {
                    try await components.notifier.send(notice)
                    components.observer(.noticeSent(kind, incident: incident, at: .now))
                    return
                } catch {
                    components.observer(.noticeFailed("\(error)", at: .now))
                    try? await Task.sleep(for: .milliseconds(200) * attempt)
                }
            }
        }
    }

    // MARK: In the background

    /// Begins to watch the storage's health and to deliver what is queued.
    public func start() {
        precondition(tasks.isEmpty, "A store is started once.")
        let interval = configuration.health.interval
        tasks = [
            Task { [weak self] in
                while let self, !Task.isCancelled {
                    await self.checkHealth()
                    try? await Task.sleep(for: interval)
                }
            },
            Task { [weak self] in
                while let self, !Task.isCancelled {
                    let isBusy = await self.drain()
                    if !isBusy { try? await Task.sleep(for: .milliseconds(50)) }
                }
            },
        ]
    }

    public func stop() async {
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        lastNotice?.cancel()
        await lastNotice?.value
    }

    /// Closes the breaker by hand: for the cleanup after a drill.
    public func resetBreaker() { report(breaker.reset(), at: .now) }

    private func checkHealth() async {
        _ = try? await guarded(attempts: false) { try await $0.headBucket($1) }
    }

    /// Delivers one round of what is queued.
    ///
    /// - Returns: whether it is worth going on at once.
    private func drain() async -> Bool {
        // The trial calls of a half-open breaker are left to users and to the health check.
        guard breaker.state == .closed, components.queue.depth > 0 else { return false }
        let round: [QueueEntry]
        do {
            round = try await nextRound()
        } catch {
            components.observer(.queueFailed("\(error)", at: .now))
            return false
        }
        let delivered = await withTaskGroup(of: Bool.self) { group in
            for entry in round { group.addTask { await self.deliver(entry) } }
            var delivered = true
            for await isDelivered in group { delivered = delivered && isDelivered }
            return delivered
        }
        updateMode()
        return delivered && !round.isEmpty
    }

    /// Looks further down the queue as long as there are only keys that have to wait.
    private func nextRound() async throws -> [QueueEntry] {
        var limit = configuration.drainConcurrency * 4
        while true {
            let entries = try await components.queue.first(limit)
            let round = drainOrder.take(configuration.drainConcurrency, from: entries, at: .now)
            if !round.isEmpty || entries.count < limit { return round }
            limit *= 4
        }
    }

    private func deliver(_ entry: QueueEntry) async -> Bool {
        do {
            let operation = entry.operation
            _ = try await guarded { try await Self.send(operation, $0, $1) }
            try await components.queue.remove(entry)
            drainOrder.finished(entry)
            components.observer(.drained(entry, at: .now))
            return true
        } catch let error as S3Error where !error.isServiceFault && !error.isIndeterminate {
            // It was acknowledged, so it is kept; but it must not hold up the others.
            drainOrder.postpone(entry, until: .now + .seconds(5))
            components.observer(.rejected(entry, "\(error)", at: .now))
            return true
        } catch {
            drainOrder.finished(entry)
            return false
        }
    }
}
