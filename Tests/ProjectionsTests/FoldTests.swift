import DRTesting
import EventLog
import Foundation
import Merkle
import Testing

@testable import Projections

/// What holds for the folds of any events.
struct FoldTests {
    private let fixture = LogFixture()

    private func fold(
        _ view: any ReadModel.Type, of events: [ScriptedEvent]
    ) async throws -> FoldedView {
        try await fixture.write(events)
        let reader = try fixture.openReader()
        var folded = FoldedView(view)
        try folded.fold(reader, upTo: reader.head().position)
        return folded
    }

    private func request(_ name: String = "a") -> TestEvent {
        var request = RunRequested()
        request.scenarioName = name
        return .runRequested(request)
    }

    private func object(_ row: [UInt8]) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(row))
        return try #require(object as? [String: Any])
    }

    @Test func eventsOfWhatIsNoTestAreIgnored() async throws {
        for view in Views.all {
            let fixture = LogFixture()
            try await fixture.write([
                ScriptedEvent("run/x", .resultRecorded(.init())),
                ScriptedEvent("run/x", .metricRecorded(.init())),
                ScriptedEvent("run/x", .logRecorded(.init())),
                ScriptedEvent("run/x", .runFinished(.init())),
            ])
            let reader = try fixture.openReader()
            var folded = FoldedView(view)
            try folded.fold(reader, upTo: 5)
            #expect(folded.table.rows == [], "\(view.name)")
            #expect(folded.position == 5)
        }
    }

    @Test func damagedEventsAreIgnored() async throws {
        let folded = try await fold(
            MetricsView.self,
            of: [
                ScriptedEvent("run/a", request()),
                ScriptedEvent("run/a", number: 26, payload: [0x0a, 200, 1]),
                ScriptedEvent("run/a", .metricRecorded(.init())),
            ])
        #expect(folded.table.rows.count == 1)
        #expect(folded.position == 4)
    }

    @Test func theFirstEndOfARunCounts() async throws {
        var (failed, completed) = (RunFinished(), RunFinished())
        (failed.status, failed.verdict) = (.failed, .inconclusive)
        (completed.status, completed.verdict) = (.completed, .passed)
        let folded = try await fold(
            TestsView.self,
            of: [
                ScriptedEvent("run/a", request()), ScriptedEvent("run/a", .runFinished(failed)),
                ScriptedEvent("run/a", .runFinished(completed)),
            ])
        let row = try object(folded.table.rows[0])
        #expect(row["status"] as? String == "failed")
        #expect(row["verdict"] as? String == "inconclusive")
        #expect(row["last_position"] as? Int == 4)
    }

    @Test func rowsAreNumberedOverAllTests() async throws {
        var events: [ScriptedEvent] = []
        for stream in ["run/a", "run/b", "run/c"] {
            events.append(ScriptedEvent(stream, request()))
        }
        for _ in 0..<4 {
            for stream in ["run/c", "run/a", "run/b"] {
                events.append(ScriptedEvent(stream, .metricRecorded(.init())))
            }
        }
        let folded = try await fold(MetricsView.self, of: events)
        let rows = try folded.table.rows.map { try object($0) }
        let ids = rows.compactMap { $0["id"] as? Int }
        #expect(ids == Array(1...12))
        let tests = rows.compactMap { $0["test_id"] as? Int }
        #expect(tests == [4, 2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3])
        #expect(folded.rows(ofTest: 2).count == 4)
    }

    /// Statistics leave them out; the tables are the whole history.
    @Test func proofsAndChaosAreRowsAsAllOthers() async throws {
        let purposes = ["drill", "proof", "chaos"]
        let events = purposes.map { purpose in
            var request = RunRequested()
            request.purpose = purpose
            return ScriptedEvent("run/\(purpose)", .runRequested(request))
        }
        let folded = try await fold(TestsView.self, of: events)
        let rows = try folded.table.rows.map { try object($0) }
        #expect(rows.map { $0["purpose"] as? String } == purposes)
    }

    @Test(arguments: [
        "\u{1b}[31m", "<script>", "=cmd|'/c calc'!A1", "a\nb\r\tc", "\u{202e}", "\"},{\"", "\\",
        "\u{0}\u{1f}\u{7f}", "💥 é 東京", "\u{2028}\u{2029}", "{}[]:,",
    ])
    func hostileTextStaysText(_ hostile: String) async throws {
        var result = ResultRecorded()
        (result.testName, result.errorMessage) = (hostile, hostile)
        var log = LogRecorded()
        log.message = hostile
        log.metadata = [NamedValue(hostile, hostile)]
        try await fixture.write([
            ScriptedEvent("run/a", request(hostile)),
            ScriptedEvent("run/a", .resultRecorded(result)),
            ScriptedEvent("run/a", .logRecorded(log)),
        ])
        let reader = try fixture.openReader()
        let json = try #require(try TestDocument.json(ofTest: 2, reader))
        let document = try object(json)
        let test = try #require(document["test"] as? [String: Any])
        #expect(test["scenario"] as? String == hostile)
        let results = try #require(document["results"] as? [[String: Any]])
        #expect(results.map { $0["test_name"] as? String } == [hostile])
        #expect(results.map { $0["error_message"] as? String } == [hostile])
        let logs = try #require(document["logs"] as? [[String: Any]])
        #expect(logs.last?["message"] as? String == hostile)
        let metadata = try #require(logs.last?["metadata"] as? [String: Any])
        #expect(metadata[hostile] as? String == hostile)
    }

    /// What a run has with several faults at once and objectives of its own.
    private var course: [ScriptedEvent] {
        var (planned, effective, ended) = (FaultPlanned(), FaultEffective(), FaultEnded())
        (planned.faultID, effective.faultID, ended.faultID) = ("a", "a", "a")
        var (mark, metric, result) = (MarkRecorded(), MetricRecorded(), ResultRecorded())
        mark.mark = "failback started"
        (metric.name, metric.type) = (Objective.Kind.failbackTime.metricName, "rto")
        (metric.value, metric.threshold, metric.passed) = (130_000, 120_000, false)
        (result.component, result.testName) = ("objectives", Objective.Kind.failbackTime.title)
        result.verdict = .failed
        return [
            .faultPlanned(planned), .faultEffective(effective), .faultEffective(effective),
            .faultEnded(ended), .markRecorded(mark), .metricRecorded(metric),
            .resultRecorded(result), .timelineRecorded(.init()), .componentChanged(.init()),
        ].map { ScriptedEvent("run/a", $0) }
    }

    @Test func batchesOfARandomLogDoNotMatter() async throws {
        var random = SplitMix64(seed: Seed.value)
        let known = History.events + course
        var events: [ScriptedEvent] = []
        for _ in 0..<150 {
            let stream = "run/\(Int.random(in: 0..<5, using: &random))"
            let event = known[Int.random(in: 0..<known.count, using: &random)]
            events.append(ScriptedEvent(stream, number: event.number, payload: event.payload))
        }
        try await fixture.write(events)
        let reader = try fixture.openReader()
        for view in Views.all {
            var digests: [MerkleHash] = []
            for batch in [1, 7, 5000] {
                var folded = FoldedView(view)
                try folded.fold(reader, upTo: reader.head().position, batch: batch)
                digests.append(folded.digest)
            }
            #expect(Set(digests).count == 1, "\(view.name), seed \(Seed.value)")
        }
    }
}
