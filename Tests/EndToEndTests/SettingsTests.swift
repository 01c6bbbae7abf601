import Foundation
import Testing

/// The environment's variables and the options that hold a run back.
@Suite(.timeLimit(.minutes(2))) struct SettingsTests {
    /// A command that is refused: before anything is written.
    struct Refused: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        var environment: [String: String] = [:]
        var status: Int32 = 64
        let words: [String]

        var testDescription: String { "\(arguments) \(environment)" }
    }

    static let refusedVariables = [
        Refused(
            arguments: ["1"], environment: ["DR_TESTING_ENABLED": "false"], status: 75,
            words: ["DR_TESTING_ENABLED"]),
        Refused(
            arguments: ["1"], environment: ["DR_TESTING_ENABLED": "perhaps"],
            words: ["DR_TESTING_ENABLED", "'perhaps'", "true or false"]),
        Refused(
            arguments: ["1"], environment: ["DR_MAX_CONCURRENT_TESTS": "abc"],
            words: ["DR_MAX_CONCURRENT_TESTS", "'abc'"]),
        Refused(
            arguments: ["1"], environment: ["DR_MAX_CONCURRENT_TESTS": "0"],
            words: ["DR_MAX_CONCURRENT_TESTS", "'0'"]),
        Refused(
            arguments: ["1"], environment: ["DR_TEST_TIMEOUT_MS": "1h"],
            words: ["DR_TEST_TIMEOUT_MS", "'1h'"]),
    ]

    static let refusedOptions = [
        Refused(arguments: ["1", "--environment", "staging"], words: ["'test'", "'staging'"]),
        Refused(arguments: ["1", "--sabotage", "nothing"], words: ["nothing", "queue-reorders"]),
        Refused(arguments: ["1", "--set", "kind=boom"], words: ["'boom'", "reset-after"]),
        Refused(arguments: ["1", "--set", "speed=1"], words: ["speed", "kind, detection"]),
        Refused(arguments: ["1", "--set", "kind"], words: ["name=value"]),
        Refused(arguments: ["1", "--set", "=boom"], words: ["name=value"]),
        // An empty value is one.
        Refused(arguments: ["1", "--set", "kind="], words: ["'' is not known", "reset-after"]),
        Refused(arguments: ["1", "--timeout", "6"], words: ["--timeout '6'", "ms, s, m or h"]),
        Refused(arguments: ["1", "--junit", "/none/x.xml"], words: ["there is no folder /none/"]),
        Refused(arguments: ["1", "--junit", "/tmp"], words: ["--junit '/tmp'", "is a folder"]),
        Refused(arguments: ["1", "--junit", ""], words: ["--junit ''", "names no file"]),
        Refused(arguments: ["1", "--target", "no-such-file"], words: ["no-such-file"]),
        Refused(arguments: ["no-such-scenario"], words: ["Complete R2 Outage Simulation"]),
        Refused(arguments: [], words: ["<scenario>"]),
    ]

    @Test(arguments: Self.refusedVariables + Self.refusedOptions)
    func whatIsRefusedSaysWhyAndWritesNothing(_ refused: Refused) async throws {
        let workspace = try Workspace()
        let run = try await workspace.run(
            .runner, ["run"] + refused.arguments, environment: refused.environment)
        #expect(run.status == refused.status, "\(run)")
        for word in refused.words { #expect(run.complaint.contains(word), "\(run)") }
        #expect(run.output == "")
        #expect(!workspace.hasData)
    }

    @Test func whatIsDisabledCanStillBeRead() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let off = ["DR_TESTING_ENABLED": "false"]
        #expect(try await workspace.run(.runner, ["list"], environment: off).status == 0)
        #expect(try await workspace.run(.audit, ["verify"], environment: off).status == 0)
        let show = ["show", "dr_tests"]
        #expect(try await workspace.run(.projections, show, environment: off).status == 0)
    }

    @Test func doctorMakesNothingWhereThereIsNoLog() async throws {
        let workspace = try Workspace()
        for options in [[], ["--clear"]] {
            let doctor = try await workspace.run(.runner, ["doctor"] + options)
            #expect(doctor.status == 0, "\(doctor)")
            #expect(doctor.output.contains("no log yet"), "\(doctor)")
            #expect(!workspace.hasData)
        }
    }

    @Test func doctorSaysThatTestingIsDisabledAndGoesOn() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let off = ["DR_TESTING_ENABLED": "false"]
        let doctor = try await workspace.run(.runner, ["doctor"], environment: off)
        #expect(doctor.status == 1, "\(doctor)")
        #expect(doctor.lines.contains { $0.hasPrefix("problem settings  testing is disabled") })
        #expect(doctor.output.contains(": the log has "), "\(doctor)")
    }

    @Test func aDifferingNumberOfSlotsIsRefusedWithBothNumbers() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let before = try await workspace.events()
        let run = try await workspace.run(
            .runner, ["run", "1"], environment: ["DR_MAX_CONCURRENT_TESTS": "3"])
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains("DR_MAX_CONCURRENT_TESTS is 3"), "\(run)")
        #expect(run.complaint.contains("made for 1"), "\(run)")
        #expect(try await workspace.events() == before)
    }

    @Test func twoRunsGoOnAtOnceWhereThereAreTwoSlots() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(Sample.scenario(), to: "short.yaml")
        let two = ["DR_MAX_CONCURRENT_TESTS": "2"]
        try await inDrillPlace {
            let first = try workspace.start(.runner, ["run", file], environment: two)
            try await first.wait(forLine: "  load is on")
            let second = try workspace.start(.runner, ["run", file], environment: two)
            try await second.wait(forLine: "  load is on")
            let third = try await workspace.run(.runner, ["run", file], environment: two)
            #expect(third.status == 75, "\(third)")
            #expect(third.complaint.contains("test 2 of process \(first.pid)"), "\(third)")
            #expect(third.complaint.contains(" of process \(second.pid)"), "\(third)")
            // By their tests, not by their keys.
            #expect(!third.complaint.contains("run 0"), "\(third)")
            for run in [first, second] {
                let end = try await run.finish()
                #expect(end.status == 0, "\(end)")
            }
        }
        try await workspace.expectIntact()
    }

    // MARK: Targets

    /// What is said of a target that nobody answers for: the refusal comes before.
    private func refuse(
        _ options: [String], named name: String = "storage", environment: String,
        more: String = "", saying words: String
    ) async throws {
        let workspace = try Workspace()
        let text = Sample.unreachableTarget(named: name, environment: environment, more: more)
        let target = try workspace.write(text, to: "target.yaml")
        let run = try await workspace.run(.runner, ["run", "1", "--target", target] + options)
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains(words), "\(run)")
        #expect(!workspace.hasData)
    }

    @Test func aTargetOfAnotherEnvironmentIsRefused() async throws {
        try await refuse(
            ["--environment", "staging"], environment: "test",
            saying: "environment 'test', not 'staging'")
    }

    @Test func productionNeedsTheTargetsConsentAndItsName() async throws {
        let consent = "allow_production: true"
        try await refuse([], environment: "production", saying: "allow_production: true")
        try await refuse(
            ["--confirm", "storage"], environment: "production", more: "allow_production: false",
            saying: "allow_production: true")
        try await refuse(
            [], environment: "production", more: consent, saying: "--confirm 'storage'")
        try await refuse(
            ["--confirm", "another"], environment: "production", more: consent,
            saying: "--confirm 'storage'")
    }

    @Test func theNameToConfirmCanBeCopiedIntoAShell() async throws {
        try await refuse(
            [], named: "\"Bob's $(live) store\"", environment: "production",
            more: "allow_production: true", saying: #"--confirm 'Bob'\''s $(live) store' to"#)
    }

    @Test(arguments: ["staging", "production"])
    func sabotageIsForTestEnvironments(environment: String) async throws {
        try await refuse(
            ["--sabotage", "queue-reorders", "--confirm", "storage"], environment: environment,
            more: "allow_production: true", saying: "--sabotage works only on")
    }

    @Test func mistakesInATargetFileAreToldWithTheirPlaces() async throws {
        let workspace = try Workspace()
        let text = """
            name: storage
            enviroment: test
            primary:
              endpoint: ftp://127.0.0.1
              bucket: drills
              access_key_id: AK
              secret_access_key: secret
            """
        let target = try workspace.write(text, to: "target.yaml")
        let run = try await workspace.run(.runner, ["run", "1", "--target", target])
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains("\(target):2:1: 'enviroment' is not known here"), "\(run)")
        #expect(run.complaint.contains("'environment' is missing"), "\(run)")
        #expect(run.complaint.contains("'backup' is missing"), "\(run)")
        #expect(run.complaint.contains("\(target):4:13: an endpoint is"), "\(run)")
        #expect(!workspace.hasData)
    }
}
