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
    private let turnstile: Turnstile
    private let queue = Mutex(AppendQueue())
    private let frontier = Mutex<MerkleFrontier?>(nil)
    private let writerQueue = DispatchQueue(label: "EventStore.writer")
    private let readerQueue = DispatchQueue(label: "EventStore.reader", attributes: .concurrent)
    private let timerQueue = DispatchQueue(label: "EventStore.deadlines")
    private let watcher: HeadWatcher

    public var directory: DataDirectory { reader.directory }

    /// Opens the log of a data directory, and makes it if there is none.
    ///
    /// Blocks for the time of a few disk writes.
    ///
    /// - Parameter mapSize: the largest size of the log in bytes; all processes use one value.
    public init(
        _ directory: DataDirectory, clock: LogClock = .system, mapSize: Int? = nil
    ) throws {
        try directory.prepare()
        let hostGuard = try HostGuard(directory)
        let turnstile = try Turnstile(path: directory.turnstile)
        // Two that make the same log at once must not see each other's half.
        turnstile.enter()
        defer { turnstile.leave() }
        let slot = try LogSlot {
            try LogFile(directory, readOnly: false, create: true, mapSize: mapSize)
        }
        var generator = SystemRandomNumberGenerator()
        let (time, id) = (clock.now(), EventID(time: clock.now(), using: &generator))
        let logID = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        try slot.with { try $0.createIfNeeded(logID: logID, eventID: id, time: time) }
        reader = try EventReader(directory, slot: slot, hostGuard: hostGuard)
        watcher = HeadWatcher(reader: reader)
        (self.clock, self.turnstile) = (clock, turnstile)
        try CheckpointSigner.createKey(in: directory, origin: reader.origin)
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

    /// Signs the present head and keeps the checkpoint in the log and outside of it.
    ///
    /// - Throws: `EventLogError`: `.key`; `.damaged` if the head does not continue the last
    ///   checkpoint, which is then not signed.
    public func signCheckpoint(outside: OutsideCheckpoints?) async throws -> SignedCheckpoint {
        let signer = CheckpointSigner(reader: reader, turnstile: turnstile)
        return try await withCheckedThrowingContinuation { continuation in
            writerQueue.async {
                continuation.resume(with: Swift.Result { try signer.sign(outside: outside) })
            }
        }
    }
}

// MARK: - The writer

extension EventStore {
    private func writeGroups() {
        repeat { writeGroup() } while queue.withLock { $0.continues() }
    }

    private func writeGroup() {
        var outcomes: [(AppendRequest, Result<AppendReceipt, any Error>)] = []
        var isCommitting = false
        turnstile.enter()
        var hasTurn = true
        do {
            try reader.slot.with { log in
                try log.environment.write { transaction in
                    turnstile.leave()
                    hasTurn = false
                    let group = queue.withLock { $0.takeGroup() }
                    outcomes = group.map { ($0, .failure(CancellationError())) }
                    let head = try log.head(in: transaction)
                    var writer = GroupWriter(log: log, head: head, now: try clock.checkedNow())
                    try writer.noteClockBehindLog(using: clock, in: transaction)
                    for (index, request) in group.enumerated() {
                        outcomes[index].1 = try Self.outcome(of: request, in: transaction, &writer)
                    }
                    // What the log has to say of itself waits for an event that is kept.
                    guard outcomes.contains(where: \.1.isSuccess) else { return }
                    let next = try Tiles.append(
                        writer.newLeaves,
                        to: try knownFrontier(at: head.position, of: log, in: transaction),
                        of: log, in: transaction)
                    try log.write(writer.head, in: transaction)
                    isCommitting = true
                    try transaction.commit()
                    frontier.withLock { $0 = next }
                }
            }
        } catch {
            if hasTurn { turnstile.leave() }
            outcomes = failures(of: outcomes, after: error, isCommitting: isCommitting)
        }
        watcher.appended()
        for (request, outcome) in outcomes { request.finish(outcome) }
    }

    /// Refusals are outcomes of one request; what else goes wrong ends the whole group.
    private static func outcome(
        of request: AppendRequest, in transaction: borrowing WriteTransaction,
        _ writer: inout GroupWriter
    ) throws -> Result<AppendReceipt, any Error> {
        do {
            return .success(try writer.append(request, in: transaction))
        } catch let refusal as EventLogError where refusal.code != .damaged {
            return .failure(refusal)
        }
    }

    private func knownFrontier(
        at position: UInt64, of log: LogFile, in transaction: borrowing WriteTransaction
    ) throws -> MerkleFrontier {
        // Another process may have appended since: then what we remember is behind.
        if let known = frontier.withLock({ $0 }), known.count == position { return known }
        return try Tiles.frontier(ofSize: position, of: log, in: transaction)
    }

    private func failures(
        of outcomes: [(AppendRequest, Result<AppendReceipt, any Error>)], after cause: any Error,
        isCommitting: Bool
    ) -> [(AppendRequest, Result<AppendReceipt, any Error>)] {
        let failed = outcomes.isEmpty ? queue.withLock { $0.takeGroup() } : outcomes.map(\.0)
        // If it cannot be opened now, the next call tries again.
        if (cause as? LMDBError)?.code == .panic { reader.slot.reopen() }
        frontier.withLock { $0 = nil }
        let error = failure(after: cause, isCommitting: isCommitting)
        return failed.map { ($0, .failure(error)) }
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

extension Result {
    fileprivate var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
