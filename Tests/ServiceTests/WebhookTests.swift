import DRTesting
import Testing
import Wire

@testable import Service

/// What a message says, how it is signed and where it may go.
struct WebhookTests {
    private static var alert: TestEvent {
        var alert = AlertRaised()
        (alert.alertType, alert.severity, alert.testID) = ("dr_test_failed", "high", 123)
        (alert.serviceName, alert.message) = ("dr_testing", "it <failed> & \u{1b}[31mred")
        alert.details = [
            NamedValue("failure_reason", "=cmd"), NamedValue("rto_exceeded", "true"),
            NamedValue("rto_actual_ms", "1001"),
        ]
        return .alertRaised(alert)
    }

    private static func message(
        _ event: TestEvent, _ format: Channel.Format
    ) throws -> WebhookMessage {
        let url = try #require(WebhookURL("https://hooks.example.org/x"))
        let channel = Channel(
            name: "a", url: url, format: format, secret: Array(repeating: 1, count: 24),
            routingKey: "R0")
        return WebhookMessage(
            SentEvent(position: 9, time: 1_795_422_600_000_000, event: event), to: channel,
            logID: "ab", now: 1_614_265_330_900_000)
    }

    /// The example of the specification.
    @Test func theSignatureIsThatOfStandardWebhooks() throws {
        let secret = try #require(
            WebhookSignature.secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let value = WebhookSignature.value(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", time: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8), secret: secret)
        #expect(value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func aPlainMessageHasTheFieldsOfTheBrief() throws {
        let message = try Self.message(Self.alert, .plain)
        let body = try JSONValue(json: message.body)
        #expect(body["type"] == "alert_raised" && body["position"] == 9)
        #expect(body["timestamp"] == "2026-11-23T08:30:00.000Z")
        #expect(body["data"]?["alert_type"] == "dr_test_failed")
        #expect(
            body["data"]?["details"]
                == [
                    "test_id": 123, "failure_reason": "=cmd", "rto_exceeded": true,
                    "rto_actual_ms": 1001,
                ])
        let names = message.headers.map(\.name)
        #expect(
            names == ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(message.headers[1].value == "evt_ab_9" && message.id == "evt_ab_9")
        #expect(message.headers[2].value == "1614265330")
    }

    @Test func anyEventIsSentAsItsJSON() throws {
        let body = try JSONValue(
            json: try Self.message(.runStarted(RunStarted()), .plain).body)
        #expect(body["type"] == "run_started" && body["data"]?["slot"] == "0")
    }

    @Test func slackIsToldWithoutItsOwnSigns() throws {
        let body = try JSONValue(json: try Self.message(Self.alert, .slack).body)
        let lines = body["text"]?.stringValue?.split(separator: "\n") ?? []
        #expect(lines.first == #"[high] it &lt;failed&gt; &amp; \u{1b}[31mred"#)
        #expect(lines.contains("failure_reason: =cmd"))
    }

    @Test func pagerDutyGetsItsOwnWords() throws {
        let body = try JSONValue(json: try Self.message(Self.alert, .pagerduty).body)
        #expect(body["routing_key"] == "R0" && body["event_action"] == "trigger")
        #expect(body["dedup_key"] == "evt_ab_9")
        #expect(body["payload"]?["severity"] == "error")
        #expect(body["payload"]?["class"] == "dr_test_failed")
        #expect(body["payload"]?["custom_details"]?["test_id"] == 123)
    }

    /// PagerDuty takes 1024 characters.
    @Test func aSummaryIsShortWhateverIsMadeVisibleInIt() throws {
        var alert = AlertRaised()
        (alert.severity, alert.message) = ("high", String(repeating: "\u{1b}", count: 1000))
        let body = try JSONValue(json: try Self.message(.alertRaised(alert), .pagerduty).body)
        #expect(body["payload"]?["summary"]?.stringValue?.count == 1000)
    }

    @Test(arguments: [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe",
    ])
    func thisMachineAndItsLinkAreLocal(_ text: String) throws {
        #expect(try #require(ReceiverAddress(text)).isLocal)
    }

    @Test(arguments: ["10.0.0.1", "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"])
    func othersAreNot(_ text: String) throws {
        let address = try #require(ReceiverAddress(text))
        #expect(!address.isLocal)
        #expect(ReceiverAddress(address.description) == address)
    }

    @Test func aNameThatLeadsToThisMachineIsRefusedUnlessItIsAllowed() async throws {
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            // Nobody listens there.
            let url = try #require(WebhookURL("http://\(host):1/hook?secret"))
            func problem(allowsLocal: Bool) async -> String {
                let request = WebhookRequest(
                    url: url, allowsLocal: allowsLocal, headers: [], body: [])
                do {
                    let status = try await WebhookClient().send(request)
                    return "\(status)"
                } catch {
                    return "\(error)"
                }
            }
            #expect(await problem(allowsLocal: false).contains("allow_local"))
            let refused = await problem(allowsLocal: true)
            #expect(!refused.contains("allow_local") && !refused.contains("secret"), "\(refused)")
        }
    }

    @Test func aURLWithoutAHostOrWithAUserIsNone() {
        for text in ["", "ftp://a/", "https://", "https://me@host/", "http://host:0/", "host"] {
            #expect(WebhookURL(text) == nil, "\(text)")
        }
        #expect(WebhookURL("http://[::1]:8080/a")?.host == "::1")
    }
}
