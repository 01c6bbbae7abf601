public import DRTesting
public import EventLog
internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// A run that has no end yet.
public struct RunUnderWay: Sendable {
    /// Of the test.
    public let id: UInt64
    public let key: EventID
    public let run: TestRun
    /// Its runner is alive. Otherwise it is lost, and will be closed.
    public let isAlive: Bool
}

/// The runs that have no end yet, whoever started them: their runners hold locks, and leave them
/// only with the last event of the run. So their number counts, not that of all runs.
public struct RunsUnderWay: Sendable {
    private static let lockSuffix = ".lock"

    private let store: EventStore

    public init(_ store: EventStore) { self.store = store }

    /// In the order of their keys, which is that of time. Runs that are not recorded yet are left
    /// out.
    public func all() async throws -> [RunUnderWay] {
        let folder = store.directory.runs
        return try await store.read { reader in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            var runs: [RunUnderWay] = []
            for name in names.sorted() where name.hasSuffix(Self.lockSuffix) {
                let lock = "\(folder)/\(name)"
                guard let key = EventID(String(name.dropLast(Self.lockSuffix.count))) else {
                    continue
                }
                // Looked at first: a run that ends meanwhile has an end then.
                let isAlive = RunnerLock.isHeld(lock)
                var recorded = RecordedRun(key: key)
                guard try recorded.catchUp(with: reader), recorded.end == nil else { continue }
                runs.append(
                    RunUnderWay(id: recorded.id, key: key, run: recorded.run, isAlive: isAlive))
            }
            return runs
        }
    }
}

/// The lock that a runner holds for the whole life of its run.
enum RunnerLock {
    // Locks of the open file description (fcntl(2)). Swift's Glibc does not export the name.
    private static let openFileDescriptionGetLock: Int32 = 36

    /// Whether a living process holds it.
    static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        if descriptor < 0 { return false }
        defer { close(descriptor) }
        var lock = flock(
            l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
        return fcntl(descriptor, openFileDescriptionGetLock, &lock) == 0
            && lock.l_type != Int16(F_UNLCK)
    }
}
