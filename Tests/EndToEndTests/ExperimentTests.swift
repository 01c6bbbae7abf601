import Foundation
import Testing

/// Experiments of the Chaos Toolkit, of the kinds that its users publish, each with the verdict
/// that its author meant.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(5)))
struct ExperimentTests {
    struct Published: Sendable, CustomTestStringConvertible {
        let file: String
        /// The exit code: 0 passed, 1 failed, 2 inconclusive.
        let status: Int32
        var environment: [String: String] = [:]
        /// How its title is recorded.
        let title: String

        var testDescription: String { file }
    }

    static let published = [
        Published(
            file: "health.json", status: 0,
            title: "The service stays available while it answers slowly"),
        Published(
            file: "certificate.json", status: 1,
            title: "The service survives a certificate that has expired"),
        Published(
            file: "jsonpath.yaml", status: 0,
            title: "The catalogue stays complete while the service fails now and then"),
        Published(
            file: "range.yaml", status: 0,
            title: "The load stays within its limits under a burst of requests"),
        Published(
            file: "background.json", status: 0,
            title: "Users are served while a component is down for a moment"),
        Published(
            file: "environment.json", status: 0,
            environment: ["WANTED_ITEMS": "5", "STAGE": "production"],
            title: "The production catalogue keeps its size"),
        Published(
            file: "environment.json", status: 2, title: "The staging catalogue keeps its size"),
        Published(
            file: "references.yaml", status: 0,
            title: "A short outage is seen by the probe that everybody uses"),
        Published(
            file: "secrets.json", status: 0,
            title: "Known users get in while the service is slow"),
        Published(
            file: "rollback-order.yaml", status: 0,
            title: "What was changed is put back in the order of the list"),
        Published(
            file: "dependency-outage.json", status: 1,
            title: "The service does without its dependency"),
    ]

    @Test(arguments: published)
    func aPublishedExperimentHasTheVerdictThatItsAuthorMeant(_ published: Published) async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let run = try await workspace.experiment(
            published.file, on: service, environment: published.environment)
        #expect(run.status == published.status, "\(run)")
        let test = try await workspace.test()
        #expect(test["test_type"].text == "chaos_toolkit")
        #expect(test["scenario"].text == published.title)
        #expect(test["target"].text == "experiments")
        // However it went, what it changed is put back.
        #expect(service.health == 200, "\(run)")
        try await workspace.expectIntact()
        #expect(workspace.leftOfRuns == [])
        #expect(await Leftovers.processesInTheEnd(naming: workspace.folder) == [])
    }

    @Test func rollbacksRunInTheOrderOfTheList() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let run = try await workspace.experiment("rollback-order.yaml", on: service)
        #expect(run.status == 0, "\(run)")
        let marks = service.requests.filter { $0.hasPrefix("mark ") }
        #expect(marks == ["mark method", "mark first", "mark second", "mark third"])
    }

    @Test func theStepsAreTheHypothesisAndTheMethod() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let run = try await workspace.experiment("references.yaml", on: service)
        #expect(run.status == 0, "\(run)")
        let rows = try await workspace.rows(of: "test_results")
        let steps = rows.compactMap { $0["test_name"].text }
        #expect(
            steps.starts(with: [
                "Steady state before the method", "slow", "health", "restore",
                "Steady state after the method",
            ]), "\(steps)")
        #expect(rows.map { $0["component"].text }.prefix(2) == ["steady_state", "http"])
    }

    /// A background activity runs while the method goes on, and is awaited at its end.
    @Test func aBackgroundActivityIsAwaitedBeforeTheSteadyStateIsJudged() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let run = try await workspace.experiment("background.json", on: service)
        #expect(run.status == 0, "\(run)")
        let requests = service.requests
        let slow = try #require(requests.firstIndex(of: "GET /slow"))
        let outage = try #require(requests.firstIndex(of: "POST /outage"))
        #expect(slow < outage)
        let results = try await workspace.rows(of: "test_results")
            .compactMap { $0["test_name"].text }
        let traffic = try #require(results.firstIndex(of: "traffic"))
        let restored = try #require(results.firstIndex(of: "bring-the-component-back"))
        let after = try #require(results.firstIndex(of: "Steady state after the method"))
        #expect(restored < traffic && traffic < after, "\(results)")
    }

    // MARK: What is allowed

    @Test func withoutATargetItIsRefusedWithWhatItNeeds() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let file = "\(ExperimentService.folder)/certificate.json"
        let refused = try await workspace.run(
            .runner, ["run", file], environment: service.environment)
        #expect(refused.status == 64, "\(refused)")
        #expect(!workspace.hasData)
        // What it says is accepted as it stands.
        let block = try #require(refused.complaint.range(of: "allow:"))
        let text = String(refused.complaint[block.lowerBound...])
        let target = try workspace.write(
            "name: pasted\nkind: embedded\nenvironment: test\n\(text)", to: "pasted.yaml")
        let run = try await workspace.drill(
            [file, "--target", target], environment: service.environment)
        #expect(run.status == 1, "\(run)")
        #expect(service.requests.contains("GET /health"))
    }

    @Test func whatTheTargetDoesNotAllowIsRefusedBeforeAnythingHappens() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let target = try workspace.write(
            service.target(processes: ["cat", "test"]), to: "narrow.yaml")
        let file = "\(ExperimentService.folder)/certificate.json"
        let refused = try await workspace.run(
            .runner, ["run", file, "--target", target], environment: service.environment)
        #expect(refused.status == 64, "\(refused)")
        #expect(refused.complaint.contains(ExperimentService.path(of: "cp")), "\(refused)")
        #expect(!refused.complaint.contains(ExperimentService.path(of: "cat")), "\(refused)")
        #expect(!workspace.hasData)
        #expect(service.requests == ["GET /ready"])
    }

    @Test func aTextThatNeedsAShellIsRefused() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let file = try workspace.write(
            SmallExperiment.text(method: [
                SmallExperiment.process("pipe", "echo", "\"one | cat\"")
            ]), to: "shell.json")
        let refused = try await workspace.experiment(file, on: service)
        #expect(refused.status == 64, "\(refused)")
        #expect(refused.complaint.contains("no shell is run"), "\(refused)")
    }

    // MARK: The page

    private func example(in language: String, for service: ExperimentService) throws -> String {
        let page = Repository.root + "/Sources/DRTesting/DRTesting.docc/ChaosToolkitExperiments.md"
        let text = try String(contentsOfFile: page, encoding: .utf8)
        let rest = try #require(text.components(separatedBy: "```\(language)\n").dropFirst().first)
        return rest.components(separatedBy: "```")[0]
            .replacing("127.0.0.1:8080", with: service.host)
    }

    @Test func whatThePageShowsIsWhatHappens() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let target = try example(in: "yaml", for: service)
        let files = [
            "slow-stock.json": try example(in: "json", for: service), "shop.yaml": target,
        ]
        for (name, text) in files { try workspace.write(text, to: name) }
        let commands = try example(in: "sh", for: service).split(separator: "\n")
        try #require(commands.count == 2)
        var environment = service.environment
        environment["SHOP_TOKEN"] = service.token
        for command in commands {
            let words = command.split(separator: " ").dropFirst().map { word in
                word.contains(".") ? "\(workspace.folder)/\(word)" : String(word)
            }
            let run = try await workspace.run(.runner, words, environment: environment)
            #expect(run.status == 0, "\(run)")
        }
        #expect(service.requests.contains("POST /delay"))
        #expect(service.requests.last == "POST /restore")
        let journal = workspace.folder + "/journal.json"
        let kept = try JSON(parsing: try String(contentsOfFile: journal, encoding: .utf8))
        #expect(kept["status"].text == "completed")
        let refused = try await workspace.run(
            .runner, ["run", workspace.folder + "/slow-stock.json"], environment: environment)
        #expect(refused.status == 64, "\(refused)")
        let file = target.trimmingCharacters(in: .newlines)
        #expect(refused.complaint.contains(file), "\(refused)")
    }

    // MARK: Checking

    @Test func checkingAnExperimentSaysWhatItsAuthorMayNotExpect() async throws {
        let workspace = try Workspace()
        let file = "\(ExperimentService.folder)/dependency-outage.json"
        let check = try await workspace.run(
            .runner, ["check", file], environment: ["SERVICE_URL": "http://127.0.0.1:9"])
        #expect(check.status == 0, "\(check)")
        #expect(check.output.contains("no mistakes"), "\(check)")
        #expect(check.output.contains("controls"), "\(check)")
    }

    @Test func mistakesOfAnExperimentAreListed() async throws {
        let workspace = try Workspace()
        let text = SmallExperiment.text(
            gate: SmallExperiment.probe("health", "/health", tolerance: "1.5"),
            method: [#"{"type": "action", "name": "x", "provider": {"type": "go"}}"#])
        let file = try workspace.write(text, to: "wrong.json")
        let check = try await workspace.run(
            .runner, ["check", file], environment: ["SERVICE_URL": "http://127.0.0.1:9"])
        #expect(check.status == 64, "\(check)")
        #expect(check.complaint.contains("2 problems found"), "\(check)")
        #expect(check.complaint.contains("method[0]"), "\(check)")
    }

    /// What is no JSON and no YAML is looked at as what it was meant to be.
    @Test(arguments: [
        (#"{"title": "x", "description": "d", "method": [}"#, "1:47: a value is expected"),
        ("title: x\nsteady-state-hypothesis: [\n", "not YAML"),
        (#"{"title": "x", "description": "d", "rollbacks": []}"#, "method: a list is required"),
    ])
    func aFileThatCannotBeReadIsTakenForAnExperiment(_ text: String, _ found: String) async throws {
        let workspace = try Workspace()
        let file = try workspace.write(text, to: "broken.json")
        for command in ["run", "check"] {
            let told = try await workspace.run(.runner, [command, file])
            #expect(told.status == 64, "\(told)")
            #expect(told.complaint.contains(found), "\(told)")
        }
        let told = try await workspace.run(.runner, ["check", "--json", file])
        let problems = try JSON(parsing: told.output)["problems"].elements
        #expect(problems.count == 1, "\(told)")
    }

    /// Chaos Toolkit runs on with the value of the file.
    @Test func aVariableThatTheExperimentDoesNotHaveIsRefused() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let run = try await workspace.experiment(
            "environment.json", on: service, ["--var", "wantd=5"])
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains("wantd"), "\(run)")
        #expect(!workspace.hasData)
    }

    /// Nothing was done: the service wanted to be asked at another address.
    @Test func aRedirectIsNotFollowedAndThatIsSaid() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let action = """
            {"type": "action", "name": "moved",
             "provider": {"type": "http", "url": "${service_url}/old-page"}}
            """
        let file = try workspace.write(SmallExperiment.text(method: [action]), to: "moved.json")
        let run = try await workspace.experiment(file, on: service)
        #expect(run.status == 1, "\(run)")
        #expect(run.output.contains("301 is a redirect to /health"), "\(run)")
        #expect(run.output.contains("nothing was done"), "\(run)")
    }

    @Test func optionsOfExperimentsAreRefusedForScenarios() async throws {
        let workspace = try Workspace()
        for options in [["--var", "a=1"], ["--fail-fast"], ["--journal", "j.json"]] {
            let run = try await workspace.run(.runner, ["run", "1"] + options)
            #expect(run.status == 64, "\(run)")
        }
        #expect(!workspace.hasData)
    }
}
