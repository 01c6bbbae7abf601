internal import DRTesting

/// The alerts: what nobody has acknowledged first.
struct AlertsPage {
    let shell: Shell
    let canOperate: Bool
    let headline: String
    let hasAlerts: Bool
    let alerts: [Alert]

    struct Alert {
        let id: String
        let message: String
        let type: String
        let severity: String
        let test: String?
        let details: [String]
        let raised: String
        let ago: String
        let seen: String?
    }

    /// - Parameter rows: the newest first.
    init(_ rows: [Row], now: UInt64, _ shell: Shell, _ viewer: Viewer) {
        self.shell = shell
        canOperate = viewer.canOperate
        let open = rows.filter { $0.time("acknowledged_at") == nil }
        let seen = rows.filter { $0.time("acknowledged_at") != nil }
        alerts = (open + seen).map { Alert($0, now: now) }
        hasAlerts = !alerts.isEmpty
        headline =
            open.isEmpty
            ? "No alert waits for anybody" : "\(open.count.counted("alert")) to look at"
    }
}

extension AlertsPage.Alert {
    fileprivate init(_ row: Row, now: UInt64) {
        let time = row.time("created_at")
        id = String(row.id("id") ?? 0)
        message = row.text("message")
        type = row.text("alert_type")
        severity = row.text("severity")
        test = row["details"].id("test_id").map { String($0) }
        details = row.members("details").filter { $0.key != "test_id" }.map {
            "\(Words.type($0.key)): \($0.text)"
        }
        raised = Words.moment(time)
        ago = time.map { Words.ago($0, now: now) } ?? ""
        seen = row.time("acknowledged_at").map { Words.moment($0) }
    }
}
