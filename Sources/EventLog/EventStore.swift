internal import Dispatch
internal import LMDB
internal import Merkle
internal import Synchronization

/// A sealed, append-only log of events, shared by the processes of one host.
///
/// `append` returns when its events are durable. Readers see an event only after that. Appends of
/// all callers and processes are totally ordered; the events of one append stand together.
///
/// Not promised: that an append which was cancelled is withdrawn (a task that records its own
/// cleanup must not lose it), or that an append which fails with `.outcomeUnknown` is not there.
public final class EventStore: Sendable {
    public let reader: EventReader
    let clock: LogClock
    let turnstile: Turnstile
    private let queue = Mutex(AppendQueue())
    /// The state of the log after the last commit of this process.
    private let latest = Mutex<GroupPlan?>(nil)
    private let ahead = Mutex(PlansAhead())
    let writerQueue = DispatchQueue(label: "EventStore.writer")
    private let plannerQueue = DispatchQueue(label: "EventStore.planner")
    private let readerQueue = DispatchQueue(label: "EventStore.reader", attributes: .concurrent)
    private let timerQueue = DispatchQueue(label: "EventStore.deadlines")
    private let watcher: HeadWatcher

    public var directory: DataDirectory { reader.directory }

    /// Opens the log of a data directory, and makes it if there is none.
    ///
    /// Blocks for the time of a few disk writes. A log that is there is opened also while another
    /// process stands still in a commit.
    ///
    /// - Parameters:
    ///   - mapSize: the largest size of the log in bytes; all processes use one value.
    ///   - checkingHeads: whether the log must continue its head that is kept outside, else
    ///     `.headsDiffer`. Only whoever is to reopen it does without.
    ///   - limit: how long to wait for somebody else who is making the log; then it is `.busy`.
    public init(
        _ directory: DataDirectory, clock: LogClock = .system, mapSize: Int? = nil,
        checkingHeads: Bool = true, within limit: Duration = .seconds(30)
    ) throws {
        try directory.prepare()
        let hostGuard = try HostGuard(directory, within: limit)
        let turnstile = try Turnstile(path: directory.turnstile)
        let creation = LogCreation(directory: directory, turnstile: turnstile, mapSize: mapSize)
        let slot = try creation.open(clock: clock, within: limit)
        reader = try EventReader(directory, slot: slot, hostGuard: hostGuard)
        watcher = HeadWatcher(reader: reader)
        (self.clock, self.turnstile) = (clock, turnstile)
        if checkingHeads { try reader.checkHeadOutside() }
        try CheckpointSigner.createKey(for: reader, within: limit)
    }

    /// Appends events to a stream, all or none.
    ///
    /// Safe to retry with the same events and the same expectation: what is there already is not
    /// written twice, and the first receipt is returned.
    ///
    /// - Parameters:
    ///   - limit: an append that has not begun after so long is withdrawn, with `.busy`.
    /// - Throws: `EventLogError`.
    public func append(
        _ events: [NewEvent], to stream: String, expecting expected: ExpectedRevision,
        within limit: Duration = .seconds(30)
    ) async throws -> AppendReceipt {
        precondition(!events.isEmpty, "An append has at least one event.")
        precondition((1...511).contains(stream.utf8.count), "A stream's name has 1 to 511 bytes.")
        if events.count > AppendQueue.maximumEvents {
            throw EventLogError(.tooLarge, "one append has at most 4096 events")
        }
        return try await withCheckedThrowingContinuation { continuation in
            let request = AppendRequest(
                events: events, stream: stream, expected: expected, deadline: .now + limit,
                finish: { continuation.resume(with: $0) })
            let wanted = queue.withLock { $0.isFull ? nil : $0.add(request) }
            guard let wanted else {
                request.finish(.failure(EventLogError(.busy, "too many appends are waiting")))
                return
            }
            if wanted.writer { writerQueue.async { self.writeGroups() } }
            if wanted.watch { watchDeadlines() }
            planAhead()
        }
    }

    /// Runs a blocking read where blocking is allowed.
    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (EventReader) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            readerQueue.async {
                continuation.resume(with: Swift.Result { try body(self.reader) })
            }
        }
    }

    /// All events from `position` on, in batches, and then those that any process appends later,
    /// until the task is cancelled.
    public func follow(from position: UInt64) -> AsyncThrowingStream<[RecordedEvent], any Error> {
        watcher.follow(from: position) { position in
            try await self.read { try $0.events(from: position) }
        }
    }

    /// Runs what signs heads between two groups of appends.
    func sign<Result: Sendable>(
        _ body: @escaping @Sendable (CheckpointSigner) throws -> Result
    ) async throws -> Result {
        let signer = CheckpointSigner(reader: reader, turnstile: turnstile, clock: clock)
        return try await withCheckedThrowingContinuation { continuation in
            writerQueue.async {
                let result = Swift.Result { try body(signer) }
                if case .failure = result { self.reader.slot.reopenIfBroken() }
                continuation.resume(with: result)
            }
        }
    }
}

// MARK: - The writer

extension EventStore {
    private func writeGroups() {
        writeGroup()
        guard queue.withLock({ $0.continues() }) else { return }
        // Whoever signs comes in between, however many appends wait.
        writerQueue.async { self.writeGroups() }
    }

    /// Writes one group: as it was planned, if the log still is what the plan builds on.
    private func writeGroup() {
        let prepared = ahead.withLock { $0.take() }?.wait()
        var attempt = Attempt()
        turnstile.enter()
        do {
            try reader.slot.with { log in
                try log.environment.write { transaction in
                    turnstile.leave()
                    attempt.hasTurn = false
                    attempt.requests = queue.withLock { $0.takeGroup() }
                    let plan = try plan(attempt.requests, prepared, log, in: transaction)
                    attempt.plan = plan
                    // What the log has to say of itself waits for an event that is kept.
                    guard !plan.kept.isEmpty else { return }
                    ahead.withLock { $0.written = plan }
                    planAhead()
                    try plan.write(to: log, in: transaction)
                    attempt.isCommitting = true
                    try transaction.commit()
                    latest.withLock { $0 = plan.summary }
                }
            }
        } catch {
            // It builds on what was not written.
            _ = ahead.withLock { $0.take() }?.wait()
            return giveUp(attempt, after: error)
        }
        ahead.withLock { $0.written = nil }
        watcher.appended()
        attempt.finish()
    }

    /// How far the writing of a group has come.
    private struct Attempt {
        var requests: [AppendRequest] = []
        var hasTurn = true
        var isCommitting = false
        var plan: GroupPlan?

        func finish() {
            for (request, receipt) in plan?.kept ?? [] { request.finish(.success(receipt)) }
            for refused in plan?.refused ?? [] { refused.request.finish(.failure(refused.error)) }
        }
    }

    private func plan(
        _ requests: [AppendRequest], _ prepared: GroupPlan?, _ log: LogFile,
        in transaction: borrowing WriteTransaction
    ) throws -> GroupPlan {
        let head = try log.head(in: transaction)
        // Another process may have appended, and requests may have been withdrawn.
        if let prepared, prepared.base == head, prepared.decides(requests) { return prepared }
        let now = try clock.checkedNow()
        let known = latest.withLock { $0?.head == head ? $0 : nil }
        var planner =
            try known.map { GroupPlanner(log: log, after: $0, now: now) }
            ?? log.planner(at: head, now: now, in: transaction)
        try planner.noteClockBehindLog(clock.now(), in: transaction)
        for request in requests { try planner.add(request, in: transaction) }
        return planner.finished()
    }

    /// While a group is written, checks, encodes and hashes the next one, if it is there.
    private func planAhead() {
        let work = ahead.withLock { ahead -> (GroupPlan, [AppendRequest], PlanAhead)? in
            guard let plan = ahead.written, ahead.next == nil,
                let requests = queue.withLock({ $0.planGroup() })
            else { return nil }
            let next = PlanAhead()
            ahead.next = next
            return (plan, requests, next)
        }
        guard let (plan, requests, next) = work else { return }
        plannerQueue.async {
            next.finish(
                Result {
                    try self.reader.slot.with { log in
                        try log.environment.read { transaction in
                            var planner = try GroupPlanner(
                                log: log, after: plan, now: self.clock.checkedNow())
                            try planner.noteClockBehindLog(self.clock.now(), in: transaction)
                            for request in requests { try planner.add(request, in: transaction) }
                            return planner.finished()
                        }
                    }
                })
        }
    }

    private func giveUp(_ attempt: Attempt, after cause: any Error) {
        if attempt.hasTurn { turnstile.leave() }
        let failed = attempt.hasTurn ? queue.withLock { $0.takeGroup() } : attempt.requests
        reader.slot.reopenIfBroken()
        latest.withLock { $0 = nil }
        let error = failure(after: cause, isCommitting: attempt.isCommitting)
        watcher.appended()
        for request in failed { request.finish(.failure(error)) }
    }

    private func failure(after cause: any Error, isCommitting: Bool) -> EventLogError {
        let noSpace =
            "no space is left for the log: free some and try again; everything acknowledged is kept"
        if (cause as? LMDBError)?.isOutOfSpace == true {
            return EventLogError(.writeFailed, noSpace, cause: cause)
        }
        // A write that was cut short says only that the disk failed.
        if isCommitting && directory.isFull {
            return EventLogError(.outcomeUnknown, noSpace, cause: cause)
        }
        if isCommitting {
            return EventLogError(
                .outcomeUnknown, "the events may have been written or not; retry with the same ids",
                cause: cause)
        }
        return cause as? EventLogError
            ?? EventLogError(.writeFailed, "the events were not written", cause: cause)
    }

    /// While appends wait, withdraws those whose deadline passes.
    private func watchDeadlines() {
        timerQueue.asyncAfter(deadline: .now() + .milliseconds(20)) {
            let (expired, goesOn) = self.queue.withLock { queue in
                (queue.takeExpired(at: .now), queue.continuesWatch())
            }
            for request in expired {
                request.finish(
                    .failure(
                        EventLogError(
                            .busy,
                            "the log was held by process \(self.turnstile.holder) for too long; "
                                + "nothing was written")))
            }
            if goesOn { self.watchDeadlines() }
        }
    }
}
