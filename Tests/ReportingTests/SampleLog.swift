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
            var events: [TestEvent] = [.runRequested(request), .runStarted(RunStarted())]
            var result = ResultRecorded()
            (result.component, result.testName) = ("circuit_breaker", "Trigger circuit breaker")
            (result.verdict, result.errorMessage) = (verdict, message)
            events.append(.resultRecorded(result))
            var mark = MarkRecorded()
            (mark.mark, mark.offsetUs) = ("fault effective", 1_000_000)
            events.append(.markRecorded(mark))
            var bin = TimelineBin()
            (bin.served, bin.p50Us, bin.p99Us) = (10, 900, 4000)
            var timeline = TimelineRecorded()
            (timeline.binUs, timeline.bins) = (500_000, [bin, TimelineBin(), bin])
            events.append(.timelineRecorded(timeline))
            events.append(.metricRecorded(Self.metric("rto_actual_ms", rto, limit: 300_000)))
            if let status {
                var finish = RunFinished()
                (finish.status, finish.verdict, finish.errorMessage) = (status, verdict, message)
                (finish.rtoActualMs, finish.rpoActualMs) = (rto, rpo)
                events.append(.runFinished(finish))
            }
            try await append(events)
        }

        private static func metric(
            _ name: String, _ value: UInt64?, limit: Double
        ) -> MetricRecorded {
            var metric = MetricRecorded()
            (metric.name, metric.type, metric.unit) = (name, "rto", "ms")
            (metric.value, metric.threshold) = (value.map { Double($0) }, limit)
            return metric
        }

        private func append(_ events: [TestEvent]) async throws {
            var generator = SystemRandomNumberGenerator()
            let new = events.map { event in
                NewEvent(
                    id: EventID(time: SampleLog.start, using: &generator), number: event.number,
                    payload: event.payload)
            }
            let stream = "run/\(EventID(time: SampleLog.start, using: &generator))"
            _ = try await store.append(new, to: stream, expecting: .noStream)
        }
    }
}
