internal import DRTesting
internal import HTTPAPI

/// Who looks at a page.
struct Viewer: Sendable {
    let subject: String
    let role: Role
    /// Empty if nothing can be changed from here.
    let csrf: String

    var canOperate: Bool { role == .operator || role == .admin }
}

/// What every page has around it.
struct Shell {
    let title: String
    let subject: String
    let role: String
    let csrf: String
    /// The events after which a page may look different.
    let events: String
    let position: String
    let nav: [Item]

    struct Item {
        let href: String
        let label: String
        let isCurrent: Bool
        let count: String?
    }

    /// How much waits for somebody.
    struct Counts: Sendable {
        var position: UInt64 = 0
        var findings = 0
        var alerts = 0

        fileprivate func waiting(on href: String) -> Int {
            switch href {
            case "/findings": findings
            case "/alerts": alerts
            default: 0
            }
        }
    }

    private static let sections = [
        ("/", "Overview"), ("/history", "History"), ("/scenarios", "Scenarios"),
        ("/schedules", "Schedules"), ("/findings", "Findings"), ("/reports", "Reports"),
        ("/alerts", "Alerts"), ("/audit", "Audit"),
    ]

    /// - Parameters:
    ///   - title: names the page in the browser.
    ///   - section: where it belongs, for example `/history`.
    ///   - isOfTest: whether it shows the course of a test, to which all its events belong.
    init(
        _ title: String, section: String, _ viewer: Viewer, _ counts: Counts,
        isOfTest: Bool = false
    ) {
        self.title = title
        subject = viewer.subject
        role = viewer.role.rawValue
        csrf = viewer.csrf
        events = isOfTest ? Self.allEvents : Self.tableEvents
        position = String(counts.position)
        nav = Self.sections.map { href, label in
            let count = counts.waiting(on: href)
            return Item(
                href: href, label: label, isCurrent: href == section,
                count: count == 0 ? nil : String(count))
        }
    }

    private static let numbers = 16..<128
    /// They come many at a time, and change no table but those of their test.
    private static let details: Set<String> = [
        "log_recorded", "metric_recorded", "mark_recorded", "timeline_recorded",
        "operations_kept", "phase_summarized", "component_changed", "notice_received",
    ]

    private static let names = numbers.compactMap { EventJSON.name(ofEvent: $0) }
    private static let allEvents = names.joined(separator: " ")
    private static let tableEvents = names.filter { !details.contains($0) }
        .joined(separator: " ")
}
