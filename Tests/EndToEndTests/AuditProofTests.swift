import Foundation
import Testing

/// One event, proven to somebody who has nothing but a file and the public key.
@Suite(.timeLimit(.minutes(3))) struct AuditProofTests {
    /// Of another log, and of a witness, which keeps none.
    private static let otherKey =
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    private static let witnessKey =
        "witness.example+0080fed4+BAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

    private func keyFile(of workspace: Workspace) -> String {
        workspace.data + "/keys/checkpoint.pub"
    }

    private func key(of workspace: Workspace) throws -> String {
        try String(contentsOfFile: keyFile(of: workspace), encoding: .utf8)
            .trimmingCharacters(in: .newlines)
    }

    /// - Returns: the path of the file.
    private func prove(_ position: Int, in workspace: Workspace) async throws -> String {
        let file = "\(workspace.folder)/\(position).tlog-proof"
        let run = try await workspace.run(.audit, ["prove", "\(position)", "--output", file])
        try #require(run.status == 0, "\(run)")
        #expect(run.output == "")
        return file
    }

    @Test func aProofNeedsTheFileAndTheKeyAndNothingElse() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let events = try await workspace.run(.audit, ["replay"]).lines
        let log = try await workspace.run(.audit, ["checkpoint"]).lines
        let key = try key(of: workspace)
        let elsewhere = try Workspace()
        for position in [1, 2, events.count / 2, events.count] {
            let file = try await prove(position, in: workspace)
            let check = try await elsewhere.run(.audit, ["check", file, "--key", key])
            #expect(check.status == 0, "\(check)")
            let expected = [
                "proven", "position \(position)", "log \(log[0])", "size \(events.count)",
            ]
            #expect(Array(check.lines.prefix(4)) == expected)
            #expect(check.lines.last == events[position - 1])
        }
        #expect(!elsewhere.hasData)
        let byFile = try await elsewhere.run(
            .audit, ["check", try await prove(2, in: workspace), "--key", keyFile(of: workspace)])
        #expect(byFile.status == 0, "\(byFile)")
    }

    @Test func whatIsPrintedIsWhatIsWritten() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let printed = try await workspace.run(.audit, ["prove", "3"])
        let file = try await prove(3, in: workspace)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == printed.output)
        #expect(printed.output.hasPrefix("c2sp.org/tlog-proof@v1\nextra "))
    }

    @Test(.enabled(if: Python.isThere, "\(Python.missing)"))
    func pythonIsConvincedToo() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let size = try await workspace.events().count
        let key = try key(of: workspace)
        for position in [1, size - 1, size] {
            let file = try await prove(position, in: workspace)
            let python = try await Python.run(
                "EndToEndTests/check_proof.py", [file, key], in: workspace)
            #expect(python.status == 0, "\(python)")
            #expect(python.output.hasPrefix("\(position - 1) \(size) "), "\(python)")
        }
    }

    @Test func theProvenEventIsPrintedAsACloudEvent() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let exported = try await workspace.run(.audit, ["export", "--format", "cloudevents"])
        let file = try await prove(2, in: workspace)
        let check = try await Workspace().run(
            .audit, ["check", file, "--event", "--key", try key(of: workspace)])
        #expect(check.status == 0, "\(check)")
        // It is the first of its stream, so its name is known.
        #expect(check.lines == [exported.lines[1]])
    }

    @Test func aProofThatWasChangedProvesNothing() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let file = try await prove(5, in: workspace)
        let key = try key(of: workspace)
        let lines = try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n")
        for (index, line) in lines.enumerated() where !line.isEmpty {
            var changed = lines
            var characters = Array(line)
            let middle = characters.count / 2
            characters[middle] = characters[middle] == "7" ? "8" : "7"
            changed[index] = String(characters)
            let text = changed.joined(separator: "\n")
            let other = try workspace.write(text, to: "changed-\(index).tlog-proof")
            let check = try await workspace.run(.audit, ["check", other, "--key", key])
            #expect(check.status == 3, "line \(index + 1): \(check)")
            #expect(check.complaint.hasPrefix("dr-audit: not proven: "), "\(check)")
            #expect(check.output == "")
        }
    }

    @Test func aPartOfAProofProvesNothing() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let whole = try String(contentsOfFile: try await prove(5, in: workspace), encoding: .utf8)
        let key = try key(of: workspace)
        let lines = whole.components(separatedBy: "\n")
        let withoutEvent = lines.filter { !$0.hasPrefix("extra ") }.joined(separator: "\n")
        let withoutHash = (lines.prefix(3) + lines.dropFirst(4)).joined(separator: "\n")
        let unsigned = whole.components(separatedBy: "\n\u{2014}")[0] + "\n"
        for part in [withoutEvent, withoutHash, unsigned, String(whole.prefix(100)), ""] {
            let file = try workspace.write(part, to: "part.tlog-proof")
            let check = try await workspace.run(.audit, ["check", file, "--key", key])
            #expect(check.status == 3, "\(check)\n\(part)")
            #expect(check.complaint.hasPrefix("dr-audit: not proven: "), "\(check)")
        }
    }

    @Test func onlyTheKeyOfTheLogProves() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let file = try await prove(5, in: workspace)
        let other = try await workspace.run(.audit, ["check", file, "--key", Self.otherKey])
        #expect(other.status == 3, "\(other)")
        for key in [Self.witnessKey, "no key", file, "/none/checkpoint.pub"] {
            let check = try await workspace.run(.audit, ["check", file, "--key", key])
            #expect(check.status == 64, "\(check)")
            #expect(check.complaint.hasPrefix("dr-audit: --key "), "\(check)")
        }
        let noFile = try await workspace.run(
            .audit, ["check", "/none/1.tlog-proof", "--key", Self.otherKey])
        #expect(noFile.status == 64, "\(noFile)")
    }

    @Test func aProofSaysWhichKeySignedIt() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let file = try await prove(5, in: workspace)
        let old = try key(of: workspace)
        try await workspace.rotateKey()
        let check = try await workspace.run(
            .audit, ["check", file, "--key", keyFile(of: workspace)])
        #expect(check.status == 3, "\(check)")
        let id = old.components(separatedBy: "+")[1]
        #expect(check.complaint.contains("but by \(id)"), "\(check)")
        let kept = "\(workspace.data)/keys/checkpoint-\(id).pub"
        let again = try await workspace.run(.audit, ["check", file, "--key", kept])
        #expect(again.status == 0, "\(again)")
    }

    @Test func anEventThatIsNotThereIsNotProven() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let size = try await workspace.events().count
        for position in ["0", "\(size + 1)", "\(UInt64.max)"] {
            let run = try await workspace.run(.audit, ["prove", position])
            #expect(run.status == 4, "\(run)")
            #expect(run.complaint.contains("no event at position \(position)"), "\(run)")
        }
        let text = try await workspace.run(.audit, ["prove", "first"])
        #expect(text.status == 64, "\(text)")
    }

    @Test(.enabled(if: Python.isThere, "\(Python.missing)"))
    func whatIsNotSealedIsProvenAfterTheNextCheckpoint() async throws {
        let workspace = try await CompletedRun.shared.copy()
        try await workspace.damage(["unseal"])
        let early = try await workspace.run(.audit, ["prove", "2"])
        #expect(early.status == 4, "\(early)")
        #expect(early.complaint.contains("dr-audit checkpoint"), "\(early)")
        #expect(early.output == "")
        let signed = try await workspace.run(.audit, ["checkpoint"])
        #expect(signed.status == 0, "\(signed)")
        let file = try await prove(2, in: workspace)
        let check = try await workspace.run(
            .audit, ["check", file, "--key", keyFile(of: workspace)])
        #expect(check.status == 0, "\(check)")
    }

    @Test(.enabled(if: Python.isThere, "\(Python.missing)"))
    func aChangedEventIsFoundBeforeAProofIsGivenOut() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let entries = try await workspace.storedEntries()
        let event = try #require(
            entries.first { $0.database == "events" && $0.position == 5 })
        try await workspace.damage(
            ["change", "events", event.key, "\(event.size - 1)", "1"])
        let file = workspace.folder + "/5.tlog-proof"
        let run = try await workspace.run(.audit, ["prove", "5", "--output", file])
        #expect(run.status == 3, "\(run)")
        #expect(!FileManager.default.fileExists(atPath: file))
    }
}
