import Foundation
import StorageServers
import Testing

/// What is wrong with the input is said, and nothing is touched.
@Suite(.timeLimit(.minutes(3))) struct BadInputTests {
    private static let threeMistakes = """
        name: Wrong in three places
        type: full_outage
        objectives:
          rto: 5 minutes
        steps:
          - name: First
            component: storage
            action:
              inject_fault: {name: outage, kind: explode}
            expect:
              - observe: proxy.passed_during_fault
                equals: 0
          - name: Second
            component: circuit_breaker
            expect:
              - observe: breaker.mood
                equals: open

        """

    @Test(arguments: [["run"], ["check"]])
    func eachMistakeInAScenarioGetsALineOfItsOwn(command: [String]) async throws {
        let workspace = try Workspace()
        let file = try workspace.write(Self.threeMistakes, to: "scenario.yaml")
        let run = try await workspace.run(.runner, command + [file])
        #expect(run.status == 64, "\(run)")
        #expect(run.output == "")
        let lines = run.complaint.split(separator: "\n")
        #expect(lines.first == "dr-runner: 3 problems found", "\(run)")
        let expected = [
            "\(file):4:8: '5 minutes' is not a duration; accepted: ",
            "\(file):9:42: 'explode' is not known; accepted: hang, refuse, reset, ",
            "\(file):16:18: observation 'breaker.mood' is not known; accepted: ",
        ]
        #expect(lines.count == 4)
        for (line, start) in zip(lines.dropFirst(), expected) {
            #expect(line.hasPrefix(start), "\(line)")
        }
        #expect(!workspace.hasData)
    }

    @Test func oneMistakeIsOneProblem() async throws {
        let workspace = try Workspace()
        let file = try workspace.write("- a list", to: "scenario.yaml")
        let check = try await workspace.run(.runner, ["check", file, "--json"])
        #expect(check.status == 64, "\(check)")
        #expect(check.complaint.hasPrefix("dr-runner: 1 problem found\n"), "\(check)")
        let document = try JSON(parsing: check.output)
        #expect(document.names == ["file", "scenario_name", "steps", "problems"])
        #expect(document["scenario_name"] == .null)
        let problems = document["problems"].elements
        #expect(problems.map { $0["line"].double } == [1])
        #expect(problems.map { $0["message"].text } == ["a mapping with 'name' is expected"])
    }

    @Test func whatHasNoMistakesIsSaidInJSONToo() async throws {
        let check = try await Workspace().run(.runner, ["check", "1", "--json"])
        #expect(check.status == 0, "\(check)")
        let document = try JSON(parsing: check.output)
        #expect(document["scenario_name"].text == "Complete R2 Outage Simulation")
        #expect(document["steps"].double == 7)
        #expect(document["problems"] == .array([]))
    }

    // MARK: Pipes

    /// As with `<(…)` in a shell: a pipe has no size and is read only once.
    private func run(
        _ workspace: Workspace, _ arguments: String, reading file: String
    ) async throws -> Finished {
        try await workspace.start(
            path: "/bin/sh",
            ["-c", "cat \"$1\" | \"$0\" \(arguments)", Program.runner.path, file]
        ).finish(within: .seconds(60))
    }

    @Test func scenariosAndTargetsAreReadFromPipes() async throws {
        let workspace = try Workspace()
        let scenario = try workspace.write(Sample.scenario(), to: "scenario.yaml")
        let check = try await run(workspace, "check /dev/stdin", reading: scenario)
        #expect(check.output == "Short outage: 3 steps, no mistakes\n", "\(check)")
        let text = Sample.unreachableTarget(environment: "staging")
        let target = try workspace.write(text, to: "target.yaml")
        let options = "run 1 --environment test --target /dev/stdin"
        let refused = try await run(workspace, options, reading: target)
        #expect(refused.status == 64, "\(refused)")
        #expect(refused.complaint.contains("environment 'staging', not 'test'"), "\(refused)")
    }

    @Test(arguments: [["check", "/dev/zero"], ["run", "1", "--target", "/dev/zero"]])
    func whatNeverEndsIsNotRead(command: [String]) async throws {
        let run = try await Workspace().run(.runner, command)
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains("'/dev/zero' has more than 1 MiB"), "\(run)")
    }

    @Test func aBadScenarioWritesNoEvent() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let before = try await workspace.events()
        let file = try workspace.write(Self.threeMistakes, to: "scenario.yaml")
        let run = try await workspace.run(.runner, ["run", file])
        #expect(run.status == 64, "\(run)")
        #expect(try await workspace.events() == before)
        try await workspace.expectIntact()
    }

    @Test(arguments: [
        "", "- a list", "name: [", "name: x\ntype: y", "{", "\u{0}", "name: &a x\ntype: *b",
    ])
    func whatIsNoScenarioIsRefused(text: String) async throws {
        let workspace = try Workspace()
        let file = try workspace.write(text, to: "scenario.yaml")
        let run = try await workspace.run(.runner, ["run", file])
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains("\(file):1:") || run.complaint.contains("\(file):2:"))
        #expect(!workspace.hasData)
    }

    @Test func anEndpointThatNobodyAnswersForIsNamedWithTheCause() async throws {
        let workspace = try Workspace()
        let port = try LocalPort.free()
        let target = try workspace.write(
            Sample.unreachableTarget(port: port), to: "target.yaml")
        let run = try await workspace.drill(["1", "--target", target])
        #expect(run.status == 2, "\(run)")
        let line = run.lines.first { $0.hasPrefix("? primary available: ") }
        let cause = "no connection: 127.0.0.1:\(port): Connection refused"
        #expect(line?.hasSuffix(cause) == true, "\(run)")
        let test = try await workspace.test()
        #expect(test["verdict"].text == "inconclusive")
        let message = test["error_message"].text ?? ""
        #expect(message.contains("'primary available' is not met"), "\(message)")
        #expect(message.components(separatedBy: cause).count == 2, "\(message)")
        let names = Set(try await workspace.events().map(\.name))
        #expect(names.isDisjoint(with: ["fault_planned", "fault_effective", "step_started"]))
        try await workspace.expectIntact()
        #expect(workspace.leftOfRuns == [])
    }

    // MARK: Directories of something else

    /// What is in a directory that is not ours.
    enum Stranger: String, CaseIterable, Sendable {
        case aFile, aFolderNamedLog, garbageNamedAsOurs, anotherDatabase
    }

    @Test(arguments: Stranger.allCases)
    func aDirectoryOfSomethingElseIsLeftAsItIs(_ stranger: Stranger) async throws {
        if stranger == .anotherDatabase && !Python.isThere { return }
        let workspace = try Workspace()
        try await Self.make(stranger, in: workspace)
        // LMDB makes its lock file when it looks at a database.
        let lock = "log/lock.mdb"
        let before = try contents(ofFolder: workspace.data).filter { $0.key != lock }
        for command in [["run", "1"], ["doctor"]] {
            let run = try await workspace.run(.runner, command)
            #expect(run.status == 64, "\(run)")
            #expect(run.complaint.contains(workspace.data), "\(run)")
            let after = try contents(ofFolder: workspace.data).filter { $0.key != lock }
            #expect(after.keys.sorted() == before.keys.sorted(), "\(run)")
            #expect(after == before)
        }
    }

    private static func make(_ stranger: Stranger, in workspace: Workspace) async throws {
        let files = FileManager.default
        if stranger == .anotherDatabase {
            try await workspace.damage(["other"])
            return
        }
        try files.createDirectory(
            atPath: workspace.data + "/log", withIntermediateDirectories: true)
        switch stranger {
        case .aFile: try workspace.write("important", to: "data/notes.txt")
        case .aFolderNamedLog: try workspace.write("important", to: "data/log/access.log")
        default:
            try workspace.write(
                String(repeating: "garbage ", count: 4096), to: "data/log/data.mdb")
        }
    }
}
