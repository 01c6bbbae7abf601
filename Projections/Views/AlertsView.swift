internal import DRTesting
internal import Wire

/// `service_alerts`: what people had to know, and when somebody had seen it.
public enum AlertsView: ReadModel {
    public static let name = "service_alerts"
    public static let version: UInt8 = 1

    public static func reads(_ number: Int) -> Bool { number == 80 || number == 81 }

    public static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        switch record.event {
        case .alertRaised(let alert):
            let edit = RowEdit.create(definition: alert.encoded)
            guard let kept = try rows.edit(alert.id, edit, at: record.time) else { return }
            let raised = row(alert, raisedAt: kept.createdAt, seenAt: nil)
            try rows.put(raised.bytes, RowKey.row(alert.id))
        case .alertAcknowledged(let event):
            let key = RowKey.state(event.id)
            guard let kept = try rows.remembered(key, as: KeptRow.self) else { return }
            // Who sees it again does not change when it was seen.
            try rows.remove(key)
            let alert = try kept.read(as: AlertRaised.self)
            let seen = row(alert, raisedAt: kept.createdAt, seenAt: record.time)
            try rows.put(seen.bytes, RowKey.row(alert.id))
        default: return
        }
    }

    private static func row(
        _ alert: AlertRaised, raisedAt: UInt64, seenAt: UInt64?
    ) -> JSONWriter {
        var writer = JSONWriter()
        writer.object { row in
            row.member("id", alert.id)
            row.member("alert_type", alert.alertType)
            row.member("severity", alert.severity)
            row.member("service_name", alert.serviceName)
            row.member("message", alert.message)
            row.name("details")
            row.object { details in
                if alert.testID != 0 { details.member("test_id", alert.testID) }
                for detail in alert.details where detail.name != "test_id" {
                    details.member(detail.name, detail.value)
                }
            }
            row.member("created_at", time: raisedAt)
            row.member("acknowledged_at", time: seenAt)
        }
        return writer
    }
}
