internal import DRTesting
public import EventLog
internal import Projections

extension RunRecord {
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
        try reader.forEachEvent(following: first, upTo: last) { event in
            if let record = TestRecord(event) { run.apply(record) }
        }
        return run
    }

    /// Operations and latencies over time as SVG, with the faults and the marks; `nil` before they
    /// are recorded, which is at the end of a run.
    public var chart: String? { bins.isEmpty ? nil : RunChart(self).svg }
}

extension EventReader {
    /// The events that follow one in its stream, up to and with a position of the log.
    func forEachEvent(
        following first: RecordedEvent, upTo last: UInt64, _ body: (RecordedEvent) throws -> Void
    ) throws {
        // What is counted here is what the index says, whatever stands in the events.
        var revision = first.record.revision
        while true {
            let events = try self.events(
                ofStreamNumbered: first.record.stream, after: revision, limit: 500)
            if events.isEmpty { return }
            for event in events {
                if event.position > last { return }
                try body(event)
            }
            revision += UInt64(events.count)
        }
    }
}
