import DRTesting
import EventLog
import Foundation
import Merkle
import Testing

@testable import Projections

/// The tables of tests over a log of two runs.
struct ViewTests {
    private static let ofTests: [any ReadModel.Type] = [
        TestsView.self, ResultsView.self, LogsView.self, MetricsView.self,
    ]

    private let fixture = LogFixture()

    private func history() async throws -> EventReader {
        try await fixture.write(History.events)
        return try fixture.openReader()
    }

    private func folded(
        _ view: any ReadModel.Type, _ reader: EventReader, upTo last: UInt64 = 22,
        batch: Int = 5000
    ) throws -> FoldedView {
        var folded = FoldedView(view)
        try folded.fold(reader, upTo: last, batch: batch)
        return folded
    }

    private func texts(_ rows: [[UInt8]]) -> [String] {
        rows.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: ["dr_tests", "test_results", "test_logs", "test_metrics"])
    func rowsAreAsInTheSnapshot(view name: String) async throws {
        let reader = try await history()
        let view = try #require(Views.view(named: name))
        let table = try folded(view, reader).table
        let expected = try History.snapshot(of: name)
        #expect(texts(table.rows) == expected)
        #expect(table.view == name)
        #expect(table.position == 22)
        #expect(try reader.head().position == 22)
    }

    private static let fields: [String: String] = [
        "dr_tests": """
        id test_type scenario status verdict start_time end_time rto_target_ms rpo_target_ms \
        rto_actual_ms rpo_actual_ms test_config executed_by environment created_at target \
        target_kind purpose error_message first_position last_position
        """,
        "test_results": """
        id test_id component test_name expected_result actual_result passed verdict \
        execution_time_ms error_message details created_at
        """,
        "test_logs": "id test_id timestamp event_type component message level metadata",
        "test_metrics": """
        id test_id metric_name metric_type value unit threshold passed recorded_at
        """,
    ]

    @Test func fieldsAreInTheOrderOfTheTables() async throws {
        let reader = try await history()
        #expect(Set(Self.ofTests.map { $0.name }) == Set(Self.fields.keys))
        for (name, fields) in Self.fields {
            let view = try #require(Views.view(named: name))
            let rows = try folded(view, reader).table.rows
            #expect(!rows.isEmpty)
            let expected = fields.split(separator: " ").map { String($0) }
            for row in rows { #expect(TopLevelNames.of(row) == expected, "\(name)") }
        }
    }

    @Test func everyRowIsJSON() async throws {
        let reader = try await history()
        for view in Views.all {
            for row in try folded(view, reader).table.rows {
                let object = try JSONSerialization.jsonObject(with: Data(row))
                #expect(object is [String: Any])
            }
        }
    }

    // MARK: Batches and positions

    @Test func batchesDoNotMatter() async throws {
        let reader = try await history()
        for view in Views.all {
            let whole = try folded(view, reader)
            for batch in [1, 2, 7, 5000] {
                let other = try folded(view, reader, batch: batch)
                #expect(other.digest == whole.digest, "\(view.name), \(batch)")
                #expect(other.table.rows == whole.table.rows)
            }
        }
    }

    @Test func foldingOnIsAsFoldingAtOnce() async throws {
        let reader = try await history()
        for view in Views.all {
            var stepwise = FoldedView(view)
            for position in [UInt64(3), 3, 1, 11, 22] {
                try stepwise.fold(reader, upTo: position, batch: 4)
            }
            #expect(stepwise.position == 22)
            #expect(try stepwise.digest == folded(view, reader).digest)
        }
    }

    @Test func theDigestDependsOnRowsPositionAndView() async throws {
        let reader = try await history()
        var digests: [MerkleHash] = []
        for view in Self.ofTests {
            for last in [UInt64(12), 13, 22] {
                digests.append(try folded(view, reader, upTo: last).digest)
            }
        }
        #expect(Set(digests).count == digests.count)
    }

    @Test func anEarlierPositionShowsTheTableAsItWas() async throws {
        let reader = try await history()
        let logs = try folded(LogsView.self, reader, upTo: 9).table
        let expected = try History.snapshot(of: "test_logs").prefix(5)
        #expect(logs.position == 9)
        #expect(texts(logs.rows) == Array(expected))
        let tests = texts(try folded(TestsView.self, reader, upTo: 6).table.rows)
        #expect(tests.count == 2)
        #expect(tests[0].contains(#""status":"running","verdict":null"#))
        #expect(tests[0].contains(#""end_time":null"#))
        #expect(tests[0].hasSuffix(#""first_position":2,"last_position":5}"#))
        #expect(tests[1].contains(#""start_time":"2026-11-23T08:30:05.001Z","end_time":null"#))
        let asked = texts(try folded(TestsView.self, reader, upTo: 2).table.rows)
        #expect(asked.count == 1)
        #expect(asked[0].contains(#""status":"pending","verdict":null,"start_time":null"#))
        let before = try folded(TestsView.self, reader, upTo: 1)
        #expect(before.table.rows == [])
        #expect(before.position == 1)
    }

    @Test func rowsOfATestAreThoseOfItsIndex() async throws {
        let reader = try await history()
        for view in Self.ofTests {
            let folded = try folded(view, reader)
            for id in [History.firstID, History.secondID] {
                let expected = try History.snapshot(of: view.name, test: id)
                #expect(texts(folded.rows(ofTest: id)) == expected, "\(view.name), \(id)")
            }
            #expect(folded.rows(ofTest: 3) == [])
        }
    }

    // MARK: Documents

    @Test func aViewIsADocument() async throws {
        let reader = try await history()
        let rows = try History.snapshot(of: "test_metrics").joined(separator: ",")
        let expected = #"{"view":"test_metrics","position":22,"rows":[\#(rows)]}"#
        let whole = try folded(MetricsView.self, reader).table.json
        #expect(texts([whole]) == [expected])
        let empty = try folded(MetricsView.self, reader, upTo: 2).table.json
        #expect(texts([empty]) == [#"{"view":"test_metrics","position":2,"rows":[]}"#])
    }

    @Test(arguments: [History.firstID, History.secondID])
    func aTestIsADocumentOfItsRows(id: UInt64) async throws {
        let reader = try await history()
        let parts = try ["dr_tests", "test_results", "test_logs", "test_metrics"].map {
            try History.snapshot(of: $0, test: id).joined(separator: ",")
        }
        let expected =
            #"{"test":\#(parts[0]),"results":[\#(parts[1])],"#
            + #""logs":[\#(parts[2])],"metrics":[\#(parts[3])]}"#
        let json = try #require(try TestDocument.json(ofTest: id, reader))
        #expect(texts([json]) == [expected])
    }

    @Test(arguments: [UInt64(0), 1, 3, 5, 22, .max])
    func thereIsNoDocumentOfWhatIsNoTest(id: UInt64) async throws {
        let reader = try await history()
        #expect(try TestDocument.json(ofTest: id, reader) == nil)
    }
}
