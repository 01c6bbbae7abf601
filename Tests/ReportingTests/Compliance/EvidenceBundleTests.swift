import DRTesting
import EventLog
import Foundation
import Merkle
import Testing

@testable import Reporting

/// A bundle of a log that is really there, checked with tools that know nothing of us.
struct EvidenceBundleTests {
    private static let folder = "evidence-bundle-tests"
    private let log = SampleLog()

    /// Two runs of seven events, after the one that begins the log: the second ends at 15.
    private func bundle() async throws -> EvidenceBundle {
        try await log.write { log in
            try await log.run("a", .completed, .passed, rto: 4000, rpo: 0)
            try await log.run("b", .failed, .failed, rto: nil, rpo: nil)
            _ = try await log.store.signCheckpoint(outside: nil)
        }
        let reader = try log.reader()
        let proof = try reader.logProof(of: 15)
        let value = try #require(proof.extra)
        let key = try String(
            contentsOfFile: reader.directory.keys + "/checkpoint.pub", encoding: .utf8)
        let runs = [
            DrillRun(
                summary: HistoryFixture.drill(6, at: 1), measures: DrillMeasures(),
                endLeaf: MerkleHash.leaf(value).description, record: nil),
            HistoryFixture.run(HistoryFixture.drill(20, at: 2)),
        ]
        let report = ComplianceReport(HistoryFixture.history(runs: runs), framework: .soc2)
        return EvidenceBundle(
            report,
            rendered: [
                RenderedFile(name: "report.md", format: .markdown, bytes: Array("# A\n".utf8)),
                RenderedFile(name: "a report.json", format: .json, bytes: Array("{}".utf8)),
            ],
            proofs: [(position: 15, text: proof.encoded)], checkpoint: proof.checkpoint,
            publicKey: key.filter { !$0.isWhitespace })
    }

    private func text(_ path: String, of bundle: EvidenceBundle) throws -> String {
        let file = try #require(bundle.files.first { $0.path == path })
        return String(decoding: file.bytes, as: UTF8.self)
    }

    /// Calls a body with the folder that a bundle was written to.
    private func writing(_ bundle: EvidenceBundle, _ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "\(Self.folder)-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for file in bundle.files {
            let place = folder.appending(path: file.path)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.bytes).write(to: place)
        }
        try body(folder)
    }

    private func run(
        _ command: [String], in folder: URL
    ) throws -> (status: Int32, output: String) {
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = folder
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }

    /// Code that `VERIFY.md` tells to save under a name.
    private func script(_ number: Int, of bundle: EvidenceBundle) throws -> String {
        let parts = try text("VERIFY.md", of: bundle).components(separatedBy: "```")
        let code = try #require(parts.count > 2 * number + 1 ? parts[2 * number + 1] : nil)
        return String(code.drop { $0 != "\n" }.dropFirst())
    }

    // MARK: What is in it

    @Test func filesStandInTheOrderOfTheirPaths() async throws {
        let bundle = try await bundle()
        #expect(
            bundle.files.map(\.path) == [
                "SHA256SUMS", "VERIFY.md", "a report.json", "checkpoint", "checkpoint.pub",
                "manifest.json", "proofs/15.tlog-proof", "report.md",
            ])
        let sums = try text("SHA256SUMS", of: bundle).split(separator: "\n")
        #expect(
            sums.map { $0.dropFirst(66) }.map(String.init)
                == bundle.files.dropFirst().map(\.path))
    }

    /// There are very many of them, and their digests are in a file that has one.
    @Test func whoMadeItIsToldOfAllProofsInOneLine() async throws {
        let bundle = try await bundle()
        let report = ComplianceReport(HistoryFixture.history(), framework: .soc2)
        let seal = SealStatus(checkpoint: nil, checkpointSize: nil, coversHead: false, key: nil)
        let result = ReportResult(
            report, seal, bundle: bundle, files: [], in: ReportFolder("out"))
        let lines = result.lines
        #expect(lines.count == bundle.files.count + 1)
        #expect(lines[0].hasSuffix("  out/SHA256SUMS"))
        #expect(lines.suffix(2) == ["1 proof in out/proofs", result.summary])
        #expect(!lines.contains { $0.contains(".tlog-proof") })
        let json = String(decoding: result.json, as: UTF8.self)
        #expect(json.contains("proofs/15.tlog-proof"))
    }

    @Test func theManifestSaysWhatEachFileIs() async throws {
        let bundle = try await bundle()
        let manifest = try JSONSerialization.jsonObject(
            with: Data(try text("manifest.json", of: bundle).utf8))
        let document = try #require(manifest as? [String: Any])
        #expect(document["document_id"] as? String == "CR-soc2-2026-W48-1a2b3c4d")
        // The second drill has no proof.
        #expect(document["drills_without_proof"] as? [String] == ["E002"])
        let files = try #require(document["files"] as? [[String: Any]])
        #expect(
            files.compactMap { $0["id"] as? String } == [
                "R01", "R02", "E001", "checkpoint", "key", "instructions",
            ])
        let proof = files[2]
        #expect(proof["file"] as? String == "proofs/15.tlog-proof")
        #expect(proof["first_position"] as? Int == 6 && proof["last_position"] as? Int == 15)
        #expect(proof["collected_by"] as? String == "nightly")
        #expect(proof["collected_at"] as? String == "2026-11-24T00:00:00.000Z")
        let file = try #require(bundle.files.first { $0.path == "proofs/15.tlog-proof" })
        #expect(proof["sha256"] as? String == file.sha256)
        #expect(proof["bytes"] as? Int == file.bytes.count)
        #expect(files[0]["media_type"] as? String == "text/markdown")
        #expect(files[3]["last_position"] as? Int == 15)
    }

    @Test func theSameValuesGiveTheSameBundle() throws {
        let report = ComplianceReport(HistoryFixture.history(), framework: .dora)
        func bundle() -> EvidenceBundle {
            EvidenceBundle(report, rendered: [], proofs: [], checkpoint: "a", publicKey: "b\n")
        }
        #expect(bundle().files == bundle().files)
        #expect(try text("checkpoint", of: bundle()) == "a\n")
        #expect(try text("checkpoint.pub", of: bundle()) == "b\n")
        #expect(try text("VERIFY.md", of: bundle()).contains("This bundle has no proof"))
    }

    // MARK: Checked without us

    @Test func sha256sumFindsEveryFileAsItWas() async throws {
        try writing(try await bundle()) { folder in
            let whole = try run(["sha256sum", "-c", "SHA256SUMS"], in: folder)
            #expect(whole.status == 0, "\(whole.output)")
            #expect(whole.output.split(separator: "\n").count == 7)
            try Data("# B\n".utf8).write(to: folder.appending(path: "report.md"))
            #expect(try run(["sha256sum", "-c", "SHA256SUMS"], in: folder).status == 1)
        }
    }

    @Test func theScriptForInclusionAcceptsTheProofAndNoOther() async throws {
        let bundle = try await bundle()
        let manifest = try text("manifest.json", of: bundle)
        let script = try script(0, of: bundle)
        #expect(script.hasPrefix("import base64, hashlib, sys\n"))
        try writing(bundle) { folder in
            try Data(script.utf8).write(to: folder.appending(path: "inclusion.py"))
            let proof = folder.appending(path: "proofs/15.tlog-proof")
            let command = ["python3", "inclusion.py", "proofs/15.tlog-proof"]
            let proven = try run(command, in: folder)
            #expect(proven.status == 0, "\(proven.output)")
            #expect(proven.output.hasPrefix("position 15 of 15, leaf "))
            let leaf = proven.output.dropLast().suffix(64)
            #expect(manifest.contains("\"leaf\": \"\(leaf)\""))

            let lines = try String(contentsOf: proof, encoding: .utf8)
            let moved = lines.replacing("\nindex 14\n", with: "\nindex 13\n")
            #expect(moved != lines)
            try Data(moved.utf8).write(to: proof)
            let refused = try run(command, in: folder)
            #expect(refused.status == 1 && refused.output == "not proven\n")
        }
    }

    @Test func theScriptForTheSignatureAcceptsTheCheckpointAndNoOther() async throws {
        let bundle = try await bundle()
        let script = try script(1, of: bundle)
        let verify = [
            "openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der",
            "-rawin", "-in", "signed.txt", "-sigfile", "signature.bin",
        ]
        let told = try text("VERIFY.md", of: bundle).split { $0.isWhitespace || $0 == "\\" }
        #expect(told.joined(separator: " ").contains(verify.joined(separator: " ")))
        try writing(bundle) { folder in
            try Data(script.utf8).write(to: folder.appending(path: "signature.py"))
            for file in ["checkpoint", "proofs/15.tlog-proof"] {
                #expect(try run(["python3", "signature.py", file], in: folder).status == 0)
                let signed = try run(verify, in: folder)
                #expect(signed.status == 0, "\(signed.output)")
            }
            try Data("forged\n".utf8).write(to: folder.appending(path: "signed.txt"))
            #expect(try run(verify, in: folder).status == 1)
            // What was taken apart before does not stand for what somebody else has signed.
            let signed = try text("checkpoint", of: bundle)
            let other = signed.replacing("\n\u{2014} ", with: "\n\u{2014} other-")
            #expect(other != signed)
            try Data(other.utf8).write(to: folder.appending(path: "other"))
            #expect(try run(["python3", "signature.py", "other"], in: folder).status == 0)
            #expect(try run(verify, in: folder).status == 1)
        }
    }

    @Test func theInstructionsNameFilesThatAreThere() async throws {
        let bundle = try await bundle()
        let instructions = try text("VERIFY.md", of: bundle)
        for command in [
            "sha256sum -c SHA256SUMS", "python3 inclusion.py proofs/15.tlog-proof",
            "dr-audit check proofs/15.tlog-proof --key checkpoint.pub",
            "dr-audit verify --data COPY --against checkpoint --key checkpoint.pub",
            "dr-weekly-report --week 2026-W48 --as-of 9000 --data COPY --output AGAIN",
        ] {
            #expect(instructions.contains("    \(command)\n"), "\(command)")
        }
        #expect(!instructions.claimsCompliance)
    }
}
