import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Calls outside, as the program makes them, and what becomes of what they change.
@Suite(.timeLimit(.minutes(5))) struct OutsideCallsTests {
    private static let load = """
        workload:
          writes_per_second: 20
          reads_per_second: 20
          object_bytes: 128
          steady_for: 1s
          stable_for: 3s
        """

    private func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private func target(_ workspace: Workspace, allowing entries: [String]) throws -> String {
        let allowed = entries.map { "  \($0)\n" }.joined()
        let text = "name: laboratory\nkind: embedded\nenvironment: test\nallow:\n\(allowed)"
        return try workspace.write(text, to: "target.yaml")
    }

    // MARK: The page

    private func examples(in language: String) throws -> [String] {
        let page = Repository.root + "/Sources/DRTesting/DRTesting.docc/OutsideCalls.md"
        let text = try String(contentsOfFile: page, encoding: .utf8)
        return text.components(separatedBy: "```\(language)\n").dropFirst().map { rest in
            rest.components(separatedBy: "```")[0]
        }
    }

    @Test func thePluginsOfThePageDoWhatItsScenarioAsks() async throws {
        let workspace = try Workspace()
        for (language, name) in [("python", "maintenance.py"), ("sh", "freezer.sh")] {
            let text = try #require(try examples(in: language).first)
            let path = try workspace.write(text, to: name)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        let flags = workspace.folder + "/flags"
        try FileManager.default.createDirectory(
            atPath: flags, withIntermediateDirectories: false)
        let frozen = try workspace.start(path: "/bin/sleep", ["600"])
        let number = try workspace.write("\(frozen.pid)\n", to: "number")
        let yaml = try examples(in: "yaml").map { text in
            text.replacing("/usr/local/lib/drills", with: workspace.folder)
        }
        try #require(yaml.count == 3)
        let target = try workspace.write(yaml[0], to: "target.yaml")
        let scenario = try workspace.write(yaml[1], to: "scenario.yaml")

        let run = try await workspace.drill(
            [scenario, "--target", target], environment: ["FLAGS": flags, "PIDFILE": number])
        #expect(run.status == 0, "\(run)")
        let events = try await workspace.events()
        let lines = events.map { "\($0.name) \($0.summary)" }
        #expect(lines.contains { $0.hasSuffix("inventory is in maintenance") }, "\(lines)")
        #expect(events.count { $0.name == "external_change_planned" } == 2)
        let undone = events.filter { $0.name == "external_change_undone" }.map(\.summary)
        #expect(
            undone.map { $0.prefix(26) } == [
                "change-2 undone by cleanup", "change-1 undone by cleanup",
            ])
        #expect(try FileManager.default.contentsOfDirectory(atPath: flags) == [])
        #expect(!Leftovers.isStopped(frozen.pid))
        #expect(workspace.leftOfRuns == [])
        try await workspace.expectIntact()

        let check = try await workspace.run(
            .runner, ["check", try workspace.write(yaml[2], to: "other.yaml")])
        #expect(check.status == 0, "\(check)")
    }

    // MARK: A runner that dies

    /// A program that changes something again and again, so that whoever only undoes it once has
    /// not put it back.
    @Test func whatAProgramChangesIsPutBackWhenTheRunnerIsKilled() async throws {
        let workspace = try Workspace()
        let thing = workspace.folder + "/thing"
        let scenario = try workspace.write(
            """
            name: Held
            type: outside
            \(Self.load)
            steps:
              - name: Change
                component: outside
                action:
                  process:
                    path: /bin/sh
                    arguments: ["-c", 'while :; do touch "$1"; sleep 0.02; done', script, \(thing)]
                    timeout: 5m
                    undo: {process: {path: /bin/rm, arguments: ["-f", \(thing)]}}
                expect:
                  - {observe: probe.served_since_lift, at_least: 0}

            """, to: "scenario.yaml")
        let target = try target(workspace, allowing: ["processes: [/bin/sh, /bin/rm]"])
        let killed = try await inDrillPlace {
            let run = try workspace.start(.runner, ["run", scenario, "--target", target])
            let deadline = ContinuousClock.now + .seconds(60)
            while !isThere(thing) {
                try #require(run.isRunning && ContinuousClock.now < deadline, "\(run.text)")
                try await Task.sleep(for: .milliseconds(10))
            }
            run.send(SIGKILL)
            let killed = ContinuousClock.now
            _ = try await run.finish()
            return killed
        }
        // All that names the folder: the program that changes it, and what undoes it.
        while !Leftovers.processes(naming: workspace.folder).isEmpty || isThere(thing) {
            try #require(ContinuousClock.now < killed + .seconds(6), "it was not put back")
            try await Task.sleep(for: .milliseconds(10))
        }
        let doctor = try await workspace.run(.runner, ["doctor", "--clear"])
        #expect(doctor.status == 0, "\(doctor)")
        let events = try await workspace.events()
        let undone = events.filter { $0.name == "external_change_undone" }.map(\.summary)
        #expect(undone == ["change-1 undone by next start: /bin/rm: 0"])
        #expect(events.last?.name == "run_finished")
        #expect(!isThere(thing))
        #expect(workspace.leftOfRuns == [])
        try await workspace.expectIntact()
    }

    // MARK: What is refused

    @Test func whatTheTargetDoesNotAllowBreaksNothing() async throws {
        let workspace = try Workspace()
        let things = ["one", "two"].map { workspace.folder + "/" + $0 }
        let scenario = try workspace.write(
            """
            name: Refused
            type: outside
            \(Self.load)
            steps:
              - name: Change
                component: outside
                actions:
                  - process: {path: /bin/touch, arguments: [\(things[0])], changes_nothing: true}
                  - process:
                      path: /usr/bin/touch
                      arguments: [\(things[1])]
                      undo: {process: {path: /bin/rm, arguments: ["-f", \(things[1])]}}
                expect:
                  - {observe: probe.served_since_lift, at_least: 0}

            """, to: "scenario.yaml")
        let target = try target(workspace, allowing: ["processes: [/bin/touch, /bin/rm]"])
        let run = try await workspace.drill([scenario, "--target", target])
        #expect(run.status == 2, "\(run)")
        let events = try await workspace.events()
        let checked = events.filter { $0.name == "prerequisite_checked" }.map(\.summary)
        #expect(
            checked == [
                "inconclusive: calls outside allowed: /usr/bin/touch: the target does not allow "
                    + "the program '/usr/bin/touch'"
            ])
        #expect(!events.contains { $0.name == "external_change_planned" })
        #expect(things.filter { isThere($0) } == [])
    }

    // MARK: Secrets

    @Test func aSecretOfACallIsNowhere() async throws {
        let workspace = try Workspace()
        let secret = "planted-in-the-environment-\(UUID())"
        let scenario = try workspace.write(
            """
            name: Secret
            type: outside
            \(Self.load)
            probes:
              - name: outside.word
                process: {path: /bin/echo, arguments: ["${TOKEN}"]}
                kind: text
                source: receiver
              - name: outside.failure
                process:
                  path: /bin/sh
                  arguments: ["-c", "echo $TOKEN >&2; exit 1"]
                  environment: [TOKEN]
                source: receiver
              - name: outside.answer
                http: {url: "http://127.0.0.1:1/${TOKEN}", headers: {Authorization: "${TOKEN}"}}
                source: receiver
            steps:
              - name: Tell
                component: outside
                action:
                  process:
                    path: /bin/sh
                    arguments: ["-c", 'exit 0', script, "${TOKEN}"]
                    undo:
                      process:
                        path: /bin/sh
                        arguments: ["-c", 'echo "$1" >&2; exit 1', script, "${TOKEN}"]
                expect:
                  - {observe: outside.word, equals: something}
                  - {observe: outside.failure, equals: 1}
                  - {observe: outside.answer, equals: 1}

            """, to: "scenario.yaml")
        let target = try target(
            workspace,
            allowing: [
                "processes: [/bin/sh, /bin/echo]", "environment: [TOKEN]", "hosts: [127.0.0.1]",
            ])
        let environment = ["TOKEN": secret]
        let run = try await workspace.drill(
            [scenario, "--target", target, "--debug", "--json"], environment: environment)
        #expect(run.status == 1, "\(run)")
        // What could not be put back is tried again.
        let doctor = try await workspace.run(
            .runner, ["doctor", "--clear", "--target", target], environment: environment)
        #expect(!doctor.output.isEmpty)
        let events = try await workspace.events()
        let texts = events.map(\.summary).joined(separator: "\n")
        #expect(texts.contains("outside.word equals something: ${TOKEN}"), "\(texts)")
        #expect(texts.contains("exit status 1, not 0: ${TOKEN}"), "\(texts)")
        for view in ["dr_tests", "test_results", "test_logs"] {
            _ = try await workspace.rows(of: view)
        }
        #expect(try files(under: workspace.folder, holding: secret) == [])
    }
}
