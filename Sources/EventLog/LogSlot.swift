internal import LMDB
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// Holds the open log, and can close and open it again under its readers.
///
/// After a failed write of its meta page LMDB refuses every further write (`PANIC`): the
/// environment has to be opened anew, which may happen only when no transaction is left.
final class LogSlot: Sendable {
    private let open: @Sendable () throws -> LogFile
    private let current: Mutex<LogFile?>
    private let isReopening = Atomic<Bool>(false)

    init(_ open: @escaping @Sendable () throws -> LogFile) throws {
        self.open = open
        self.current = Mutex(try open())
    }

    func with<Result>(_ body: (LogFile) throws -> Result) throws -> Result {
        let log = try current.withLock { current in
            if current == nil && !isReopening.load(ordering: .acquiring) { current = try open() }
            return current
        }
        guard let log else {
            throw EventLogError(
                .busy, "the log is being opened again after a disk error; try again")
        }
        return try log.whole { try body(log) }
    }

    /// Opens the log again if LMDB gave it up, as after the failed write of a meta page: then
    /// nothing can be read in it any more either.
    func reopenIfBroken() {
        do {
            _ = try with { log in try log.environment.read { $0.number } }
        } catch let error as LMDBError where error.code == .panic {
            reopen()
        } catch {
            // If it cannot be opened now, the next call tries again.
        }
    }

    /// Waits for the readers of the old environment, then opens a new one. New readers are turned
    /// away meanwhile.
    ///
    /// If it cannot be opened, each call after this one tries again.
    func reopen() {
        // Whoever comes second leaves it to the first.
        if isReopening.exchange(true, ordering: .acquiringAndReleasing) { return }
        var old = current.withLock { $0.take() }
        while old != nil && !isKnownUniquelyReferenced(&old) { usleep(1000) }
        old = nil
        isReopening.store(false, ordering: .releasing)
    }
}
