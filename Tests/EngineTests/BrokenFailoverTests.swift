import FoundationEssentials
import ResilientStorage
import Testing

@testable import Engine

/// Failovers that are broken on purpose are broken in the way that they say, and in no other.
struct BrokenFailoverTests {
    private static let start = ContinuousClock.now

    private static func failover(_ sabotage: Sabotage) -> any FailoverDeciding {
        var configuration = Failover.Configuration()
        configuration.failoverAfter = .seconds(2)
        configuration.failbackAfter = .seconds(2)
        configuration.dwell = .seconds(5)
        return Sabotage?.some(sabotage).wrap(Failover(configuration))
    }

    /// The primary fails for 10 s, and 3 operations wait for the secondary up to second 6.
    private static func states(_ failover: inout any FailoverDeciding) -> [Failover.State] {
        (0..<20).map { second in
            let inputs = Failover.Inputs(
                primary: second < 10 ? .unhealthy : .healthy, secondary: .healthy,
                backlog: second < 6 ? 3 : 0, reconciliation: .done)
            _ = failover.update(inputs, at: start + .seconds(second))
            return failover.state
        }
    }

    private static func states(_ sabotage: Sabotage) -> [Failover.State] {
        var failover = failover(sabotage)
        return states(&failover)
    }

    @Test func aSoundOneWaitsForTheBacklogAndComesBack() {
        let states = Self.states(.control)
        #expect(states[5] == .switchingOver)
        #expect(states[6] == .secondary)
        #expect(states[19] == .primary)
    }

    @Test func oneThatIsDisabledStaysWhereItIs() {
        #expect(Set(Self.states(.failoverDisabled)) == [.primary])
    }

    @Test func oneThatTakesWhatIsStaleDoesNotWaitForTheBacklog() {
        let states = Self.states(.failoverToStale)
        #expect(states[4] == .secondary)
        #expect(states[19] == .primary)
    }

    @Test func oneThatNeverComesBackStaysAtTheSecondary() {
        let states = Self.states(.failbackNever)
        #expect(states[6] == .secondary)
        #expect(states[19] == .secondary)
    }

    @Test func anOrderToRefuseWritesIsNotHeeded() {
        #expect(Self.failover(.control).acceptsWrites(isHeld: true) == false)
        var failover = Self.failover(.readOnlyAcceptsWrites)
        #expect(failover.acceptsWrites(isHeld: true))
        // While storages change places it is as read-only as it should be.
        let inputs = Failover.Inputs(
            primary: .healthy, secondary: .healthy, backlog: 1, order: .failOver)
        _ = failover.update(inputs, at: Self.start)
        #expect(failover.state == .switchingOver)
        #expect(failover.acceptsWrites(isHeld: false) == false)
    }

    @Test func aFenceThatIsDisabledLetsThePrimaryBeWrittenTo() {
        let permits = { (sabotage: Sabotage) in
            Sabotage?.some(sabotage).wrap(Fence()).permits(
                .delivery, to: .primary, admittedIn: 2, current: 2, state: .secondary)
        }
        #expect(permits(.control) == false)
        #expect(permits(.fencingDisabled))
    }

    @Test func replicationIsSilentOrLate() async throws {
        let folder = TemporaryDirectory()
        let operation = QueuedOperation(key: "a", action: .delete)
        for (sabotage, depth) in [(Sabotage.replicationSilent, 0), (.failoverToStale, 1)] {
            let queue = try OperationQueue(directory: "\(folder.path)/\(sabotage.rawValue)")
            let broken = Sabotage?.some(sabotage).wrap(replication: queue)
            _ = try await broken.add(operation)
            #expect(broken.depth == depth, "\(sabotage)")
            #expect(try await broken.first(8) == [], "\(sabotage)")
        }
        let late = MemoryQueue(
            entries: [
                QueueEntry(number: 1, operation: operation, added: Date(timeIntervalSinceNow: -60))
            ])
        #expect(try await ReplicationLags(queue: late).first(8).map(\.number) == [1])
    }
}

/// Holds what it was given.
private struct MemoryQueue: OperationQueueing {
    let entries: [QueueEntry]

    func add(_ operation: QueuedOperation) async throws -> QueueEntry {
        QueueEntry(number: 0, operation: operation)
    }
    func first(_ limit: Int) async throws -> [QueueEntry] { Array(entries.prefix(limit)) }
    func pending(for key: String) async throws -> QueueEntry? { nil }
    func remove(_ entry: QueueEntry) async throws {}
    var depth: Int { entries.count }
}
