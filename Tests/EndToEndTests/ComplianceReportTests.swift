import Foundation
import Testing

/// What `dr-compliance-report` writes.
@Suite(.timeLimit(.minutes(3))) struct ComplianceReportTests {
    private static let quarter = ["--framework", "nist-800-53", "--period", MadeUpHistory.quarter]

    private func report(
        _ workspace: Workspace, _ options: [String], to folder: String
    ) async throws -> (run: Finished, files: [String: Data]) {
        let output = workspace.folder + "/" + folder
        let run = try await workspace.run(.compliance, options + ["--output", output])
        return (run, try contents(ofFolder: output).compactMapValues { $0 })
    }

    @Test func theSameLogGivesTheSameBytes() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let options = Self.quarter + ["--format", "html,md,csv,json,oscal"]
        let (run, first) = try await report(workspace, options, to: "first")
        #expect(run.status == 0, "\(run)")
        for ending in ["html", "md", "json", "oscal.json"] {
            #expect(first["compliance-nist-800-53-2025-Q4.\(ending)"] != nil)
        }
        let elsewhere = try await MadeUpHistory.shared.copy()
        #expect(try await report(elsewhere, options, to: "second").files == first)
    }

    @Test func theRunsOfTheLogAreThoseOfTheReport() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let options = Self.quarter + ["--format", "json"]
        let files = try await report(workspace, options, to: "report").files
        let document = try JSON(
            parsing: String(decoding: files.values.first ?? Data(), as: UTF8.self))
        // From 1 October on: the tables of the log tell them apart by themselves.
        let tests = try await workspace.rows(of: "dr_tests").filter { test in
            (test["end_time"].text ?? "") >= "2025-10-01"
        }
        let population = document["population"].elements
        #expect(population.count == tests.count)
        let ids = Set(population.compactMap { $0["id"].integer })
        #expect(ids == Set(tests.compactMap { $0["id"].integer }))
        let counts = document["reconciliation"]
        let counted = population.filter { $0["counted"] == .bool(true) }
        #expect(counts["runs"]["in_log"].integer == tests.count)
        #expect(counts["runs"]["counted"].integer == counted.count)
        #expect(!counted.isEmpty)
        // No proof, and nothing that was called off.
        for member in counted {
            #expect(member["purpose"].text == "drill")
            #expect(member["status"].text != "cancelled")
        }
        for member in population where member["counted"] == .bool(false) {
            #expect(member["exclusion"].text?.isEmpty == false)
        }
    }

    @Test func noWordClaimsThatAnybodyComplies() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        for framework in ["soc2", "dora"] {
            let options = [
                "--framework", framework, "--period", MadeUpHistory.quarter, "--format", "html,md",
            ]
            let (run, files) = try await report(workspace, options, to: framework)
            #expect(run.status == 0, "\(run)")
            for (name, bytes) in files {
                let text = String(decoding: bytes, as: UTF8.self).lowercased()
                #expect(!text.contains("compliant"), "\(name)")
            }
        }
    }

    // MARK: The bundle

    @Test func aBundleIsCheckedWithoutTheProgramThatMadeIt() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let (run, files) = try await report(workspace, Self.quarter + ["--bundle"], to: "out")
        #expect(run.status == 0, "\(run)")
        let folder = "compliance-nist-800-53-2025-Q4"
        #expect(files.keys.allSatisfy { $0.hasPrefix(folder + "/") })
        let path = "\(workspace.folder)/out/\(folder)"
        let sums = try await workspace.start(
            path: "/bin/sh", ["-c", "cd \"$0\" && sha256sum --strict -c SHA256SUMS", path]
        ).finish()
        #expect(sums.status == 0, "\(sums)")
        #expect(sums.lines.count == files.count - 1)
        let proofs = files.keys.filter { $0.hasSuffix(".tlog-proof") }.sorted()
        #expect(!proofs.isEmpty)
        for proof in proofs.prefix(5) {
            let check = try await workspace.run(
                .audit,
                [
                    "check", "\(workspace.folder)/out/\(proof)", "--key",
                    path + "/checkpoint.pub",
                ])
            #expect(check.status == 0, "\(check)")
            #expect(check.lines.last?.contains("run_finished") == true, "\(check)")
        }
        // What was handed over is not written over.
        let again = try await report(workspace, Self.quarter + ["--bundle"], to: "out")
        #expect(again.run.status == 70, "\(again.run)")
        #expect(again.files == files)
    }

    @Test(.enabled(if: Python.isThere, "\(Python.missing)"))
    func aLogThatWasNeverSealedHasNoBundle() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        try await workspace.damage(["unseal"])
        let (run, files) = try await report(workspace, Self.quarter + ["--bundle"], to: "out")
        #expect(run.status != 0, "\(run)")
        #expect(files.isEmpty)
    }

    // MARK: How it ends

    @Test func forAMachineAllIsOneObject() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let (run, files) = try await report(workspace, Self.quarter + ["--json"], to: "report")
        #expect(run.status == 0, "\(run)")
        let result = try JSON(parsing: run.output)
        #expect(Set(result["files"].elements.compactMap { $0["name"].text }) == Set(files.keys))
        #expect(result["report_type"].text == "compliance")
        let schema = try await workspace.run(.compliance, ["--schema"])
        #expect(
            try JSON(parsing: schema.output)["$id"].text
                == "urn:dr-testing:schema:compliance-report:1")
    }

    @Test func anEmptyPeriodIsWrittenHonestly() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let options = ["--framework", "soc2", "--period", "2020", "--format", "json"]
        let (run, files) = try await report(workspace, options, to: "empty")
        #expect(run.status == 4, "\(run)")
        let document = try JSON(
            parsing: String(decoding: files.values.first ?? Data(), as: UTF8.self))
        let statuses = Set(document["controls"].elements.compactMap { $0["status"].text })
        #expect(!statuses.contains("supported"))
    }

    @Test func aDrillThatNobodyRanIsABreach() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let (run, _) = try await report(
            workspace, Self.quarter + ["--fail-on", "breach"], to: "report")
        #expect(run.status == 1, "\(run)")
    }

    @Test(arguments: [
        [], ["--framework", "soc2"], ["--period", "2026-Q4"],
        ["--framework", "SOC2", "--period", "2026-Q4"],
        ["--framework", "soc2", "--period", "2026-Q4", "--output", ""],
        ["--framework", "soc2", "--period", "2026-Q4", "--judge-at", "now"],
        ["--framework", "iso9001", "--period", "2026-Q4"],
        ["--framework", "soc2", "--period", "2026-Q5"],
        ["--framework", "soc2", "--from", "2026-10-01"],
        ["--framework", "soc2", "--from", "2026-10-02", "--to", "2026-10-01"],
        ["--framework", "soc2", "--period", "2026", "--from", "2026-10-01", "--to", "2026-10-02"],
        ["--framework", "soc2", "--period", "2026", "--format", "junit"],
    ])
    func whatCannotBeMeantIsRefused(options: [String]) async throws {
        let workspace = try await CompletedRun.shared.copy()
        let run = try await workspace.run(.compliance, options)
        #expect(run.status == 64, "\(run)")
        #expect(run.output == "")
        #expect(try contents(ofFolder: workspace.data + "/reports").isEmpty)
    }
}
