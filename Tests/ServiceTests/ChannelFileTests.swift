import DRTesting
import EventLog
import Foundation
import Testing

@testable import Service

/// What may stand in `channels.json` and in the environment.
struct ChannelFileTests {
    private static let directory = DataDirectory("/nowhere/at/all")

    private func message(_ file: String) -> String? {
        do {
            _ = try ChannelFile.read(Array(file.utf8), file: "f")
            return nil
        } catch {
            return error.message
        }
    }

    @Test func aChannelHasItsFiltersAndASecret() throws {
        let channels = try ChannelFile.read(
            Array(
                """
                {"channels": [
                  {"name": "ops", "url": "https://a.example/x", "format": "slack",
                   "alert_types": ["dr_overdue"], "severity": "high", "allow_local": true},
                  {"name": "hook", "url": "https://b.example/", "events": ["run_finished"],
                   "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
                  {"name": "pager", "format": "pagerduty", "routing_key": "R0"}
                ]}
                """.utf8), file: "f")
        #expect(channels.map(\.name) == ["ops", "hook", "pager"])
        #expect(channels.map(\.format) == [.slack, .plain, .pagerduty])
        #expect(channels.map(\.allowsLocal) == [true, false, false])
        #expect(channels[1].secret?.count == 24)
        #expect(channels[2].url.text == ChannelFile.pagerDuty)
        var overdue = AlertRaised()
        (overdue.alertType, overdue.severity) = ("dr_overdue", "medium")
        #expect(!channels[0].wants(.alertRaised(overdue)))
        overdue.severity = "critical"
        #expect(channels[0].wants(.alertRaised(overdue)))
        #expect(!channels[1].wants(.alertRaised(overdue)))
        #expect(channels[1].wants(.runFinished(RunFinished())))
    }

    @Test(arguments: [
        ("[]", "f: expected an object with a list 'channels'"),
        (#"{"channels": [1]}"#, "f: channel 1: expected an object, found a whole number"),
        (
            #"{"channels": [{"name": ""}]}"#,
            "f: channel 1: name: a text of 1 to 100 bytes is needed"
        ),
        (
            #"{"channels": [{"name": "a", "url": "https://a", "severity": "loud"}]}"#,
            "f: channel 1: severity is 'loud'; accepted: low, medium, high, critical"
        ),
        (
            #"{"channels": [{"name": "a", "format": "pagerduty"}]}"#,
            "f: channel 1: routing_key: PagerDuty needs one"
        ),
        (
            #"{"channels": [{"name": "a", "url": "https://a", "secret": "hunter2"}]}"#,
            "f: channel 1: secret: accepted: whsec_ and the Base64 of 24 to 64 bytes"
        ),
    ])
    func aMistakeIsNamedWithoutItsSecret(_ file: String, _ expected: String) {
        #expect(message(file) == expected)
    }

    @Test func anUnknownFieldIsNamedWithThoseThatAreKnown() {
        let told = message(#"{"channels": [{"name": "a", "colour": 1}]}"#) ?? ""
        #expect(told.contains("'colour'") && told.contains("alert_types"))
    }

    @Test(arguments: [
        (#""events": ["run_finishd"]"#, "events: there is no 'run_finishd'; accepted: *, "),
        (#""events": ["delivery_failed"]"#, "events: there is no 'delivery_failed'"),
        (
            #""alert_types": ["failed"]"#,
            "alert_types: there is no 'failed'; accepted: dr_test_failed, dr_test_inconclusive, "
                + "dr_objective_missed, dr_cleanup_failed, dr_overdue, dr_integrity"
        ),
        (#""events": "*""#, "events: expected a list of texts"),
    ])
    func aFilterThatNothingPassesIsRefused(_ field: String, _ expected: String) {
        let told = message(#"{"channels": [{"name": "a", "url": "https://a", \#(field)}]}"#) ?? ""
        #expect(told.hasPrefix("f: channel 1: \(expected)"), "\(told)")
    }

    @Test func everyEventMayBeAskedFor() throws {
        let names = ["*", "alert_raised", "run_finished", "schedule_fired", "refusals_summarized"]
        let list = names.map { #""\#($0)""# }.joined(separator: ", ")
        let channels = try ChannelFile.read(
            Array(#"{"channels": [{"name": "a", "url": "https://a", "events": [\#(list)]}]}"#.utf8),
            file: "f")
        #expect(channels.map(\.events) == [Set(names)])
    }

    @Test func aFileThatCannotBeReadIsNoFileWithoutChannels() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/channels-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // A folder has no contents to be read.
        try FileManager.default.createDirectory(
            atPath: folder + "/channels.json", withIntermediateDirectories: true)
        let refusal = #expect(throws: ChannelError.self) {
            try ChannelFile.channels(of: DataDirectory(folder), environment: [:])
        }
        #expect(refusal?.message == "the channels in \(folder)/channels.json cannot be read")
    }

    @Test func theEnvironmentMakesTheDefaultChannel() throws {
        let channels = try ChannelFile.channels(
            of: Self.directory, environment: ["DR_ALERT_WEBHOOK_URL": "https://a.example/x"])
        #expect(channels.map(\.name) == ["default"] && channels.map(\.format) == [.plain])
        #expect(try ChannelFile.channels(of: Self.directory, environment: [:]).isEmpty)
    }

    @Test func notificationsCanBeSwitchedOff() throws {
        let off = [
            "DR_ALERT_WEBHOOK_URL": "https://a.example/x", "DR_NOTIFICATION_ENABLED": "false",
        ]
        #expect(try ChannelFile.channels(of: Self.directory, environment: off).isEmpty)
        let bad = #expect(throws: ChannelError.self) {
            try ChannelFile.channels(
                of: Self.directory, environment: ["DR_NOTIFICATION_ENABLED": "maybe"])
        }
        #expect(
            bad?.message == "DR_NOTIFICATION_ENABLED is 'maybe'; accepted: true or false")
    }

    @Test func aFileThatIsNamedMustBeThere() {
        #expect(throws: ChannelError.self) {
            try ChannelFile.channels(
                of: Self.directory, environment: ["DR_CHANNELS": "/nowhere/channels.json"])
        }
    }
}
