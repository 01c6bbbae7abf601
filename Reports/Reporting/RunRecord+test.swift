internal import DRTesting
public import EventLog
internal import Projections

extension RunRecord {
    private static let batch = 1000

    /// One test, read from its events.
    ///
    /// - Parameters:
    ///   - id: the position of its first event.
    ///   - last: reads the log up to it: the position of its last event, or the head.
    /// - Returns: `nil` if no test begins there.
    /// - Throws: `EventLogError` with `.archived` if its events are not in the log any more.
    public static func test(
        _ id: UInt64, upTo last: UInt64, _ reader: EventReader
    ) throws -> RunRecord? {
        guard let first = try reader.events(from: id, limit: 1).first, first.position == id,
            let record = TestRecord(first), case .runRequested = record.event
        else { return nil }
        var run = RunRecord(first: record)
        var next = id + 1
        while next <= last {
            let events = try reader.events(from: next, limit: batch)
            guard let end = events.last else { break }
            for event in events where event.position <= last {
                guard event.record.stream == first.record.stream, let record = TestRecord(event)
                else { continue }
                run.apply(record.event)
            }
            next = end.position + 1
        }
        return run
    }

    /// Operations and latencies over time as SVG, with the faults and the marks; `nil` before they
    /// are recorded, which is at the end of a run.
    public var chart: String? { bins.isEmpty ? nil : RunChart(self).svg }
}
