import Foundation
import Testing

/// What a server asks of `dr-runner`, with options that are not for people.
@Suite(.timeLimit(.minutes(4))) struct OrderedRunTests {
    private static let key = "0197f000-1111-7222-8333-444455556666"

    @Test func theKeyOfARunIsThatOfItsOrderAndIsUsedOnce() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(Sample.hastyScenario, to: "scenario.yaml")
        let order = [
            file, "--key=\(Self.key)", "--scenario-id=7", "--requested-by=admin", "--by=ops",
            "--json",
        ]
        let run = try await workspace.drill(order)
        #expect(run.output == "", "\(run)")
        let test = try await workspace.test()
        #expect(test["executed_by"].text == "ops")
        #expect(test["test_config"]["run_key"].text == Self.key)
        #expect(test["test_config"]["scenario_id"].double == 7)
        let again = try await workspace.run(.runner, ["run"] + order)
        #expect(again.status == 64, "\(again)")
        #expect(again.complaint.contains("run \(Self.key) is recorded already"))
        #expect(try JSON(parsing: again.output)["refusal"].text == "other")
        #expect(try await workspace.rows(of: "dr_tests").count == 1)
        try await workspace.expectIntact()
    }

    /// An order that is refused, and the code of that for programs.
    struct Refused: Sendable {
        let arguments: [String]
        var environment: [String: String] = [:]
        let code: String
    }

    static let refused = [
        Refused(arguments: ["1", "--set", "speed=1"], code: "bad_scenario"),
        Refused(arguments: ["1", "--target", "nowhere.yaml"], code: "bad_target"),
        Refused(arguments: ["1", "--environment", "staging"], code: "wrong_environment"),
        Refused(
            arguments: ["1"], environment: ["DR_TESTING_ENABLED": "false"], code: "disabled"),
        Refused(arguments: ["1", "--timeout", "6"], code: "other"),
    ]

    @Test(arguments: refused)
    func aRefusalIsSaidToProgramsToo(refused: Refused) async throws {
        let workspace = try Workspace()
        let run = try await workspace.run(
            .runner, ["run", "--key", Self.key] + refused.arguments,
            environment: refused.environment)
        #expect(run.status != 0, "\(run)")
        let answer = try JSON(parsing: run.output)
        #expect(answer["refusal"].text == refused.code, "\(run)")
        let message = try #require(answer["message"].text)
        #expect(run.complaint.contains(message), "\(run)")
        #expect(!workspace.hasData)
    }

    @Test func aTargetThatMustBeConfirmedIsNamed() async throws {
        let workspace = try Workspace()
        let target = Sample.unreachableTarget(
            named: "vault", environment: "production", more: "allow_production: true")
        let file = try workspace.write(target, to: "target.yaml")
        let run = try await workspace.run(
            .runner, ["run", "1", "--key", Self.key, "--target", file])
        let answer = try JSON(parsing: run.output)
        #expect(answer["refusal"].text == "not_confirmed", "\(run)")
        #expect(answer["target"].text == "vault")
    }

    @Test(arguments: ["1", "0197f000-1111-4222-8333-444455556666"])
    func whatIsNoKeyIsRefused(key: String) async throws {
        let workspace = try Workspace()
        let run = try await workspace.run(.runner, ["run", "1", "--key=\(key)"])
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains("a UUID of version 7"))
        #expect(!workspace.hasData)
    }

    @Test func aCheckTellsAServerWhatToKeep() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(Sample.scenario(named: "Mine"), to: "scenario.yaml")
        let check = try await workspace.run(.runner, ["check", file, "--json", "--definition"])
        #expect(check.status == 0, "\(check)")
        let answer = try JSON(parsing: check.output)
        #expect(answer["uses_programs"] == .bool(false))
        let encoded = try #require(answer["definition"].text)
        let definition = try #require(Data(base64Encoded: encoded))
        #expect(definition.range(of: Data("full_outage".utf8)) != nil)
    }

    @Test func preparingRecordsTheBuiltInScenariosOnce() async throws {
        let workspace = try Workspace()
        let first = try await workspace.run(.runner, ["prepare"])
        #expect(first.status == 0, "\(first)")
        #expect(try await workspace.rows(of: "test_scenarios").count == 6)
        let events = try await workspace.events().count
        let second = try await workspace.run(.runner, ["prepare"])
        #expect(second.status == 0, "\(second)")
        #expect(try await workspace.events().count == events)
    }
}
