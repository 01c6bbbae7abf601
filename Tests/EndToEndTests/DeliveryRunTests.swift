import Foundation
import Testing

/// Alerts on their way to a receiver that is there, from the programs themselves.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(4)))
struct DeliveryRunTests {
    /// What is in URLs and keys, and nowhere else.
    private static let planted = ["planted-token", "planted-chat", "planted-key"]

    private static let told = "/told?token=planted-token"
    private static let chat = "/chat?token=planted-chat"

    private static func environment(_ receiver: HookReceiver) -> [String: String] {
        [
            "DR_ALERT_WEBHOOK_URL": receiver.url(told),
            "DR_ALERT_WEBHOOK_SECRET": HookReceiver.secret,
            "DR_ALERT_WEBHOOK_ALLOW_LOCAL": "true",
        ]
    }

    /// Beside the default one: what Slack takes, what is for the worst alone, a hook for events,
    /// and one that may not be on this machine.
    private static func channels(_ receiver: HookReceiver) -> String {
        """
        {"channels": [
          {"name": "chat", "url": "\(receiver.url(chat))", "format": "slack",
           "allow_local": true},
          {"name": "pager", "url": "\(receiver.url("/pager"))", "format": "pagerduty",
           "routing_key": "planted-key", "severity": "critical", "allow_local": true},
          {"name": "hook", "url": "\(receiver.url("/hook"))", "events": ["run_finished"],
           "allow_local": true},
          {"name": "shut", "url": "\(receiver.url("/shut"))"}
        ]}
        """
    }

    @Test func aRunnerTellsOfItsFailureBeforeItExits() async throws {
        let workspace = try Workspace()
        try await withHookReceiver { receiver in
            let file = try workspace.write(Sample.scenario(requests: 5), to: "red.yaml")
            var environment = Self.environment(receiver)
            environment["DR_CHANNELS"] = try workspace.write(
                Self.channels(receiver), to: "channels.json")
            let run = try await workspace.drill([file], environment: environment)
            #expect(run.status == 1, "\(run)")
            try await expectTold(receiver, workspace)
            let chats = try receiver.messages(to: Self.chat).map { try $0.json["text"].text ?? "" }
            #expect(chats.count == 2 && chats.allSatisfy { $0.hasPrefix("[high] ") })
            #expect(receiver.messages(to: "/pager").isEmpty)
            let types = try receiver.messages(to: "/hook").map { try $0.json["type"].text }
            #expect(types == ["run_finished", "run_finished"])
            #expect(receiver.messages(to: "/shut").isEmpty)
            try await expectRecorded(workspace)
            try expectNoSecret(in: workspace, run.output + run.complaint)
        }
        try await workspace.expectIntact()
    }

    /// The first attempt was refused, so there are two of one message.
    private func expectTold(_ receiver: HookReceiver, _ workspace: Workspace) async throws {
        let messages = receiver.messages(to: Self.told)
        try #require(messages.count == 2)
        #expect(messages[0].id == messages[1].id && messages[0].body == messages[1].body)
        let opinions = try await HookReceiver.opinions(
            of: messages + [messages[1].forged], in: workspace)
        #expect(
            opinions == [messages[0].id, messages[0].id, "not signed by who has the secret"])
        let (told, test) = (try messages[1].json, try await workspace.test())
        #expect(told["type"].text == "alert_raised")
        let alert = told["data"]
        #expect(
            alert.names == ["alert_type", "severity", "service_name", "message", "details"])
        #expect(alert["alert_type"].text == "dr_test_failed")
        #expect(alert["details"]["test_id"] == test["id"])
        let row = try #require(try await workspace.rows(of: "service_alerts").first)
        #expect(row["message"] == alert["message"] && row["details"] == alert["details"])
    }

    /// Each attempt is an event.
    private func expectRecorded(_ workspace: Workspace) async throws {
        let attempts = try await workspace.events().filter { $0.name.hasPrefix("delivery_") }
        for channel in ["default", "chat", "hook"] {
            let names = attempts.filter { $0.summary.contains(" to \(channel), ") }.map(\.name)
            #expect(names == ["delivery_failed", "delivery_succeeded"], "\(channel)")
        }
        let shut = attempts.filter { $0.summary.contains(" to shut, ") }
        #expect(!shut.isEmpty)
        #expect(
            shut.allSatisfy { $0.name == "delivery_failed" && $0.summary.contains("allow_local") })
        #expect(!attempts.contains { $0.summary.contains(" to pager, ") })
    }

    /// Neither in what was recorded nor in what was printed.
    private func expectNoSecret(in workspace: Workspace, _ output: String) throws {
        let secret = String(HookReceiver.secret.dropFirst("whsec_".count))
        for text in Self.planted + [secret] {
            #expect(try files(under: workspace.data, holding: text) == [])
            #expect(!output.contains(text))
        }
    }

    @Test func aServerTellsWhatARunnerBesideItRecorded() async throws {
        let workspace = try Workspace()
        try await withHookReceiver { receiver in
            let server = try await StandaloneServer.start(
                in: workspace, environment: Self.environment(receiver))
            let file = try workspace.write(Sample.scenario(requests: 5), to: "red.yaml")
            // It knows of no channel.
            let run = try await workspace.drill([file])
            #expect(run.status == 1, "\(run)")
            let messages = try await receiver.wait(for: 2, to: Self.told)
            let end = try await server.terminate()
            #expect(end.status == 0, "\(end)")
            let opinions = try await HookReceiver.opinions(of: messages, in: workspace)
            #expect(opinions == Array(repeating: messages[0].id, count: messages.count))
            try expectNoSecret(in: workspace, end.output + end.complaint)
        }
        try await workspace.expectIntact()
    }
}
