import Foundation
import Testing

/// Functions of Python, which the command of Chaos Toolkit calls where it is installed.
@Suite(.enabled(if: ChaosCommand.isThere, "\(Python.missing)"), .timeLimit(.minutes(5)))
struct ExperimentPythonTests {
    private static func function(
        _ kind: String, _ name: String, _ function: String, _ arguments: String, more: String = ""
    ) -> String {
        let parts = function.split(separator: " ")
        return """
            {"type": "\(kind)", "name": "\(name)"\(more),
             "provider": {"type": "python", "module": "\(parts[0])", "func": "\(parts[1])",
                          "arguments": \(arguments)}}
            """
    }

    private static func move(_ name: String, from: String, to: String) -> String {
        function(
            "action", name, "os rename",
            #"{"src": "${folder}/\#(from)", "dst": "${folder}/\#(to)"}"#)
    }

    private static let folder =
        #"{"service_url": {"type": "env", "key": "SERVICE_URL"}, "#
        + #""folder": {"type": "env", "key": "SERVICE_FOLDER"}}"#

    /// An experiment about the files of the service.
    private static func text(
        gate: String = SmallExperiment.gate, method: [String], rollbacks: [String] = [],
        more: String = ""
    ) -> String {
        """
        {"title": "Functions", "description": "Of Python.", "configuration": \(folder), \(more)
         "steady-state-hypothesis": {"title": "It is fine", "probes": [\(gate)]},
         "method": [\(method.joined(separator: ", "))],
         "rollbacks": [\(rollbacks.joined(separator: ", "))]}
        """
    }

    private func run(
        _ text: String, on service: ExperimentService, in workspace: Workspace,
        path: String = ChaosCommand.path, _ arguments: [String] = []
    ) async throws -> Finished {
        let file = try workspace.write(text, to: "functions.json")
        let target = try workspace.write(
            """
            name: functions
            kind: embedded
            environment: test
            allow:
              hosts: ["\(service.host)"]
              processes: ["\(ChaosCommand.program)"]
            """, to: "functions.yaml")
        var environment = service.environment
        environment["PATH"] = path
        return try await workspace.drill(
            [file, "--target", target] + arguments, environment: environment)
    }

    @Test func aFunctionIsCalledAndItsOutputIsJudged() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let journal = workspace.folder + "/journal.json"
        let text = Self.text(
            gate: Self.function(
                "probe", "there", "os.path exists", #"{"path": "${folder}/valid.txt"}"#,
                more: ", \"tolerance\": true"),
            method: [Self.move("hide", from: "valid.txt", to: "hidden.txt")],
            rollbacks: [Self.move("show", from: "hidden.txt", to: "valid.txt")])
        let run = try await run(text, on: service, in: workspace, ["--journal", journal])
        #expect(run.status == 1, "\(run)")
        let kept = try JSON(parsing: try String(contentsOfFile: journal, encoding: .utf8))
        let states = kept["steady_states"]
        #expect(states["before"]["probes"].elements.first?["output"] == JSON.bool(true))
        #expect(states["after"]["probes"].elements.first?["output"] == JSON.bool(false))
        let files = FileManager.default
        #expect(files.fileExists(atPath: service.folder + "/valid.txt"))
        #expect(workspace.leftOfRuns == [])
        // The command keeps a log where it is run, unless it is told not to.
        #expect(!files.fileExists(atPath: files.currentDirectoryPath + "/chaostoolkit.log"))
        #expect(!files.fileExists(atPath: files.currentDirectoryPath + "/journal.json"))
    }

    @Test func aFunctionIsGivenSecretsAndNothingKeepsThem() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let journal = workspace.folder + "/journal.json"
        let text = Self.text(
            method: [
                Self.function("probe", "repeat", "os.path basename", #"{"p": "${api_token}"}"#)
            ], more: #""secrets": {"s": {"api_token": {"type": "env", "key": "API_TOKEN"}}},"#)
        let run = try await run(
            text, on: service, in: workspace, ["--journal", journal, "--debug"])
        #expect(run.status == 0, "\(run)")
        let kept = try JSON(parsing: try String(contentsOfFile: journal, encoding: .utf8))
        #expect(kept["run"].elements.first?["output"].text == "${api_token}")
        _ = try await workspace.events()
        _ = try await workspace.rows(of: "test_logs")
        #expect(try files(under: workspace.folder, holding: service.token) == [])
    }

    /// The module of the rollback is missing: what the method does would stay.
    @Test func aMistakeInAFunctionIsFoundBeforeAnythingIsDone() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let text = Self.text(
            method: [SmallExperiment.post("outage", "/outage")],
            rollbacks: [Self.function("action", "restore", "no_such_module f", "{}")])
        let run = try await run(text, on: service, in: workspace)
        #expect(run.status == 2, "\(run)")
        #expect(run.output.contains("no_such_module"), "\(run)")
        #expect(!run.output.contains("ERROR]"), "\(run)")
        #expect(service.requests == ["GET /ready"])
    }

    @Test func withoutTheCommandAFunctionIsInconclusiveAndTheRestIsRun() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let text = Self.text(method: [
            Self.function("probe", "there", "os.path exists", #"{"path": "/"}"#),
            SmallExperiment.post("restore", "/restore"),
        ])
        let run = try await run(text, on: service, in: workspace, path: workspace.folder)
        #expect(run.status == 2, "\(run)")
        #expect(run.output.contains("'chaos' command that calls it is not installed"), "\(run)")
        #expect(service.requests.contains("POST /restore"))
    }

    @Test func aCommandThatTheTargetDoesNotAllowIsRefused() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let text = Self.text(method: [
            Self.function("probe", "there", "os.path exists", #"{"path": "/"}"#)
        ])
        let file = try workspace.write(text, to: "functions.json")
        var environment = service.environment
        environment["PATH"] = ChaosCommand.path
        let run = try await workspace.run(.runner, ["run", file], environment: environment)
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains("processes: [\"\(ChaosCommand.program)\"]"), "\(run)")
    }
}

/// The command of Chaos Toolkit in the project's Python environment.
enum ChaosCommand {
    private static let folder = Repository.root + "/.venv/bin"
    static let program = folder + "/chaos"

    static var isThere: Bool {
        Python.isThere && FileManager.default.isExecutableFile(atPath: program)
    }

    /// Where it is found before any other.
    static var path: String {
        folder + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    }
}
