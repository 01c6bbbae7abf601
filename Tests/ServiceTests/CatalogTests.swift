import DRTesting
import EventLog
import Foundation
import Service
import Synchronization
import Testing

/// Tables that people keep, changed by many at once.
struct CatalogTests {
    private static func cadence(_ target: String) -> CadenceDefinition {
        var cadence = CadenceDefinition()
        (cadence.scenarioName, cadence.targetName) = ("Failover Mechanism", target)
        (cadence.intervalMs, cadence.reason, cadence.by) = (1000, "DORA", "ada")
        return cadence
    }

    private static func create(
        _ target: String, in catalog: Catalog
    ) async throws -> CatalogChange<Cadences> {
        try await catalog.change(Cadences.self) { state in
            try Cadences.decide(.create(cadence(target)), in: state.table)
        }
    }

    @Test func ofManyWhoChangeATableAtOnceNoneIsLost() async throws {
        let folder = CatalogFolder()
        let store = try EventStore(DataDirectory(folder.path))
        let catalogs = [Catalog(store), Catalog(store)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<10 {
                group.addTask {
                    _ = try await Self.create("target \(index)", in: catalogs[index % 2])
                }
            }
            try await group.waitForAll()
        }
        let state = try await Catalog(store).state(of: Cadences.self)
        #expect(state.revision == 10)
        #expect(state.table.rows.present.map(\.definition.id) == Array(1...10))
        #expect(Set(state.table.rows.present.map(\.definition.targetName)).count == 10)
        #expect(try LogVerifier(store.reader, outside: nil).verify().isClean)
    }

    @Test func whoWasNotFirstIsAskedAgain() async throws {
        let folder = CatalogFolder()
        let store = try EventStore(DataDirectory(folder.path))
        let (catalog, other) = (Catalog(store), Catalog(store))
        let asked = Asked()
        _ = try await catalog.change(Cadences.self) { state in
            asked.revisions.withLock { $0.append(state.revision) }
            if state.revision == 0 { _ = try await Self.create("theirs", in: other) }
            return try Cadences.decide(.create(Self.cadence("mine")), in: state.table)
        }
        #expect(asked.revisions.withLock { $0 } == [0, 1])
        #expect(try store.reader.revision(ofStream: Cadences.stream) == 2)
    }

    @Test func whatIsSoAlreadyIsNotAppended() async throws {
        let folder = CatalogFolder()
        let store = try EventStore(DataDirectory(folder.path))
        let catalog = Catalog(store)
        let first = try await Self.create("a", in: catalog)
        let second = try await Self.create("a", in: catalog)
        #expect(first.events.count == 1)
        #expect(second.events.isEmpty)
        #expect(second.state.positions == first.state.positions)
    }

    @Test func aRowStandsWhereItWasLastChanged() async throws {
        let folder = CatalogFolder()
        let store = try EventStore(DataDirectory(folder.path))
        let catalog = Catalog(store)
        let created = try await Self.create("a", in: catalog)
        let changed = try await catalog.change(Cadences.self) { state in
            try Cadences.decide(.disable(RowChange(id: 1, by: "ada")), in: state.table)
        }
        let (before, after) = (created.state.positions[1], changed.state.positions[1])
        let head = try store.reader.head().position
        #expect(after == head)
        #expect(before == head - 1)
    }
}

/// The revisions of a table that somebody was shown.
private final class Asked: Sendable {
    let revisions = Mutex<[UInt64]>([])
}

/// A folder that is removed together with whoever holds it.
private final class CatalogFolder: Sendable {
    let path = NSTemporaryDirectory() + "dr-catalog-\(UUID().uuidString)"

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
