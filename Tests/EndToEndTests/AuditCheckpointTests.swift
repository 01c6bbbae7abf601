import Foundation
import Merkle
import Testing

/// Heads of the log, their keys and their witnesses, as an auditor and an operator handle them.
@Suite(.timeLimit(.minutes(3))) struct AuditCheckpointTests {
    static let wrongKey = "\(NoteSigningKey(name: "dr-testing/log/other").verificationKey)"

    @Test func aCheckpointKeptElsewhereIsWhatTheLogIsCheckedBy() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let signed = try await workspace.run(.audit, ["checkpoint"])
        let kept = try workspace.write(signed.output, to: "kept.note")
        let key = workspace.data + "/keys/checkpoint.pub"
        let options = ["verify", "--against", kept, "--key", key]
        // Nothing else that could be trusted is there.
        try FileManager.default.removeItem(atPath: workspace.outside)
        let verify = try await workspace.run(.audit, options)
        #expect(verify.status == 0, "\(verify)")

        // The log may go on, but never without what was kept.
        try await workspace.rotateKey()
        let later = try await workspace.run(.audit, options)
        #expect(later.status == 0, "\(later)")
        let other = try await workspace.run(
            .audit, ["verify", "--against", kept, "--key", Self.wrongKey])
        #expect(other.status == 3, "\(other)")
    }

    @Test func aLogThatWasCutIsToldByTheCheckpointKeptElsewhere() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let older = workspace.folder + "/older"
        try FileManager.default.copyItem(atPath: workspace.data, toPath: older)
        try await workspace.rotateKey()
        let signed = try await workspace.run(.audit, ["checkpoint"])
        let kept = try workspace.write(signed.output, to: "kept.note")
        let key = older + "/keys/checkpoint.pub"
        let none = ["DR_DATA": older, "DR_CHECKPOINT_DIR": workspace.folder + "/none"]
        let unaware = try await workspace.run(.audit, ["verify"], environment: none)
        #expect(unaware.status == 0, "\(unaware)")
        #expect(unaware.output.contains("not anchored outside"), "\(unaware)")
        let verify = try await workspace.run(
            .audit, ["verify", "--against", kept, "--key", key], environment: none)
        #expect(verify.status == 3, "\(verify)")
        #expect(verify.output.contains("the events after it are missing"), "\(verify)")
    }

    @Test func theKeyIsReplacedAndEitherKeyIsEnoughToTrust() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let file = workspace.data + "/keys/checkpoint.pub"
        let old = try String(contentsOfFile: file, encoding: .utf8)
        let oldKey = try workspace.write(old, to: "old.pub")
        let before = try await workspace.events()
        try await workspace.rotateKey()
        let new = try String(contentsOfFile: file, encoding: .utf8)
        #expect(new != old)
        let events = try await workspace.events()
        #expect(events.dropLast() == before[...])
        #expect(events.last?.name == "key_rotated")
        for key in [oldKey, file] {
            let verify = try await workspace.run(.audit, ["verify", "--key", key])
            #expect(verify.status == 0, "\(verify)")
        }
        let wrong = try await workspace.run(.audit, ["verify", "--key", Self.wrongKey])
        #expect(wrong.status == 3, "\(wrong)")
    }

    @Test func whatAWitnessSignedIsKeptAndAskedFor() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let witness = try NoteSigningKey(name: "w").forCosignatures(named: "witness.example")
        let stranger = try NoteSigningKey(name: "s").forCosignatures(named: "stranger.example")
        let signed = try await workspace.run(.audit, ["checkpoint"])
        var note = try SignedNote(parsing: signed.output)
        note.add(try witness.sign(note.text, time: 1_800_000_000))
        let file = try workspace.write(note.encoded, to: "cosigned.note")
        let (key, other) = ("\(witness.verificationKey)", "\(stranger.verificationKey)")

        let early = try await workspace.run(.audit, ["verify", "--witness", key])
        #expect(early.status == 3, "\(early)")
        let refused = try await workspace.run(
            .audit, ["checkpoint", "--cosigned", file, "--witness", other])
        #expect(refused.status == 70, "\(refused)")
        let kept = try await workspace.run(
            .audit, ["checkpoint", "--cosigned", file, "--witness", key])
        #expect(kept.status == 0, "\(kept)")
        #expect(kept.output == note.encoded)

        let verify = try await workspace.run(.audit, ["verify", "--witness", key])
        #expect(verify.status == 0, "\(verify)")
        let both = ["verify", "--witness", key, "--witness", other]
        #expect(try await workspace.run(.audit, both).status == 3)
        #expect(try await workspace.run(.audit, both + ["--quorum", "1"]).status == 0)
    }

    @Test(arguments: [
        ["--key", "no-such-file"], ["--against", "no-such-file"], ["--witness", Self.wrongKey],
        ["--quorum", "1"], ["--archive", "ftp://somewhere"],
    ])
    func whatCannotBeTrustedByIsRefusedBeforeTheCheck(_ options: [String]) async throws {
        let workspace = try await CompletedRun.shared.copy()
        let verify = try await workspace.run(.audit, ["verify"] + options)
        #expect(verify.status == 64, "\(verify)")
        #expect(verify.complaint.contains(options[0]), "\(verify)")
        #expect(verify.output == "")
    }

    @Test func aCheckpointIsPrintedAsJSON() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let text = try await workspace.run(.audit, ["checkpoint"])
        let json = try await workspace.run(.audit, ["checkpoint", "--json"])
        #expect(json.status == 0, "\(json)")
        let document = try JSON(parsing: json.output)
        #expect(document["note"].text == text.output)
        #expect(document["origin"].text == text.lines.first)
        #expect(document["size"].double.map { "\(Int($0))" } == text.lines[1])
        #expect(document["kept_outside"] == .bool(true))
    }
}

extension Workspace {
    /// Replaces the signing key, which is the shortest way to one more event.
    func rotateKey(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let rotated = try await run(.audit, ["rotate-key", "--reason", "it is time", "--by", "me"])
        #expect(rotated.status == 0, "\(rotated)", sourceLocation: sourceLocation)
    }
}
