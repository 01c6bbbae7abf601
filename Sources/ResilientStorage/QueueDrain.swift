internal import S3

/// Delivers what is queued for one storage, in order for each key.
actor QueueDrain {
    /// What came of one round.
    struct Round: Sendable {
        var delivered: [QueueEntry] = []
        /// The storage could not be reached: the next round had better wait.
        var isFailed = false
        /// Why the storage said no to an operation, if it did.
        var rejection: S3Error?

        /// Not if the storage said no to everything: it would be asked without a pause.
        var isWorthGoingOn: Bool { !delivered.isEmpty && !isFailed }
    }

    private enum Delivery: Sendable {
        case delivered(QueueEntry)
        case rejected(S3Error)
        case failed
    }

    private let site: StorageSite
    private let routing: Routing
    /// Operations delivered at once.
    private let concurrency: Int
    private let observer: @Sendable (StorageEvent) -> Void
    private var order = DrainOrder()
    private var lastComplaint = ""

    init(
        _ site: StorageSite, routing: Routing, concurrency: Int,
        observer: @escaping @Sendable (StorageEvent) -> Void
    ) {
        (self.site, self.routing) = (site, routing)
        (self.concurrency, self.observer) = (concurrency, observer)
    }

    /// Delivers one round, if the storage may get it.
    func deliverRound(_ purpose: WritePurpose) async -> Round {
        var round = Round()
        let epoch = routing.epoch
        // The trial calls of a half-open breaker are left to users and to the health check.
        guard site.queue.depth > 0, site.breakerState == .closed,
            routing.permits(purpose, to: site.name, admittedIn: epoch)
        else { return round }
        let entries: [QueueEntry]
        do {
            entries = try await takeEntries()
        } catch {
            complain("\(error)")
            return round
        }
        await withTaskGroup(of: Delivery.self) { group in
            for entry in entries {
                group.addTask { await self.deliver(entry, purpose, epoch: epoch) }
            }
            for await delivery in group {
                switch delivery {
                case .delivered(let entry): round.delivered.append(entry)
                case .rejected(let error): round.rejection = error
                case .failed: round.isFailed = true
                }
            }
        }
        return round
    }

    /// Of what goes on failing once.
    private func complain(_ reason: String) {
        if reason != lastComplaint { observer(.queueFailed(reason, at: .now)) }
        lastComplaint = reason
    }

    /// Looks further down the queue as long as there are only keys that have to wait.
    private func takeEntries() async throws -> [QueueEntry] {
        var limit = concurrency * 4
        while true {
            let entries = try await site.queue.first(limit)
            let round = order.take(concurrency, from: entries, at: .now)
            if !round.isEmpty || entries.count < limit { return round }
            limit *= 4
        }
    }

    private func deliver(
        _ entry: QueueEntry, _ purpose: WritePurpose, epoch: UInt64
    ) async -> Delivery {
        do {
            let operation = entry.operation
            _ = try await site.call(.fenced(purpose, epoch: epoch)) {
                try await operation.send(by: $0, to: $1)
            }
            try await site.queue.remove(entry)
            order.finished(entry)
            lastComplaint = ""
            let isServing = purpose == .delivery && routing.failoverState.active == site.name
            observer(
                isServing
                    ? .drained(entry, at: .now) : .replicated(entry, to: site.name, at: .now))
            return .delivered(entry)
        } catch let error as S3Error where !error.isServiceFault && !error.isIndeterminate {
            // It was acknowledged, so it is kept; but it must not hold up the others.
            order.postpone(entry, until: .now + .seconds(5))
            observer(.rejected(entry, "\(error)", at: .now))
            return .rejected(error)
        } catch {
            // The storage has it, and will get it once more: that does no harm, but somebody should
            // know why.
            if !(error is S3Error || error is Refusal || error is Doubt || Task.isCancelled) {
                complain("\(error)")
            }
            order.finished(entry)
            return .failed
        }
    }
}

extension QueuedOperation {
    /// - Returns: when the storage had done it.
    func send(by client: S3Client, to bucket: String) async throws -> ContinuousClock.Instant {
        switch action {
        case .put(let body, let metadata):
            try await client.put(body, to: key, in: bucket, metadata: metadata).finished
        case .delete:
            try await client.delete(key, in: bucket)
        }
    }
}
