import Foundation
import Testing

/// Standard output that cannot be written: nobody may take a part of it for the whole.
@Suite(.timeLimit(.minutes(3))) struct OutputTests {
    private static let problem = "standard output cannot be written: No space left on device"

    static let commands: [(Program, [String])] = [
        (.audit, ["verify"]), (.audit, ["replay"]), (.audit, ["replay", "--test", "2"]),
        (.audit, ["show", "dr_tests"]), (.audit, ["checkpoint"]), (.audit, ["prove", "1"]),
        (.audit, ["export", "--format", "cloudevents"]), (.audit, ["export", "--format", "csv"]),
        (.audit, ["diff", "0", "2"]), (.audit, ["verify", "--json"]),
        (.audit, ["checkpoint", "--json"]), (.projections, ["status"]),
        (.projections, ["status", "--json"]), (.projections, ["rebuild"]),
        (.projections, ["show", "dr_tests"]),
        (.report, ["--from", "2020-01-01", "--to", "2100-01-01"]),
        (.report, ["--json"]), (.report, ["--schema"]), (.nightly, []), (.nightly, ["--json"]),
        (
            .compliance,
            ["--framework", "soc2", "--from", "2020-01-01", "--to", "2100-01-01"]
        ),
        (.compliance, ["--schema"]), (.runner, ["list"]),
        (.runner, ["list", "--json"]), (.runner, ["check", "1"]),
        (.runner, ["check", "1", "--json"]), (.runner, ["doctor"]),
    ]

    @Test(arguments: Self.commands)
    func whatCannotBePrintedIsAnError(_ program: Program, _ arguments: [String]) async throws {
        let workspace = try await CompletedRun.shared.copy()
        let run = try await workspace.runWithFullOutput(program, arguments)
        #expect(run.status == 70, "\(run)")
        #expect(run.complaint == "\(program.rawValue): \(Self.problem)\n", "\(run)")
    }

    /// The verdict is what people see of a run; for a machine, the JSON is.
    @Test func aRunIsRecordedWhateverBecomesOfItsOutput() async throws {
        try await forEachInPairs([["--json"], []]) { options in
            let workspace = try Workspace()
            let file = try workspace.write(Sample.scenario(), to: "short.yaml")
            let run = try await inDrillPlace {
                try await workspace.runWithFullOutput(.runner, ["run", file] + options)
            }
            #expect(run.status == (options.isEmpty ? 0 : 70), "\(run)")
            let words = options.isEmpty ? "not everything could be shown" : Self.problem
            #expect(run.complaint.contains(words), "\(run)")
            #expect(try await workspace.test()["verdict"].text == "passed")
            try await workspace.expectIntact()
        }
    }

    @Test(.enabled(if: Python.isThere, "\(Python.missing)"))
    func damageIsTheExitCodeAlsoIfItCannotBePrinted() async throws {
        let workspace = try await CompletedRun.shared.copy()
        try await workspace.damage(["cut", "5"])
        let verify = try await workspace.runWithFullOutput(.audit, ["verify"])
        #expect(verify.status == 3, "\(verify)")
        #expect(verify.complaint.contains(Self.problem), "\(verify)")
    }
}

extension Workspace {
    fileprivate func runWithFullOutput(
        _ program: Program, _ arguments: [String]
    ) async throws -> Finished {
        let command = ["-c", "exec \"$0\" \"$@\" > /dev/full", program.path]
        return try await start(path: "/bin/sh", command + arguments).finish()
    }
}
