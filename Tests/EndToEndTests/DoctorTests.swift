import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// What doctor finds on targets of every kind.
@Suite(.timeLimit(.minutes(5))) struct DoctorTests {
    private static func doctor(
        _ workspace: Workspace, _ target: String?, _ options: [String] = []
    ) async throws -> Finished {
        let named = target.map { ["--target", $0] } ?? []
        return try await workspace.run(.runner, ["doctor"] + named + options)
    }

    @Test func withoutATargetOrOnAnEmbeddedOneNothingElseIsTried() async throws {
        let workspace = try Workspace()
        let alone = try await Self.doctor(workspace, nil)
        #expect(alone.status == 0, "\(alone)")
        #expect(alone.lines.allSatisfy { $0.hasPrefix("ok ") || $0.hasPrefix("note ") })
        let file = try workspace.write(
            "name: here\nkind: embedded\nenvironment: test\n", to: "embedded.yaml")
        let embedded = try await Self.doctor(workspace, file)
        #expect(embedded.status == 0, "\(embedded)")
        #expect(embedded.output.contains("'here' is embedded"), "\(embedded)")
        #expect(!workspace.hasData)
    }

    @Test func aWrongSecretIsNamedAndNotRepeated() async throws {
        try await SandboxSites.use { sites in
            let workspace = try Workspace()
            var primary = sites.storage("primary")
            primary.secretAccessKey = "a-wrong-secret"
            let target = try workspace.write(
                Sample.target(primary: primary, backup: sites.storage("backup")),
                to: "target.yaml")
            let doctor = try await Self.doctor(workspace, target)
            #expect(doctor.status == 1, "\(doctor)")
            let problems = doctor.lines.filter { $0.hasPrefix("problem") }
            #expect(problems.count == 1, "\(doctor)")
            #expect(problems.first?.hasPrefix("problem primary") == true, "\(doctor)")
            #expect(problems.first?.contains("SignatureDoesNotMatch") == true, "\(doctor)")
            #expect(!doctor.output.contains("a-wrong-secret"))
            let good = doctor.lines.filter { $0.hasPrefix("ok      backup") }
            #expect(good.count == 1, "\(doctor)")
        }
    }

    @Test func findingsInJSONHaveOneShape() async throws {
        let workspace = try Workspace()
        let target = try workspace.write(Sample.unreachableTarget(), to: "target.yaml")
        let doctor = try await Self.doctor(workspace, target, ["--json"])
        #expect(doctor.status == 1, "\(doctor)")
        #expect(doctor.lines.count == 1, "\(doctor)")
        let document = try JSON(parsing: doctor.output)
        #expect(document.names == ["findings"])
        let findings = document["findings"].elements
        #expect(findings.allSatisfy { $0.names == ["check", "level", "message"] }, "\(doctor)")
        let problems = findings.filter { $0["level"].text == "problem" }
        #expect(problems.compactMap { $0["check"].text } == ["primary", "backup"], "\(doctor)")
        #expect(
            problems.allSatisfy { $0["message"].text?.contains("Connection refused") == true },
            "\(doctor)")
    }

    // MARK: Services

    @Test(.enabled(if: Python.isThere, "\(Python.missing)"))
    func whatIsInForceAtAProxyIsFoundAndLifted() async throws {
        try await ServiceRig.use(isFixed: true) { rig in
            let whole = try await Self.doctor(rig.workspace, rig.target)
            #expect(whole.status == 0, "\(whole)")
            for words in [
                "answers that an object is not there", "breaker: closed", "health: healthy",
                "queue: 0 waiting", "no fault is in force",
            ] {
                #expect(whole.output.contains(words), "\(words): \(whole)")
            }
            let toxic = """
                {"name": "left", "type": "latency", "attributes": {"latency": 1}}
                """
            let added = try await rig.proxy.call("POST", "/proxies/storage/toxics", toxic)
            #expect(added.status == 200, "\(added)")
            let found = try await Self.doctor(rig.workspace, rig.target)
            #expect(found.status == 1, "\(found)")
            #expect(found.output.contains("toxic 'left'; unless a run is under way"), "\(found)")
            #expect(found.output.contains("--clear"), "\(found)")
            let cleared = try await Self.doctor(rig.workspace, rig.target, ["--clear"])
            #expect(cleared.status == 0, "\(cleared)")
            #expect(cleared.output.contains("toxic 'left'; lifted"), "\(cleared)")
            let proxy = try await rig.proxy.call("GET", "/proxies/storage").body
            #expect(proxy["toxics"].elements == [])
            let again = try await Self.doctor(rig.workspace, rig.target)
            #expect(again.status == 0, "\(again)")
        }
    }

    @Test(.enabled(if: Python.isThere, "\(Python.missing)"))
    func aFaultIsLeftToARunThatIsUnderWayAndTakenFromALostOne() async throws {
        try await ServiceRig.use(isFixed: true) { rig in
            let workspace = rig.workspace
            let others = try Workspace()
            let file = try workspace.write(Self.weakFault, to: "weak.yaml")
            try await inDrillPlace {
                let run = try workspace.start(.runner, ["run", file, "--target", rig.target])
                try await run.wait(forLine: "> 1 ")
                try await workspace.wait(forEvent: "fault_effective")
                let mine = try await Self.doctor(workspace, rig.target, ["--clear"])
                #expect(mine.status == 0, "\(mine)")
                #expect(mine.output.contains("not lifted, since test 2 is under way"), "\(mine)")
                let theirs = try await Self.doctor(others, rig.target, ["--clear"])
                #expect(theirs.status == 1, "\(theirs)")
                #expect(theirs.output.contains("a run of another data directory"), "\(theirs)")
                #expect(try await rig.leases() == ["held"])
                run.send(SIGKILL)
                _ = try await run.finish()
            }
            let lost = try await Self.doctor(workspace, rig.target)
            #expect(lost.status == 1, "\(lost)")
            #expect(lost.output.contains("test 2 lost its runner"), "\(lost)")
            let cleared = try await Self.doctor(workspace, rig.target, ["--clear"])
            #expect(cleared.status == 0, "\(cleared)")
            #expect(cleared.output.contains("test 2 was closed"), "\(cleared)")
            #expect(try await !rig.leases().contains("held"))
            let again = try await Self.doctor(workspace, rig.target)
            #expect(again.status == 0, "\(again)")
            try await workspace.expectIntact()
        }
    }

    /// The service goes on as if nothing were.
    private static let weakFault = """
        name: Weak fault
        type: weak_fault
        workload:
          writes_per_second: 5
          reads_per_second: 5
          object_bytes: 128
          steady_for: 1s
          stable_for: 10s
        steps:
          - name: Hold it
            component: storage
            actions:
              - inject_fault: {name: weak, kind: latency, delay: 20ms}
              - wait: {for: 2m}
            expect:
              - {observe: fault.struck, at_least: 1}

        """
}
