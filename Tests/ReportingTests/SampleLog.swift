import DRTesting
import EventLog
import Foundation
import Synchronization

/// A log with runs that are made up, in a folder that goes away with it.
final class SampleLog: Sendable {
    /// 2026-11-18T12:00:00Z
    static let start: UInt64 = 1_795_003_200_000_000

    private let path: String
    private let time = Mutex(SampleLog.start)

    init() {
        path =
            FileManager.default.temporaryDirectory.path(percentEncoded: false)
            + "reporting-tests-\(UUID().uuidString)"
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// From now on, events are recorded at this time, or where they already were if that is later.
    func setClock(_ now: UInt64) { time.withLock { $0 = max($0, now) } }

    /// The data directory.
    var folder: String { path }

    /// Changes what is stored wherever it stands, as somebody would who owns the disk.
    ///
    /// - Parameter other: as long as `text`.
    func replaceStored(_ text: String, with other: String) throws {
        let file = URL(filePath: path + "/log/data.mdb")
        var bytes = try Data(contentsOf: file)
        let (old, new) = (Data(text.utf8), Data(other.utf8))
        precondition(old.count == new.count, "What is stored keeps its length.")
        var start = bytes.startIndex
        while let found = bytes.range(of: old, in: start..<bytes.endIndex) {
            bytes.replaceSubrange(found, with: new)
            start = found.upperBound
        }
        let handle = try FileHandle(forWritingTo: file)
        try handle.write(contentsOf: bytes)
        try handle.close()
    }

    /// LMDB opens a file once in a process: the reader before must have gone.
    func reader() throws -> EventReader {
        try retrying { try EventReader(DataDirectory(self.path)) }
    }

    func write(_ body: (Writer) async throws -> Void) async throws {
        let clock = LogClock(
            now: { self.time.withLock { $0 } }, uptime: { self.time.withLock { $0 } })
        let store = try retrying { try EventStore(DataDirectory(self.path), clock: clock) }
        try await body(Writer(store: store))
    }

    private func retrying<Value>(_ open: () throws -> Value) throws -> Value {
        for _ in 0..<200 {
            if let value = try? open() { return value }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return try open()
    }

    struct Writer {
        let store: EventStore

        func run(
            _ name: String, _ status: RunStatus?, _ verdict: Verdict, rto: UInt64?, rpo: UInt64?,
            purpose: String = "drill", message: String = ""
        ) async throws {
            var request = RunRequested()
            (request.scenarioName, request.purpose) = (name, purpose)
            (request.rtoTargetMs, request.rpoTargetMs) = (300_000, 60_000)
            var result = ResultRecorded()
            (result.component, result.testName) = ("circuit_breaker", "Trigger circuit breaker")
            (result.verdict, result.errorMessage) = (verdict, message)
            var events: [TestEvent] = [
                .runRequested(request), .runStarted(.sample), .resultRecorded(result),
                .mark("fault effective", at: 1_000_000), .timelineRecorded(.sample),
                .metric(
                    "rto_actual_ms", type: "rto", rto.map { Double($0) }, "ms", limit: 300_000),
            ]
            if let status {
                var finish = RunFinished()
                (finish.status, finish.verdict, finish.errorMessage) = (status, verdict, message)
                (finish.rtoActualMs, finish.rpoActualMs) = (rto, rpo)
                events.append(.runFinished(finish))
            }
            try await append(events)
        }

        /// As one run.
        func append(_ events: [TestEvent]) async throws { _ = try await begin(events) }
    }
}

extension RunStarted {
    static var sample: RunStarted {
        var started = RunStarted()
        started.time = SampleLog.start
        return started
    }
}

extension TimelineRecorded {
    /// A second and a half, of which the middle served nothing.
    static var sample: TimelineRecorded {
        var bin = TimelineBin()
        (bin.served, bin.p50Us, bin.p99Us) = (10, 900, 4000)
        var timeline = TimelineRecorded()
        (timeline.binUs, timeline.bins) = (500_000, [bin, TimelineBin(), bin])
        return timeline
    }
}

extension TestEvent {
    static func mark(_ name: String, at offset: UInt64) -> TestEvent {
        var mark = MarkRecorded()
        (mark.mark, mark.offsetUs) = (name, offset)
        return .markRecorded(mark)
    }

    static func metric(
        _ name: String, type: String = "custom", _ value: Double?, _ unit: String,
        limit: Double? = nil, passed: Bool? = nil
    ) -> TestEvent {
        var metric = MetricRecorded()
        (metric.name, metric.type, metric.unit) = (name, type, unit)
        (metric.value, metric.threshold, metric.passed) = (value, limit, passed)
        return .metricRecorded(metric)
    }

    /// Planned, and effective from some moment on.
    static func fault(
        _ name: String, _ kind: String, fraction: Double = 1, at offset: UInt64
    ) -> [TestEvent] {
        var planned = FaultPlanned()
        (planned.faultID, planned.kind, planned.endpoint) = (name, kind, "primary")
        planned.fraction = fraction
        var effective = FaultEffective()
        (effective.faultID, effective.offsetUs) = (name, offset)
        return [.faultPlanned(planned), .faultEffective(effective)]
    }

    static func faultEnd(_ name: String, at offset: UInt64) -> TestEvent {
        var ended = FaultEnded()
        (ended.faultID, ended.offsetUs, ended.reason) = (name, offset, "lifted")
        return .faultEnded(ended)
    }

    /// As the runner tells that a fault strikes another share of the requests.
    static func faultChange(_ name: String, to fraction: Double, at offset: UInt64) -> TestEvent {
        var entry = LogRecorded()
        entry.time = SampleLog.start + offset
        entry.metadata = [NamedValue("fault", name), NamedValue("fraction", "\(fraction)")]
        return .logRecorded(entry)
    }

    static func objective(
        _ kind: Objective.Kind, _ verdict: Verdict, _ complaint: String = ""
    )
        -> TestEvent
    {
        var result = ResultRecorded()
        (result.component, result.testName) = ("objectives", kind.title)
        (result.verdict, result.errorMessage) = (verdict, complaint)
        return .resultRecorded(result)
    }

    static func finished(_ status: RunStatus, _ verdict: Verdict, rto: UInt64? = nil) -> TestEvent {
        var finish = RunFinished()
        (finish.status, finish.verdict, finish.rtoActualMs) = (status, verdict, rto)
        return .runFinished(finish)
    }
}
