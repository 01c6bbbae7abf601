internal import Merkle
internal import Wire

extension EventStore {
    /// Moves the events before a position into an archive, as far as they may leave the log: a run
    /// leaves it whole, and only when it has ended; events of other streams stay also here.
    ///
    /// Safe to be killed at any moment, and to be repeated, also with another position: what was
    /// begun is finished first. Hashes and indexes stay, so every proof still verifies.
    ///
    /// - Parameters:
    ///   - base: gives the dump of the views at a position, for rebuilds without the archive. A
    ///     copy of it stays beside the log, as `DataDirectory.base`.
    ///   - isFinished: whether a run has ended, by its last events, at most 16.
    ///   - by: who gave the command.
    /// - Returns: the segments whose events left the log by this call; none if there was nothing to
    ///   do.
    /// - Throws: `EventLogError`: `.busy` while another such command works; `.archive` if the
    ///   archive does not hold what it must, or is another one than the last; or what the archive
    ///   throws.
    public func archive(
        before position: UInt64, to store: any ArchiveStore,
        base: @escaping @Sendable (EventReader, UInt64) throws -> ArchiveBase,
        isFinished: @escaping @Sendable ([RecordedEvent]) -> Bool, by: String
    ) async throws -> [ArchivedSegment] {
        let archiver = Archiver(
            log: self, store: store, base: base, isFinished: isFinished, by: by)
        return try await archiver.archive(before: position)
    }

    /// Has the views drop old rows, by an event: what a view shows never depends on a clock.
    ///
    /// The same cut-offs again add no event.
    ///
    /// - Parameters:
    ///   - logCutOff: log lines and metrics before this time are dropped; microseconds since 1970.
    ///   - resultCutOff: results before this time are dropped.
    public func applyRetention(
        logCutOff: UInt64, resultCutOff: UInt64, by: String
    ) async throws -> RetentionApplied {
        let retention = RetentionApplied(
            logCutOff: logCutOff, resultCutOff: resultCutOff, by: by)
        let event = NewEvent(
            id: EventID(
                derivedFrom: Array("\(reader.logID) retention \(logCutOff) \(resultCutOff)".utf8)),
            number: RetentionApplied.number, payload: retention.encoded, isOnce: true)
        do {
            _ = try await append([event], to: LogEvent.streamName, expecting: .any)
        } catch let error as EventLogError where error.isTakenID {
            return retention
        }
        return retention
    }

    /// Applies what a retention means now.
    public func applyRetention(
        _ retention: Retention = .standard, by: String
    ) async throws -> RetentionApplied {
        let (log, result) = retention.cutOffs(at: clock.now())
        return try await applyRetention(logCutOff: log, resultCutOff: result, by: by)
    }
}

/// For how many days views keep rows. The events stay in the log, or in its archive, for ever.
public struct Retention: Equatable, Sendable {
    /// Logs and metrics 30 days, results 90.
    public static let standard = Retention(logDays: 30, resultDays: 90)

    public var logDays: UInt64
    public var resultDays: UInt64

    public init(logDays: UInt64, resultDays: UInt64) {
        (self.logDays, self.resultDays) = (logDays, resultDays)
    }

    /// Whole days in UTC, so that a second time on one day changes nothing.
    func cutOffs(at time: UInt64) -> (log: UInt64, result: UInt64) {
        let day: UInt64 = 86_400_000_000
        let today = time / day
        return ((today - min(today, logDays)) * day, (today - min(today, resultDays)) * day)
    }
}

extension EventLogError {
    fileprivate var isTakenID: Bool {
        if case .idTaken = code { true } else { false }
    }
}
