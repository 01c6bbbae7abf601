import EventLog
import Foundation
import Testing

@testable import Engine

/// Which targets may be drilled, and what is said of those that may not.
struct TargetPermissionTests {
    /// What somebody asks for. Without changes: a drill of a production target, as it must be.
    struct Asked: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var kind = Target.Kind.builtin
        var name = "live"
        var environment = "production"
        var allowsProduction = true
        var requestedEnvironment: String?
        var confirmation: String? = "live"
        var purpose = RunPurpose.drill
        /// `nil`: it may be drilled.
        var refusal: String?

        var target: Target {
            Target(
                name: name, kind: kind, environment: environment, scope: "a storage of the test",
                allowsProduction: allowsProduction, primary: nil, secondary: nil, backup: nil)
        }

        var permission: TargetPermission {
            TargetPermission(
                target: target, requestedEnvironment: requestedEnvironment,
                confirmation: confirmation, purpose: purpose)
        }
    }

    private static let isNoTest =
        "--sabotage works only on the embedded target or in environment 'test'"
    private static let isProduction =
        "target 'live' is production: chaos is for other environments"
    private static let isNotAllowed = "target 'live' does not say allow_production: true"
    private static let isNotConfirmed = "add --confirm 'live' to drill in production"
    private static let isElsewhere =
        "target 'live' belongs to environment 'production', not 'staging'"

    static let production = [
        Asked(testDescription: "a drill in production"),
        Asked(
            testDescription: "a drill in production, asked for by name",
            requestedEnvironment: "production"),
        Asked(
            testDescription: "without the target's consent", allowsProduction: false,
            refusal: isNotAllowed),
        Asked(
            testDescription: "without anybody's consent", allowsProduction: false,
            confirmation: nil, refusal: isNotAllowed),
        Asked(testDescription: "unconfirmed", confirmation: nil, refusal: isNotConfirmed),
        Asked(testDescription: "confirmed with no name", confirmation: "", refusal: isNotConfirmed),
        Asked(
            testDescription: "confirmed with another name", confirmation: "Live",
            refusal: isNotConfirmed),
        Asked(
            testDescription: "a name that a shell takes apart", name: "Bob's $(live) store",
            refusal: #"add --confirm 'Bob'\''s $(live) store' to drill in production"#),
        Asked(
            testDescription: "another environment than asked for", requestedEnvironment: "staging",
            refusal: isElsewhere),
        Asked(testDescription: "chaos in production", purpose: .chaos, refusal: isProduction),
        Asked(
            testDescription: "unconfirmed chaos in production", confirmation: nil, purpose: .chaos,
            refusal: isProduction),
        Asked(testDescription: "sabotage in production", purpose: .proof, refusal: isNoTest),
    ]

    static let elsewhere = [
        Asked(testDescription: "staging", environment: "staging", allowsProduction: false),
        Asked(testDescription: "staging, unconfirmed", environment: "staging", confirmation: nil),
        Asked(
            testDescription: "staging, asked for by name", environment: "staging",
            requestedEnvironment: "staging", confirmation: nil),
        Asked(
            testDescription: "staging where test was asked for", environment: "staging",
            requestedEnvironment: "test",
            refusal: "target 'live' belongs to environment 'staging', not 'test'"),
        Asked(
            testDescription: "staging where nothing was asked for by name", environment: "staging",
            requestedEnvironment: "",
            refusal: "target 'live' belongs to environment 'staging', not ''"),
        Asked(testDescription: "chaos in staging", environment: "staging", purpose: .chaos),
        Asked(
            testDescription: "sabotage in staging", environment: "staging", purpose: .proof,
            refusal: isNoTest),
        Asked(
            testDescription: "sabotage in staging, where test was asked for",
            environment: "staging", requestedEnvironment: "test", purpose: .proof,
            refusal: isNoTest),
        Asked(testDescription: "sabotage in test", environment: "test", purpose: .proof),
        Asked(
            testDescription: "sabotage in test, where staging was asked for", environment: "test",
            requestedEnvironment: "staging", purpose: .proof,
            refusal: "target 'live' belongs to environment 'test', not 'staging'"),
        Asked(
            testDescription: "sabotage of the runner's own storage", kind: .embedded,
            environment: "anywhere", purpose: .proof),
    ]

    @Test(arguments: Self.production + Self.elsewhere)
    func aTargetIsDrilledOnlyAsItMayBe(_ asked: Asked) {
        var refusal: RunnerError?
        do throws(RunnerError) {
            try asked.permission.check()
        } catch {
            refusal = error
        }
        #expect(refusal?.message == asked.refusal)
        #expect(refusal == nil || refusal?.code == .usage)
    }

    // MARK: Requests

    /// A plan of chaos that is run from its file, with everything that a drill would need.
    private static func chaos(in environment: String) throws -> RunRequest {
        let plan = ChaosPlan(seed: 1, duration: .seconds(20))
        var request = RunRequest(
            scenario: try plan.scenario(), scenarioText: plan.scenarioText, seed: 1)
        request.target = Asked(testDescription: "", environment: environment).target
        request.confirmation = request.target.name
        return request
    }

    private static func refusal(of request: RunRequest) -> String? {
        do throws(RunnerError) {
            try request.checkPermission()
            return nil
        } catch {
            return error.message
        }
    }

    @Test func aRequestIsCheckedWithAllThatItSays() throws {
        let chaos = try Self.chaos(in: "production")
        #expect(Self.refusal(of: chaos) == Self.isProduction)

        var elsewhere = chaos
        elsewhere.requestedEnvironment = "staging"
        #expect(Self.refusal(of: elsewhere) == Self.isElsewhere)

        var broken = chaos
        broken.sabotage = .control
        #expect(Self.refusal(of: broken) == Self.isNoTest)

        let entry = try #require(BuiltinScenarios.entry(named: "1"))
        var drill = RunRequest(
            scenario: try ScenarioReader.read(entry.text, file: entry.name),
            scenarioText: entry.text, seed: 1)
        #expect(Self.refusal(of: drill) == nil)
        drill.target = chaos.target
        #expect(Self.refusal(of: drill) == Self.isNotConfirmed)
        drill.confirmation = "live"
        #expect(Self.refusal(of: drill) == nil)
    }

    @Test func whatIsRefusedIsNotRecorded() async throws {
        let folder = TemporaryDirectory()
        let store = try EventStore(DataDirectory(folder.path + "/data"))
        func filesOfRuns() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder.path + "/data/runs").sorted()
        }
        let before = (events: try store.reader.head().position, files: try filesOfRuns())
        let request = try Self.chaos(in: "production")
        let runner = Runner(store: store, slots: 1, outside: nil) { _ in }
        let error = await #expect(throws: RunnerError.self) {
            _ = try await runner.run(request)
        }
        #expect(error?.message == Self.isProduction)
        #expect(try store.reader.head().position == before.events)
        #expect(try filesOfRuns() == before.files)
    }
}
