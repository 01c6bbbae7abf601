import DRTesting
import EventLog
import Foundation
import Testing
import Wire

@testable import Service

/// What the runner says of a text, as the server takes it. The real runner is asked in the tests of
/// the programs.
@Suite(.timeLimit(.minutes(1))) struct ScenarioCheckTests {
    private static func definition() -> ScenarioDefinition {
        var definition = ScenarioDefinition()
        (definition.scenarioName, definition.testType) = ("Mine", "full_outage")
        (definition.testSteps, definition.rtoTargetMs) = (["First"], 1000)
        return definition
    }

    private func check(
        _ answer: String
    ) async throws -> Result<ScenarioDefinition, ScenarioRefusal> {
        let fixture = try RunFixture()
        let checker = ScenarioCheck(
            program: RunnerProgram(
                path: RunFixture.fakeRunner, directory: fixture.store.directory,
                settings: ["FAKE_RUNNER": answer]))
        do throws(ScenarioRefusal) {
            return .success(try await checker.check("name: Mine"))
        } catch {
            return .failure(error)
        }
    }

    @Test func aDefinitionArrivesWhole() async throws {
        let encoded = Data(Self.definition().encoded).base64EncodedString()
        let answer = #"printf '{"definition":"\#(encoded)","uses_programs":false}'"#
        #expect(try await check(answer) == .success(Self.definition()))
    }

    @Test func aScenarioThatStartsProgramsIsNotAllowed() async throws {
        let encoded = Data(Self.definition().encoded).base64EncodedString()
        for answer in [
            #"printf '{"definition":"\#(encoded)","uses_programs":true}'"#,
            #"printf '{"definition":"\#(encoded)"}'"#,
        ] {
            guard case .failure(.notAllowed) = try await check(answer) else {
                Issue.record("\(answer)")
                continue
            }
        }
    }

    @Test func mistakesKeepTheirPlaces() async throws {
        let answer =
            #"printf '{"problems":[{"line":4,"column":8,"message":"no duration"}]}'; exit 64"#
        let mistake = ScenarioMistake(line: 4, column: 8, message: "no duration")
        #expect(try await check(answer) == .failure(.mistakes([mistake])))
    }

    @Test func anExperimentIsNoScenario() async throws {
        guard case .failure(.notAllowed) = try await check(#"printf '{"problems":[]}'"#) else {
            Issue.record("it was taken")
            return
        }
    }

    @Test func aRunnerThatBreaksIsNotTheFaultOfTheText() async throws {
        let answer = "echo 'dr-runner: broken' >&2; exit 70"
        #expect(try await check(answer) == .failure(.notChecked("dr-runner: broken")))
    }
}
