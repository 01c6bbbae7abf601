import DRTesting
import EventLog
import Foundation
import Logging
import ServiceLifecycle
import Testing

@testable import Service

#if canImport(Glibc)
    import Glibc
#endif

@Suite(.timeLimit(.minutes(1))) struct RunStarterTests {
    /// Prints what a shell makes of `value` as a refusal that is passed on.
    private static func saying(_ value: String) -> String {
        #"printf '{"refusal":"other","message":"%s"}' ""# + value + "\""
    }

    static let refusals: [(String, RunRefusal)] = [
        ("busy", .busy("said")), ("disabled", .disabled), ("bad_scenario", .badVariables("said")),
        ("bad_target", .unknownTarget("said")), ("wrong_environment", .wrongEnvironment("said")),
        ("not_allowed", .wrongEnvironment("said")),
        ("not_confirmed", .confirmationNeeded(target: "vault")), ("other", .internal("said")),
        ("of a newer runner", .internal("said")),
    ]

    @Test(arguments: refusals)
    func whatARunnerRefusesIsToldByItsCode(code: String, refusal: RunRefusal) async throws {
        let fixture = try RunFixture()
        let document = #"{"refusal":"\#(code)","message":"said","target":"vault"}"#
        let starter = fixture.starter("printf '%s' '\(document)'; exit 64")
        #expect(await fixture.refusal(of: fixture.order(), by: starter) == refusal)
    }

    @Test func aRunnerThatSaysNothingToProgramsIsQuoted() async throws {
        let fixture = try RunFixture()
        let starter = fixture.starter("echo one >&2; echo 'dr-runner: two' >&2; exit 70")
        let refusal = await fixture.refusal(of: fixture.order(), by: starter)
        #expect(refusal == .internal("dr-runner: two"))
    }

    @Test func aTextIsHandedOverWholeOnStandardInput() async throws {
        let fixture = try RunFixture()
        let starter = fixture.starter(Self.saying("$(cat /dev/stdin) of $2"))
        let refusal = await fixture.refusal(of: fixture.order(text: "name: Mine"), by: starter)
        #expect(refusal == .internal("name: Mine of /dev/stdin"))
    }

    @Test func aRunnerHasASessionOfItsOwn() async throws {
        let fixture = try RunFixture()
        let script =
            "read -r pid name state parent group session rest < /proc/$$/stat; "
            + Self.saying("$((session == $$))")
        let refusal = await fixture.refusal(of: fixture.order(), by: fixture.starter(script))
        #expect(refusal == .internal("1"))
    }

    @Test func theSecretOfTheServerStaysThere() async {
        await #expect(processExitsWith: .success) {
            setenv("DR_JWT_SECRET", "planted", 1)
            setenv("DR_PLANTED", "planted", 1)
            let fixture = try RunFixture()
            let starter = fixture.starter(
                #"printf '{"refusal":"other","message":"%s"}' "$DR_PLANTED $DR_JWT_SECRET""#)
            let refusal = await fixture.refusal(of: fixture.order(), by: starter)
            try FileManager.default.removeItem(atPath: fixture.folder)
            exit(refusal == .internal("planted ") ? 0 : 1)
        }
    }

    @Test func aRunIsStartedOnceItIsRecorded() async throws {
        let fixture = try RunFixture()
        let order = fixture.order()
        let starter = fixture.starter(
            "touch $FOLDER/begun; \(RunFixture.untilOver)")
        let start = Task { try await starter.start(order) }
        try await fixture.wait(forFile: "begun")
        let id = try await fixture.record([RunFixture.requested(order.key)], of: order.key)
        let run = try await start.value
        #expect(run.id == id)
        #expect(run.key == order.key)
        var check = PrerequisiteChecked()
        (check.name, check.verdict) = ("monitoring", .inconclusive)
        (check.expected, check.observed) = ("a sample", "none")
        try await fixture.record([.prerequisiteChecked(check)], of: order.key)
        let last = try await fixture.record(
            [RunFixture.finished(.failed, .inconclusive)], of: order.key)
        let end = try await run.finished()
        #expect(
            end
                == RunEnd(
                    status: .failed, verdict: .inconclusive, position: last,
                    unmet: [
                        UnmetPrerequisite(
                            name: "monitoring", expected: "a sample", observed: "none")
                    ]))
        try fixture.write("", to: "over")
    }

    @Test func theSameOrderAgainIsTheRunThatIsThere() async throws {
        let fixture = try RunFixture()
        let order = fixture.order()
        let id = try await fixture.record([RunFixture.requested(order.key)], of: order.key)
        let run = try await fixture.starter("touch $FOLDER/begun").start(order)
        #expect(run.id == id)
        #expect(!FileManager.default.fileExists(atPath: fixture.folder + "/begun"))
    }

    @Test func oneOrderGivenTwiceAtOnceHasOneRunner() async throws {
        let fixture = try RunFixture()
        let order = fixture.order()
        let starter = fixture.starter(
            "echo begun >> $FOLDER/begun; \(RunFixture.untilOver)")
        let first = Task { try await starter.start(order) }
        try await fixture.wait(forFile: "begun")
        let second = Task { try await starter.start(order) }
        try await fixture.record([RunFixture.requested(order.key)], of: order.key)
        #expect(try await first.value.id == second.value.id)
        let begun = try String(contentsOfFile: fixture.folder + "/begun", encoding: .utf8)
        #expect(begun == "begun\n")
        try fixture.write("", to: "over")
    }

    @Test func whatNeedsNoRunnerIsRefusedWithoutOne() async throws {
        let fixture = try RunFixture()
        let script = "touch $FOLDER/begun"
        var unknown = fixture.order()
        unknown.scenario.id = 7
        var elsewhere = fixture.order()
        elsewhere.environment = "production"
        let starter = fixture.starter(script)
        #expect(await fixture.refusal(of: unknown, by: starter) == .unknownScenario)
        let refusal = await fixture.refusal(of: elsewhere, by: starter)
        guard case .unknownTarget? = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        let disabled = fixture.starter(script, isEnabled: false)
        #expect(await fixture.refusal(of: fixture.order(), by: disabled) == .disabled)
        #expect(!FileManager.default.fileExists(atPath: fixture.folder + "/begun"))
    }

    @Test func aMissingRunnerIsNamed() async throws {
        let fixture = try RunFixture()
        let starter = fixture.starter(runner: "/nowhere/dr-runner")
        let refusal = await fixture.refusal(of: fixture.order(), by: starter)
        #expect(
            refusal
                == .runnerMissing(
                    "/nowhere/dr-runner is not there; DR_RUNNER names another place"))
    }

    @Test func aServerThatStopsTakesNoOrders() async throws {
        let fixture = try RunFixture()
        let starter = fixture.starter("touch $FOLDER/$1")
        let group = ServiceGroup(services: [starter], logger: Logger(label: "test"))
        let serving = Task { try await group.run() }
        // It is at work: the runner was told to close what was lost.
        try await fixture.wait(forFile: "prepare")
        await group.triggerGracefulShutdown()
        try await serving.value
        let refusal = await fixture.refusal(of: fixture.order(), by: starter)
        #expect(refusal == .busy("the server is about to stop; try again later"))
    }
}
