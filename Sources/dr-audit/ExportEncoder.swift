import ArgumentParser
import EventLog
import Wire

enum ExportFormat: String, ExpressibleByArgument, CaseIterable {
    case cloudevents, csv
}

/// Events as the bytes of a format: whole lines, so that parts can be put one after another.
struct ExportEncoder {
    let format: ExportFormat
    let logID: String
    /// By their numbers.
    let streamNames: [UInt64: String]

    /// What stands before the first event.
    var head: [UInt8] {
        switch format {
        case .cloudevents: return []
        case .csv:
            var writer = CSVWriter()
            writer.row(EventRow.columns)
            return writer.bytes
        }
    }

    func bytes(of events: [RecordedEvent]) -> [UInt8] {
        switch format {
        case .cloudevents:
            let document = CloudEvent(logID: logID)
            return events.flatMap { event in
                document.bytes(of: event, stream: streamNames[event.record.stream]) + [0x0a]
            }
        case .csv:
            var writer = CSVWriter()
            for event in events {
                let stream = streamNames[event.record.stream]
                writer.row(EventRow.fields(of: event, stream: stream))
            }
            return writer.bytes
        }
    }
}
