internal import DRTesting
public import EventLog
internal import Wire

/// What a log says of its reports. All of this blocks.
extension RecordedReport {
    /// All that the log was told of, in their order.
    ///
    /// - Throws: `EventLogError`.
    public static func all(in reader: EventReader) throws -> [RecordedReport] {
        var reports: [RecordedReport] = []
        var revision: UInt64 = 0
        while true {
            let events = try reader.events(ofStream: Reports.stream, after: revision)
            guard let last = events.last else { return reports }
            revision = last.record.revision
            for event in events {
                let record = event.record
                let known = try TestEvent(number: record.number, payload: record.payload)
                if case .reportGenerated(let report) = known {
                    reports.append(RecordedReport(report, at: record.recorded))
                }
            }
        }
    }
}

extension HeldHistory {
    /// - Returns: `nil` if the log holds no event.
    /// - Throws: `EventLogError`.
    public static func of(_ reader: EventReader) throws -> HeldHistory? {
        let position = try reader.firstPosition()
        guard let first = try reader.events(from: position, limit: 1).first else { return nil }
        return HeldHistory(start: first.record.recorded, isWhole: position == 1)
    }
}

extension Period {
    /// The position of the last event before the end of the period that reports count: one that is
    /// about no report.
    ///
    /// - Returns: 0 if the log holds none.
    /// - Throws: `EventLogError`.
    public func head(in reader: EventReader) throws -> UInt64 {
        do {
            let first = try reader.firstPosition()
            let next = try reader.position(recordedAtOrAfter: end)
            if next <= first { return 0 }
            return try HistoryScope.lastNotOfReport(in: first..<next, reader) ?? 0
        } catch let error as EventLogError {
            if case .archived = error.code { return 0 }
            throw error
        }
    }
}
