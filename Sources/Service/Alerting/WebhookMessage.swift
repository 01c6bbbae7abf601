internal import DRTesting
internal import EventLog
internal import Projections
internal import Wire

/// What a channel is sent about one event.
///
/// The same event gives the same message, whenever and however often it is sent, but for the time
/// of the sending, which is signed too.
struct WebhookMessage: Equatable, Sendable {
    /// A text of Slack, or a summary of PagerDuty, has no more.
    private static let maximumText = 1000

    /// Names the event, in every attempt.
    let id: String
    let body: [UInt8]
    let headers: [NamedValue]

    /// - Parameters:
    ///   - logID: of the log in which the event stands.
    ///   - now: when it is sent, in microseconds since 1970.
    init(_ event: SentEvent, to channel: Channel, logID: String, now: UInt64) {
        id = "evt_\(logID)_\(event.position)"
        body =
            switch channel.format {
            case .plain: Self.plain(event, id: id)
            case .slack: Self.slack(event)
            case .pagerduty: Self.pagerDuty(event, id: id, routingKey: channel.routingKey)
            }
        let seconds = now / 1_000_000
        var headers = [
            NamedValue("content-type", "application/json"), NamedValue("webhook-id", id),
            NamedValue("webhook-timestamp", "\(seconds)"),
        ]
        if let secret = channel.secret {
            let signature = WebhookSignature.value(
                id: id, time: seconds, body: body, secret: secret)
            headers.append(NamedValue("webhook-signature", signature))
        }
        self.headers = headers
    }

    private static func plain(_ event: SentEvent, id: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { message in
            message.member("type", event.event.name)
            message.member("timestamp", RFC3339.text(event.time))
            message.member("id", id)
            message.member("position", event.position)
            message.name("data")
            if case .alertRaised(let alert) = event.event {
                write(alert, to: &message)
            } else {
                message.json(event.json)
            }
        }
        return writer.bytes
    }

    private static func write(_ alert: AlertRaised, to writer: inout JSONWriter) {
        writer.object { data in
            data.member("alert_type", alert.alertType)
            data.member("severity", alert.severity)
            data.member("service_name", alert.serviceName)
            data.member("message", alert.message)
            data.name("details")
            alert.writeDetails(to: &data)
        }
    }

    private static func slack(_ event: SentEvent) -> [UInt8] {
        var lines = [summary(of: event)]
        if case .alertRaised(let alert) = event.event {
            lines += alert.details.map { "\($0.name): \($0.value)" }
        }
        // Three characters mean something to Slack.
        let text = lines.joined(separator: "\n").printable(keepsNewlines: true)
            .replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;")
        var writer = JSONWriter()
        writer.object { message in
            message.member("text", text)
        }
        return writer.bytes
    }

    private static func pagerDuty(
        _ event: SentEvent, id: String, routingKey: String
    ) -> [UInt8] {
        let alert = event.alert
        var writer = JSONWriter()
        writer.object { message in
            message.member("routing_key", routingKey)
            message.member("event_action", "trigger")
            message.member("dedup_key", id)
            message.name("payload")
            message.object { payload in
                payload.member("summary", summary(of: event))
                payload.member("source", alert?.serviceName ?? "dr_testing")
                payload.member("severity", severity(of: alert))
                payload.member("timestamp", RFC3339.text(event.time))
                payload.member("class", alert?.alertType ?? event.event.name)
                payload.name("custom_details")
                if let alert { alert.writeDetails(to: &payload) } else { payload.json(event.json) }
            }
        }
        return writer.bytes
    }

    private static func summary(of event: SentEvent) -> String {
        guard let alert = event.alert else { return "\(event.event.name) at \(event.position)" }
        // What is made visible takes more room.
        let text = "[\(alert.severity)] \(alert.message)".printable()
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(maximumText)))
    }

    /// In PagerDuty's words.
    private static func severity(of alert: AlertRaised?) -> String {
        switch alert?.severity {
        case "critical": "critical"
        case "high": "error"
        case "medium": "warning"
        default: "info"
        }
    }
}

/// An event on its way to a channel.
struct SentEvent: Equatable, Sendable {
    let position: UInt64
    /// Microseconds since 1970.
    let time: UInt64
    let event: TestEvent
}

extension SentEvent {
    /// - Returns: `nil` for an event that is not known here.
    init?(_ recorded: RecordedEvent) {
        let record = recorded.record
        guard let event = try? TestEvent(number: record.number, payload: record.payload) else {
            return nil
        }
        self.init(position: recorded.position, time: record.clock, event: event)
    }

    var alert: AlertRaised? {
        if case .alertRaised(let alert) = event { alert } else { nil }
    }

    var json: [UInt8] {
        EventJSON.object(number: event.number, payload: event.payload) ?? Array("{}".utf8)
    }
}
