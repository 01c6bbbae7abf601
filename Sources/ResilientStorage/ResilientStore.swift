public import FoundationEssentials
public import S3

/// A bucket that stays useful when its storage does not.
///
/// Calls go through a circuit breaker and are retried under a budget. Writes that the storage does
/// not take are acknowledged into a durable queue and delivered later, in order for each key. Users
/// are told when service is degraded and when it is whole again. With a second storage, every write
/// is copied there, and it takes over when the first one fails for long.
///
/// Promised: a write that was served or deferred is not lost by a crash of this process. Writes of
/// one key reach each storage in the order in which they were acknowledged. The storage that takes
/// over has every write that was served or deferred before it takes the first of its own. Not
/// promised: reads while the storage is away, but for keys whose last write is still queued; that a
/// request which was given up for lack of an answer is not carried out by the storage later.
public actor ResilientStore {
    public struct Configuration: Sendable {
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
        /// Instead of those that the configuration describes.
        public var retry: (any Retrying)?
        public var health: (any HealthWatching)?
        /// Tells users of calls that fail too often or take too long; `nil` for no alerts.
        public var alerts: (any PerformanceAlerting)?
        /// See `SiteComponents`.
        public var healthClient: S3Client?
        public var reconciliationClient: S3Client?
        /// The second storage; `nil` for none.
        public var failover: FailoverComponents?
        /// At least 0 and less than 1.
        public var random: @Sendable () -> Double = { Double.random(in: 0..<1) }
        public var now: @Sendable () -> Date = { Date() }
        /// Called while locks are held: it must return soon, and call nothing of the store.
        public var observer: @Sendable (StorageEvent) -> Void = { _ in }

        public init(
            breaker: any CircuitBreaking, queue: any OperationQueueing, notifier: any Notifying
        ) {
            (self.breaker, self.queue, self.notifier) = (breaker, queue, notifier)
        }
    }

    let configuration: Configuration
    let components: Components
    let routing: Routing
    let sites: Sites
    /// One for each storage.
    let drains: [QueueDrain]
    /// `nil` if there is only one storage.
    let controller: FailoverController?
    let outbox: NoticeOutbox
    var mode = DegradedMode()
    var incidents = 0
    var tasks: [Task<Void, Never>] = []
    private var writers = KeyLocks()

    public init(
        client: S3Client, bucket: String, configuration: Configuration, components: Components
    ) {
        (self.configuration, self.components) = (configuration, components)
        let observer = components.observer
        let outbox = NoticeOutbox(notifier: components.notifier, observer: observer)
        let performance = components.alerts.map {
            PerformanceWatch($0, outbox: outbox, now: components.now, observer: observer)
        }
        let routing =
            components.failover.map {
                Routing($0.decider, fence: $0.fence, epoch: $0.epoch.current)
            } ?? Routing()
        let site = { (name: SiteName, parts: SiteComponents) in
            StorageSite(
                name, parts, routing: routing, performance: performance,
                random: components.random, observer: observer)
        }
        let sites = Sites(
            primary: site(
                .primary, Self.primary(client, bucket, configuration, components)),
            secondary: components.failover.map { site(.secondary, $0.secondary) })
        let drains = sites.all.map {
            QueueDrain(
                $0, routing: routing, concurrency: configuration.drainConcurrency,
                observer: observer)
        }
        (self.outbox, self.routing, self.sites, self.drains) = (outbox, routing, sites, drains)
        controller = components.failover.flatMap { parts in
            sites.secondary.map { secondary in
                FailoverController(
                    primary: sites.primary, secondary: secondary, components: parts,
                    routing: routing, drain: drains[0], observer: observer)
            }
        }
    }

    private static func primary(
        _ client: S3Client, _ bucket: String, _ configuration: Configuration,
        _ components: Components
    ) -> SiteComponents {
        var parts = SiteComponents(
            client: client, bucket: bucket, breaker: components.breaker, queue: components.queue)
        parts.retry = components.retry ?? Retry(configuration.retry)
        parts.health = components.health ?? Health(configuration.health)
        parts.healthClient = components.healthClient
        parts.reconciliationClient = components.reconciliationClient
        return parts
    }

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
        let site = sites[routing.failoverState.readSite]
        defer { updateMode() }
        do {
            if let pending = try await site.queue.pending(for: key) {
                switch pending.operation.action {
                case .put(let body, _): return .deferred(body, at: .now)
                case .delete: return .deferred(nil, at: .now)
                }
            }
            let object = try await site.call(.read) { try await $0.get(key, in: $1) }
            return .served(object.body, at: object.finished)
        } catch let error as S3Error where error.code == .noSuchKey {
            return .served(nil, at: error.finished)
        } catch {
            return Self.outcome(of: error)
        }
    }

    private func write(_ operation: QueuedOperation) async -> StorageOutcome<Void> {
        // Nothing is promised that no storage will ever take.
        if let objection = operation.objection { return .refused(objection, at: .now) }
        // One write of a key at a time: a retry must not overtake a later write.
        await withCheckedContinuation { turn in
            if writers.take(operation.key, or: turn) { turn.resume() }
        }
        defer { writers.unlock(operation.key) }
        let admission: Routing.Admission
        do {
            admission = try routing.beginWrite()
        } catch {
            return .refused("\(error)", at: .now)
        }
        defer {
            routing.endWrite()
            updateMode()
        }
        var operation = operation
        operation.epoch = admission.epoch
        return await perform(operation, at: sites[admission.site])
    }

    /// - Parameter site: the one that serves in the epoch of the operation.
    private func perform(
        _ operation: QueuedOperation, at site: StorageSite
    ) async -> StorageOutcome<Void> {
        let other = sites.other(than: site)
        if let other, !other.queue.hasRoom(for: operation) {
            let reason = "no room for what has to be replicated; the write was not taken"
            return .refused(reason, at: .now)
        }
        do {
            // What is queued for the key comes first.
            if try await site.queue.pending(for: operation.key) != nil {
                return await enqueue(operation, after: nil)
            }
            let finished = try await site.call(.fenced(.service, epoch: operation.epoch)) {
                try await operation.send(by: $0, to: $1)
            }
            guard let other else { return .served((), at: finished) }
            // Before it is acknowledged: whoever takes over must have it.
            return await replicate(operation, to: other) ?? .served((), at: .now)
        } catch let error as S3Error where error.isServiceFault {
            return await enqueue(operation, after: error)
        } catch is Refusal {
            return await enqueue(operation, after: nil)
        } catch {
            return Self.outcome(of: error)
        }
    }

    /// Acknowledges a write into the queues of all storages, that of the active one first.
    ///
    /// - Parameter doubt: why it is not known whether the storage has it already.
    private func enqueue(
        _ operation: QueuedOperation, after doubt: S3Error?
    ) async -> StorageOutcome<Void> {
        // Another storage may have taken over since the write was admitted.
        let active = sites[routing.failoverState.active]
        var operation = operation
        operation.epoch = routing.epoch
        do {
            _ = try await active.queue.add(operation)
        } catch {
            if let doubt, doubt.isIndeterminate { return .indeterminate(doubt) }
            return .refused("\(error)", at: .now)
        }
        guard let other = sites.other(than: active) else { return .deferred((), at: .now) }
        return await replicate(operation, to: other) ?? .deferred((), at: .now)
    }

    /// - Returns: `nil` if the other storage will get it. Otherwise the write was done, or will be,
    ///   but must not be called acknowledged: it is lost if the other storage takes over.
    private func replicate(
        _ operation: QueuedOperation, to other: StorageSite
    ) async -> StorageOutcome<Void>? {
        do {
            _ = try await other.queue.add(operation)
            return nil
        } catch {
            return .indeterminate(
                S3Error(
                    .other("NotReplicated"), message: "it cannot be replicated: \(error)",
                    finished: .now))
        }
    }

    private static func outcome<Value>(of error: any Error) -> StorageOutcome<Value> {
        switch error {
        case let error as Doubt: .indeterminate(error.earlier)
        case let error as S3Error: error.isIndeterminate ? .indeterminate(error) : .failed(error)
        default: .refused("\(error)", at: .now)
        }
    }
}
