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

    /// Whoever undoes it once, while the program goes on, has not put it back. The runner dies as
    /// soon as the program is seen: the watchdog has to know it before.
    @Test(arguments: 0..<4)
    func whatAProgramChangesIsGoneWithinASecondOfTheRunnersDeath(_ round: Int) async throws {
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
        let lasted = try await inDrillPlace {
            let run = try workspace.start(.runner, ["run", scenario, "--target", target])
            let deadline = ContinuousClock.now + .seconds(60)
            // In some rounds before it has changed anything.
            let isSeen = {
                round < 2 ? !Leftovers.processes(naming: thing).isEmpty : isThere(thing)
            }
            while !isSeen() {
                try #require(run.isRunning && ContinuousClock.now < deadline, "\(run.text)")
                await Task.yield()
            }
            run.send(SIGKILL)
            let killed = ContinuousClock.now
            let lasted = try await lastSeen(thing, within: .seconds(3)) - killed
            _ = try await run.finish()
            return lasted
        }
        #expect(lasted < .seconds(1))
        #expect(Leftovers.processes(naming: thing) == [])
        try await expectClosed(workspace, undoing: "change-1 undone by next start: /bin/rm: 0")
        #expect(!isThere(thing))
    }

    /// - Returns: when a file, or a process that names it, was there the last time.
    private func lastSeen(
        _ path: String, within limit: Duration
    ) async throws -> ContinuousClock.Instant {
        var last = ContinuousClock.now
        let deadline = last + limit
        while ContinuousClock.now < deadline {
            if isThere(path) || !Leftovers.processes(naming: path).isEmpty { last = .now }
            try await Task.sleep(for: .milliseconds(5))
        }
        return last
    }

    /// The next start closes the run, and puts back what nobody knows to be put back.
    private func expectClosed(_ workspace: Workspace, undoing changes: String...) async throws {
        let doctor = try await workspace.run(.runner, ["doctor", "--clear"])
        #expect(doctor.status == 0, "\(doctor)")
        let events = try await workspace.events()
        let undone = events.filter { $0.name == "external_change_undone" }.map(\.summary)
        #expect(undone == changes)
        #expect(events.last?.name == "run_finished")
        #expect(workspace.leftOfRuns == [])
        try await workspace.expectIntact()
    }

    /// Two changes, the second of which takes its time.
    private func twoChanges(_ workspace: Workspace) throws -> (arguments: [String], file: String) {
        let file = workspace.folder + "/order"
        func action(_ name: String, _ end: String) -> String {
            """
                  - process:
                      path: /bin/sh
                      arguments: ["-c", 'echo \(name) >> "$1"; \(end)', script, \(file)]
                      timeout: 5m
                      undo:
                        process:
                          path: /bin/sh
                          arguments: ["-c", 'echo undo \(name) >> "$1"', script, \(file)]

            """
        }
        let scenario = try workspace.write(
            """
            name: Two
            type: outside
            \(Self.load)
            steps:
              - name: Change
                component: outside
                actions:
            \(action("one", "exit 0"))\(action("two", "sleep 300"))
                expect:
                  - {observe: probe.served_since_lift, at_least: 0}

            """, to: "scenario.yaml")
        let target = try target(workspace, allowing: ["processes: [/bin/sh]"])
        return (["run", scenario, "--target", target], file)
    }

    private func lines(_ path: String) -> [String] {
        let bytes = FileManager.default.contents(atPath: path) ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
    }

    @Test func withItsWatchdogKilledTooTheNextStartPutsBackTheLastChangeFirst() async throws {
        let workspace = try Workspace()
        let (arguments, file) = try twoChanges(workspace)
        try await inDrillPlace {
            let run = try workspace.start(.runner, arguments)
            try await wait(forLine: "two", in: file, of: run)
            let watchdog = Leftovers.processes(naming: workspace.data + "/runs")
                .first { $0.contains(" watchdog ") }
            let number = try #require(watchdog).prefix { $0 != " " }
            let pid = try #require(Int32(number))
            let children = Leftovers.descendants(of: run.pid)
            #expect(children.contains { $0.pid == pid })
            kill(pid, SIGKILL)
            run.send(SIGKILL)
            _ = try await run.finish()
            // Nobody is left who ends the program that changes something.
            for child in await Leftovers.alive(children) { kill(child, SIGKILL) }
        }
        #expect(lines(file) == ["one", "two"])
        try await expectClosed(
            workspace, undoing: "change-2 undone by next start: /bin/sh: 0",
            "change-1 undone by next start: /bin/sh: 0")
        #expect(lines(file) == ["one", "two", "undo two", "undo one"])
    }

    @Test func withoutTheDataDirectoryTheWatchdogPutsBackTheLastChangeFirst() async throws {
        let workspace = try Workspace()
        let (arguments, file) = try twoChanges(workspace)
        try await inDrillPlace {
            let run = try workspace.start(.runner, arguments)
            try await wait(forLine: "two", in: file, of: run)
            // What writes into a directory keeps it from being removed.
            run.send(SIGSTOP)
            try FileManager.default.removeItem(atPath: workspace.data)
            run.send(SIGKILL)
            _ = try await run.finish()
        }
        // Between two undos no process names the file.
        let deadline = ContinuousClock.now + .seconds(5)
        while lines(file).count < 4, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(await Leftovers.processesInTheEnd(naming: file) == [])
        #expect(lines(file) == ["one", "two", "undo two", "undo one"])
    }

    private func wait(
        forLine line: String, in file: String, of run: RunningProgram
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while lines(file).last != line {
            try #require(run.isRunning && ContinuousClock.now < deadline, "\(run.text)")
            try await Task.sleep(for: .milliseconds(10))
        }
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
