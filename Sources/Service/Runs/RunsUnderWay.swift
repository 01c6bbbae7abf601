public import DRTesting
public import EventLog
internal import FoundationEssentials

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
                let isAlive = OpenFileLock.isHeld(lock)
                var recorded = RecordedRun(key: key)
                guard try recorded.catchUp(with: reader), recorded.end == nil else { continue }
                runs.append(
                    RunUnderWay(id: recorded.id, key: key, run: recorded.run, isAlive: isAlive))
            }
            return runs
        }
    }
}
