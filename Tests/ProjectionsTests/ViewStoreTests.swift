import DRTesting
import EventLog
import Foundation
import Merkle
import Testing

@testable import Projections

struct ViewStoreTests {
    private let fixture = LogFixture()

    /// Opens the views for as long as `body` runs: LMDB opens a file once a process.
    private func withViews<Result>(
        _ body: (ViewStore, EventReader) throws -> Result
    ) throws -> Result {
        let reader = try fixture.openReader()
        let store = try whenClosed { try ViewStore(reader) }
        return try body(store, reader)
    }

    private func folded(_ view: any ReadModel.Type, _ reader: EventReader) throws -> FoldedView {
        var folded = FoldedView(view)
        try folded.fold(reader, upTo: reader.head().position)
        return folded
    }

    /// Expects every view to be what a fold of the whole log gives.
    private func expectWhole(
        _ store: ViewStore, _ reader: EventReader,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for view in Views.all {
            let folded = try folded(view, reader)
            let table = try store.table(view)
            #expect(table.rows == folded.table.rows, "\(view.name)", sourceLocation: sourceLocation)
            #expect(table.position == folded.position, sourceLocation: sourceLocation)
            #expect(table.view == view.name, sourceLocation: sourceLocation)
            #expect(
                try store.digest(view) == folded.digest, "\(view.name)",
                sourceLocation: sourceLocation)
        }
    }

    private func catchUp(_ store: ViewStore) throws {
        for view in Views.all { try store.catchUp(view) }
    }

    private var more: [ScriptedEvent] {
        History.events.map {
            ScriptedEvent($0.stream + "/again", number: $0.number, payload: $0.payload)
        }
    }

    @Test func anEmptyStoreShowsNothing() async throws {
        try await fixture.write(History.events)
        try withViews { (store, _) throws in
            for view in Views.all {
                #expect(try store.head(of: view) == nil)
                #expect(try store.table(view).rows == [])
                #expect(try store.table(view).position == 0)
            }
        }
    }

    @Test func theStatusOfAViewIsADocument() async throws {
        try await fixture.write(History.events)
        try withViews { (store, _) throws in
            let none = try store.status(of: TestsView.self)
            #expect(none.position == 0 && none.rows == 0)
            try store.catchUp(TestsView.self)
            let status = try store.status(of: TestsView.self)
            let digest = try store.digest(TestsView.self)
            #expect(status.digest == digest)
            #expect(
                String(decoding: status.json, as: UTF8.self)
                    == #"{"view":"dr_tests","version":2,"position":22,"rows":2,"#
                    + #""digest":"\#(digest)"}"#)
        }
    }

    @Test func catchingUpGivesTheRowsOfTheFold() async throws {
        try await fixture.write(History.events)
        try withViews { (store, reader) throws in
            try catchUp(store)
            try expectWhole(store, reader)
            let rows = try store.table(TestsView.self).rows.map {
                String(decoding: $0, as: UTF8.self)
            }
            let expected = try History.snapshot(of: "dr_tests")
            #expect(rows == expected)
        }
    }

    @Test func catchingUpAgainGoesOnWhereItEnded() async throws {
        try await fixture.write(History.events)
        try withViews { (store, _) throws in try catchUp(store) }
        try await fixture.write(more, after: 100)
        try withViews { (store, reader) throws in
            let head = try #require(try store.head(of: TestsView.self))
            #expect(head.position == 22)
            try catchUp(store)
            try expectWhole(store, reader)
            let next = try #require(try store.head(of: TestsView.self))
            #expect(next.position == 43)
            #expect(next.generation == head.generation)
            try catchUp(store)
            #expect(try store.head(of: TestsView.self) == next)
        }
    }

    @Test func viewsCatchUpEachForItself() async throws {
        try await fixture.write(History.events)
        try withViews { (store, reader) throws in
            try store.catchUp(MetricsView.self)
            #expect(try store.head(of: LogsView.self) == nil)
            #expect(try store.table(LogsView.self).rows == [])
            #expect(try store.table(MetricsView.self).rows.count == 3)
            try catchUp(store)
            try expectWhole(store, reader)
        }
    }

    @Test func deletedViewsAreBuiltAgainTheSame() async throws {
        try await fixture.write(History.events)
        let first = try withViews { (store, _) throws in
            try catchUp(store)
            return try Views.all.map { try store.digest($0) }
        }
        try FileManager.default.removeItem(atPath: fixture.directory.views)
        let second = try withViews { (store, _) throws in
            #expect(try store.head(of: TestsView.self) == nil)
            try catchUp(store)
            return try Views.all.map { try store.digest($0) }
        }
        #expect(first == second)
    }

    @Test func aRebuildSwapsTheGenerationAndKeepsTheRows() async throws {
        try await fixture.write(History.events)
        try withViews { (store, reader) throws in
            try catchUp(store)
            let before = try #require(try store.head(of: LogsView.self))
            let digest = try store.digest(LogsView.self)
            try store.rebuild(LogsView.self)
            let after = try #require(try store.head(of: LogsView.self))
            #expect(after.generation == before.generation + 1)
            #expect(after.position == before.position)
            #expect(try store.digest(LogsView.self) == digest)
            for view in Views.all { try store.rebuild(view) }
            try expectWhole(store, reader)
        }
        // It goes on from there.
        try await fixture.write(more, after: 100)
        try withViews { (store, reader) throws in
            try catchUp(store)
            try expectWhole(store, reader)
        }
    }

    @Test func aRebuildOfWhatIsNotThereBuildsIt() async throws {
        try await fixture.write(History.events)
        try withViews { (store, reader) throws in
            for view in Views.all { try store.rebuild(view) }
            try expectWhole(store, reader)
        }
    }

    @Test func aLogWithoutTestsHasEmptyTables() async throws {
        try await fixture.write([])
        try withViews { (store, reader) throws in
            try catchUp(store)
            try expectWhole(store, reader)
            #expect(try store.table(TestsView.self).position == 1)
            for view in Views.all { try store.rebuild(view) }
            try expectWhole(store, reader)
        }
    }

    @Test func batchesOfMoreThanOneReadAreWhole() async throws {
        try await fixture.write(History.events)
        var log = LogRecorded()
        // A read stops at 4 MB.
        log.message = String(repeating: "long ", count: 10_000)
        let logs = Array(repeating: TestEvent.logRecorded(log), count: 200)
        try await fixture.writeAtOnce(logs, to: History.first, after: 100)
        try withViews { (store, reader) throws in
            try catchUp(store)
            try expectWhole(store, reader)
            for view in Views.all { try store.rebuild(view) }
            try expectWhole(store, reader)
            #expect(try store.table(LogsView.self).rows.count == 214)
        }
    }
}
