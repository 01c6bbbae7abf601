internal import DRTesting
internal import Wire

/// `service_alerts`: what people had to know, and when somebody had seen it.
///
/// An alert's id is 1 + the number of earlier ones, in whatever streams they stand.
public enum AlertsView: ReadModel {
    public static let name = "service_alerts"
    public static let version: UInt8 = 2

    public static func reads(_ number: Int) -> Bool { number == 80 || number == 81 }

    public static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        switch record.event {
        case .alertRaised(let alert):
            let id = try rows.nextID()
            _ = try rows.edit(id, .create(definition: alert.encoded), at: record.time)
            let raised = row(alert, id: id, raisedAt: record.time, seenAt: nil)
            try rows.put(raised.bytes, RowKey.row(id))
        case .alertAcknowledged(let event):
            let key = RowKey.state(event.id)
            guard let kept = try rows.remembered(key, as: KeptRow.self) else { return }
            // Who sees it again does not change when it was seen.
            try rows.remove(key)
            let alert = try kept.read(as: AlertRaised.self)
            let seen = row(alert, id: event.id, raisedAt: kept.createdAt, seenAt: record.time)
            try rows.put(seen.bytes, RowKey.row(event.id))
        default: return
        }
    }

    private static func row(
        _ alert: AlertRaised, id: UInt64, raisedAt: UInt64, seenAt: UInt64?
    ) -> JSONWriter {
        var writer = JSONWriter()
        writer.object { row in
            row.member("id", id)
            row.member("alert_type", alert.alertType)
            row.member("severity", alert.severity)
            row.member("service_name", alert.serviceName)
            row.member("message", alert.message)
            row.name("details")
            alert.writeDetails(to: &row)
            row.member("created_at", time: raisedAt)
            row.member("acknowledged_at", time: seenAt)
        }
        return writer
    }
}
