import DRTesting
import EventLog
import Foundation
import Merkle
import Testing
import Wire

@testable import Projections

/// The tables as they were at any moment.
struct TimeTravelTests {
    private let fixture = LogFixture()

    /// Random events of five runs and of what people keep, with cut-offs among them.
    private var randomEvents: [ScriptedEvent] {
        var random = SplitMix64(seed: Seed.value &+ 5)
        let kept = CatalogHistory.events.filter { !$0.stream.hasPrefix("run/") }
        return (2..<UInt64(180)).map { position in
            switch Int.random(in: 0..<40, using: &random) {
            case 0:
                let event = RetentionApplied(
                    logCutOff: History.time(position / 2, 0),
                    resultCutOff: History.time(position / 3, 0), by: "ops")
                return ScriptedEvent(
                    "retention", number: RetentionApplied.number, payload: event.encoded)
            case 1...8:
                return kept.randomElement(using: &random)!
            default:
                let event = History.events.randomElement(using: &random)!
                let stream = "run/\(Int.random(in: 0..<5, using: &random))"
                return ScriptedEvent(stream, number: event.number, payload: event.payload)
            }
        }
    }

    private func writeRandomLog() async throws { try await fixture.write(randomEvents) }

    /// In ascending order.
    private func positions(upTo last: UInt64, count: Int = 100) -> [UInt64] {
        var random = SplitMix64(seed: Seed.value &+ 6)
        return (0..<count).map { _ in UInt64.random(in: 0...last, using: &random) }.sorted()
    }

    private func folded(
        _ view: any ReadModel.Type, _ reader: EventReader, upTo position: UInt64
    ) throws -> FoldedView {
        var folded = FoldedView(view)
        try folded.fold(reader, upTo: position)
        return folded
    }

    /// What is handed over piece by piece.
    private func whole(
        _ write: ((_ piece: [UInt8]) throws -> Void) throws -> Void
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try write { bytes += $0 }
        return bytes
    }

    @Test func aTableThatFollowsTheLogIsAtEveryPositionThatOfAFreshFold() async throws {
        try await writeRandomLog()
        let reader = try fixture.openReader()
        var random = SplitMix64(seed: Seed.value &+ 7)
        var following = Views.all.map { FoldedView($0) }
        for position in try positions(upTo: reader.head().position) {
            for index in following.indices {
                let batch = Int.random(in: 1...9, using: &random)
                try following[index].fold(reader, upTo: position, batch: batch)
                let fresh = try folded(Views.all[index], reader, upTo: position)
                let isSame =
                    following[index].digest == fresh.digest
                    && following[index].table.json == fresh.table.json
                #expect(isSame, "\(fresh.view.name) at \(position), seed \(Seed.value)")
            }
        }
    }

    /// What came after a position changes nothing that is shown of it.
    @Test func aPastTableIsThatOfALogThatEndsThere() async throws {
        try await writeRandomLog()
        let events = randomEvents
        let reader = try fixture.openReader()
        for position in try positions(upTo: reader.head().position, count: 6) where position > 0 {
            let shorter = LogFixture()
            try await shorter.write(Array(events.prefix(Int(position) - 1)))
            for view in Views.all {
                let end = try shorter.folded(view)
                let past = try folded(view, reader, upTo: position)
                let isSame = end.position == position && end.digest == past.digest
                #expect(isSame, "\(view.name) at \(position), seed \(Seed.value)")
            }
        }
    }

    @Test func aPastTableOutOfAFileIsThatOfAFreshFold() async throws {
        try await writeRandomLog()
        let reader = try fixture.openReader()
        for position in try positions(upTo: reader.head().position) {
            let store = try #require(try PastTables.stored(Views.all, at: position, reader))
            for view in Views.all {
                let fresh = try folded(view, reader, upTo: position)
                let status = try store.status(of: view)
                let written = try whole { try store.write(view, to: $0) }
                let shown = try whole { try PastTables.write(view, at: position, reader, to: $0) }
                let isSame =
                    status.digest == fresh.digest && status.rows == fresh.table.rows.count
                    && written == fresh.table.json && shown == written
                #expect(isSame, "\(view.name) at \(position), seed \(Seed.value)")
            }
        }
    }

    @Test func whatBecameOfTablesIsTheSameOutOfFiles() async throws {
        try await writeRandomLog()
        let reader = try fixture.openReader()
        let positions = try positions(upTo: reader.head().position, count: 20)
        for (first, second) in zip(positions, positions.reversed()) where first <= second {
            let expected = try PastTables.differences(
                of: Views.all, from: first, to: second, reader)
            let before = try #require(try PastTables.stored(Views.all, at: first, reader))
            let after = try #require(try PastTables.stored(Views.all, at: second, reader))
            for (view, difference) in zip(Views.all, expected) {
                let found = try after.difference(of: view, since: before)
                #expect(
                    found == difference,
                    "\(view.name) from \(first) to \(second), seed \(Seed.value)")
            }
        }
    }

    @Test func aTemporaryFileLeavesNothingBehind() async throws {
        try await fixture.write(History.events)
        let reader = try fixture.openReader()
        let folder = try #require(TemporaryFolder(in: fixture.temporary.path))
        #expect(FileManager.default.fileExists(atPath: folder.path))
        let store = try ViewStore(reader, in: folder)
        #expect(!FileManager.default.fileExists(atPath: folder.path))
        // Nobody sees it any more, and it serves all the same.
        try store.catchUp(TestsView.self)
        #expect(try store.table(TestsView.self).rows.count == 2)
        #expect(TemporaryFolder(in: fixture.temporary.path + "/nowhere") == nil)
    }

    @Test func theDocumentOfATestHasTheRowsOfTheTables() async throws {
        try await writeRandomLog()
        let reader = try fixture.openReader()
        let last = try reader.head().position
        let views: [any ReadModel.Type] = [
            TestsView.self, ResultsView.self, LogsView.self, MetricsView.self,
        ]
        let tables = try views.map { try folded($0, reader, upTo: last) }
        for id in 0...last {
            let json = try TestDocument.json(ofTest: id, reader)
            let parts = tables.map { table in
                table.rows(ofTest: id).map { String(decoding: $0, as: UTF8.self) }
                    .joined(separator: ",")
            }
            let expected =
                parts[0].isEmpty
                ? nil
                : #"{"test":\#(parts[0]),"results":[\#(parts[1])],"logs":[\#(parts[2])],"#
                    + #""metrics":[\#(parts[3])]}"#
            let text = json.map { String(decoding: $0, as: UTF8.self) }
            #expect(text == expected, "test \(id), seed \(Seed.value)")
        }
    }

    @Test func theStoredTablesAreThoseOfAFold() async throws {
        try await writeRandomLog()
        let reader = try fixture.openReader()
        let store = try whenClosed { try ViewStore(reader) }
        try store.catchUp(Views.all)
        for view in Views.all {
            var digests: Set<MerkleHash> = [try store.digest(view)]
            for batch in [1, 7, 5000] {
                var folded = FoldedView(view)
                try folded.fold(reader, upTo: reader.head().position, batch: batch)
                digests.insert(folded.digest)
            }
            #expect(digests.count == 1, "\(view.name), seed \(Seed.value)")
        }
    }
}
