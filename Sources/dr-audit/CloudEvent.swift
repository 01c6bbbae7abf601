import DRTesting
import EventLog
import Foundation
import Projections
import Wire

/// An event of the log as a CloudEvent 1.0.2 in JSON.
///
/// Its id is the log and the position, so whoever gets an event twice can see it. Positions are
/// texts of equal length that sort as numbers do: integers of CloudEvents have 32 bits.
struct CloudEvent {
    let logID: String

    /// - Parameter stream: its name, if it is known.
    func bytes(of event: RecordedEvent, stream: String?) -> [UInt8] {
        let record = event.record
        let data = EventJSON.object(number: record.number, payload: record.payload)
        let name = EventJSON.name(ofEvent: record.number) ?? "event_\(record.number)"
        let attributes: [(name: String, value: String?)] = [
            ("specversion", "1.0"),
            ("id", "\(logID)/\(event.position)"),
            ("source", "urn:dr-testing:log:\(logID)"),
            ("type", "org.dr-testing.v1.\(name)"),
            ("subject", stream),
            ("time", RFC3339.exact(record.clock)),
            ("datacontenttype", data == nil ? "application/protobuf" : "application/json"),
            ("sequence", Self.padded(event.position)),
            ("recordedtime", RFC3339.exact(record.recorded)),
            ("revision", Self.padded(record.revision)),
            ("eventid", "\(record.id)"),
        ]
        var writer = JSONWriter()
        writer.object { object in
            for attribute in attributes {
                guard let value = attribute.value else { continue }
                object.name(attribute.name)
                object.string(value)
            }
            object.name(data == nil ? "data_base64" : "data")
            if let data {
                object.json(data)
            } else {
                object.string(Data(record.payload).base64EncodedString())
            }
        }
        return writer.bytes
    }

    private static func padded(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 20 - digits.count) + digits
    }
}

/// An event of the log as a row of CSV.
enum EventRow {
    static let columns = [
        "position", "time", "recorded", "stream", "revision", "id", "event", "data", "data_base64",
    ]

    static func fields(of event: RecordedEvent, stream: String?) -> [String] {
        let record = event.record
        let data = EventJSON.object(number: record.number, payload: record.payload)
        return [
            String(event.position), RFC3339.exact(record.clock), RFC3339.exact(record.recorded),
            (stream ?? "").printable(), String(record.revision), "\(record.id)",
            EventJSON.name(ofEvent: record.number) ?? "event_\(record.number)",
            data.map { String(decoding: $0, as: UTF8.self) } ?? "",
            data == nil ? Data(record.payload).base64EncodedString() : "",
        ]
    }
}

extension RFC3339 {
    /// With the microseconds that were recorded.
    static func exact(_ time: UInt64) -> String {
        let rest = String(time % 1000)
        let zeros = String(repeating: "0", count: 3 - rest.count)
        return "\(text(time).dropLast())\(zeros)\(rest)Z"
    }
}
