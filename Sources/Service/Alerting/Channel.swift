public import DRTesting

/// A receiver of events, and which events it gets: alerts, unless it asks for others.
public struct Channel: Equatable, Sendable {
    /// How an event is told.
    public enum Format: String, CaseIterable, Sendable {
        /// JSON, signed as Standard Webhooks say.
        case plain
        /// What Slack and those that understand it take.
        case slack
        /// Version 2 of PagerDuty's events.
        case pagerduty
    }

    public let name: String
    public let url: WebhookURL
    public let format: Format
    /// With which a plain message is signed.
    let secret: [UInt8]?
    /// Of PagerDuty: to whom it goes. A secret.
    let routingKey: String
    /// The names of events, as in `events.proto`, or `*` for all.
    public let events: Set<String>
    /// Of alerts; empty: all.
    public let alertTypes: Set<String>
    /// The least that an alert must have.
    public let severity: String
    /// Whether the receiver may be on this machine or on its link.
    public let allowsLocal: Bool

    init(
        name: String, url: WebhookURL, format: Format = .plain, secret: [UInt8]? = nil,
        routingKey: String = "", events: Set<String> = ["alert_raised"],
        alertTypes: Set<String> = [], severity: String = "low", allowsLocal: Bool = false
    ) {
        (self.name, self.url, self.format, self.secret) = (name, url, format, secret)
        (self.routingKey, self.events, self.alertTypes) = (routingKey, events, alertTypes)
        (self.severity, self.allowsLocal) = (severity, allowsLocal)
    }

    /// Whether the channel gets an event. What tells of deliveries is never delivered: it would
    /// give rise to the next.
    public func wants(_ event: TestEvent) -> Bool {
        switch event {
        case .deliverySucceeded, .deliveryFailed: return false
        case .alertRaised(let alert):
            guard asks(for: event) else { return false }
            let isOfType = alertTypes.isEmpty || alertTypes.contains(alert.alertType)
            return isOfType && Self.rank(alert.severity) >= Self.rank(severity)
        default: return asks(for: event)
        }
    }

    private func asks(for event: TestEvent) -> Bool {
        events.contains("*") || events.contains(event.name)
    }

    /// One that is not known is not held back.
    private static func rank(_ severity: String) -> Int {
        Alerts.severities.firstIndex(of: severity) ?? Alerts.severities.count
    }
}
