import DRTesting
import EventLog
import Merkle
import Testing
import Wire

@testable import Projections

/// Rows leave the tables by an event of the log, and by nothing else.
struct RetentionTests {
    private static let views: [any ReadModel.Type] = [
        ResultsView.self, LogsView.self, MetricsView.self,
    ]

    private let fixture = LogFixture()

    /// Keeps the log lines and metrics from one position on, and the results from another.
    private func retention(logs: UInt64, results: UInt64) -> ScriptedEvent {
        let event = RetentionApplied(
            logCutOff: History.time(logs, 0), resultCutOff: History.time(results, 0), by: "ops")
        return ScriptedEvent("retention", number: RetentionApplied.number, payload: event.encoded)
    }

    private var more: [ScriptedEvent] {
        History.events.map {
            ScriptedEvent($0.stream + "/again", number: $0.number, payload: $0.payload)
        }
    }

    private func rows(
        _ view: any ReadModel.Type, _ reader: EventReader, upTo last: UInt64, batch: Int = 5000
    ) throws -> [[UInt8]] {
        try folded(view, reader, upTo: last, batch: batch).table.rows
    }

    private func folded(
        _ view: any ReadModel.Type, _ reader: EventReader, upTo last: UInt64, batch: Int = 5000
    ) throws -> FoldedView {
        var folded = FoldedView(view)
        try folded.fold(reader, upTo: last, batch: batch)
        return folded
    }

    @Test func rowsOlderThanTheCutOffAreDropped() async throws {
        try await fixture.write(History.events + [retention(logs: 10, results: 14)])
        let reader = try fixture.openReader()
        for view in Self.views {
            // The event at the position itself was recorded at the cut-off, and stays.
            let old: UInt64 = view == ResultsView.self ? 13 : 9
            let dropped = try rows(view, reader, upTo: old).count
            let before = try rows(view, reader, upTo: 22)
            #expect(dropped > 0 || view == MetricsView.self)
            #expect(before.count > dropped, "\(view.name)")
            #expect(try rows(view, reader, upTo: 23) == Array(before.dropFirst(dropped)))
        }
        // The tests themselves stay.
        #expect(try rows(TestsView.self, reader, upTo: 23).count == 2)
    }

    @Test func droppedRowsLeaveTheIndexToo() async throws {
        try await fixture.write(History.events + [retention(logs: 30, results: 30)])
        let reader = try fixture.openReader()
        for view in Self.views {
            let folded = try folded(view, reader, upTo: 23)
            #expect(folded.table.rows == [])
            #expect(folded.rows(ofTest: History.firstID) == [])
        }
    }

    @Test func theDocumentOfATestShowsWhatTheTablesStillHave() async throws {
        try await fixture.write(History.events + [retention(logs: 30, results: 14)])
        let reader = try fixture.openReader()
        let json = try #require(try TestDocument.json(ofTest: History.firstID, reader))
        let text = String(decoding: json, as: UTF8.self)
        let test = try rows(TestsView.self, reader, upTo: 23)[0]
        let results = try folded(ResultsView.self, reader, upTo: 23)
            .rows(ofTest: History.firstID).map { String(decoding: $0, as: UTF8.self) }
        #expect(results.count == 1)
        #expect(
            text == #"{"test":\#(String(decoding: test, as: UTF8.self)),"#
                + #""results":[\#(results.joined(separator: ","))],"logs":[],"metrics":[]}"#)
    }

    @Test func idsGoOnWhereRowsWereDropped() async throws {
        try await fixture.write(History.events + [retention(logs: 30, results: 30)] + more)
        let reader = try fixture.openReader()
        for view in Self.views {
            let count = try rows(view, reader, upTo: 22).count
            let first = try #require(try rows(view, reader, upTo: 44).first)
            let text = String(decoding: first, as: UTF8.self)
            #expect(text.hasPrefix(#"{"id":\#(count + 1),"#), "\(text)")
        }
    }

    /// The cut-offs fall before, into and after what is stored when they are applied.
    @Test(arguments: [(5, 5), (12, 16), (24, 40), (36, 60)] as [(UInt64, UInt64)])
    func storedRowsAreDroppedAsFoldedOnesAre(logs: UInt64, results: UInt64) async throws {
        try await fixture.write(History.events)
        try withViews { store, _ in try store.catchUp(Views.all) }
        try await fixture.write(
            more + [retention(logs: logs, results: results)] + History.events
                + [retention(logs: logs + 3, results: results + 3)], after: 21)
        try withViews { store, reader in
            try store.catchUp(Views.all)
            try expectWhole(store, reader)
            try store.rebuild(Views.all)
            try expectWhole(store, reader)
        }
    }

    private func withViews(_ body: (ViewStore, EventReader) throws -> Void) throws {
        let reader = try fixture.openReader()
        try body(try whenClosed { try ViewStore(reader) }, reader)
    }

    private func expectWhole(_ store: ViewStore, _ reader: EventReader) throws {
        let last = try reader.head().position
        for view in Self.views {
            var digests: Set<MerkleHash> = [try store.digest(view)]
            for batch in [1, 7, 5000] {
                digests.insert(try folded(view, reader, upTo: last, batch: batch).digest)
            }
            #expect(digests.count == 1, "\(view.name)")
            #expect(try store.table(view).rows == rows(view, reader, upTo: last))
        }
    }
}
