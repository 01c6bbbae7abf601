import ArgumentParser
import EventLog
import Merkle
import Wire

struct CheckpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Sign the head of the log, and print it as a signed note.",
        discussion: """
            The note is a C2SP checkpoint: origin, size, root hash and signature. Keep it anywhere \
            outside of this machine, and nobody can change what it covers unseen.

            A witness that has signed such a note too gives it back with one more line. --cosigned \
            adds that line to the checkpoint in the log, if it is by one of the witnesses named.
            """)

    @Option(
        help: ArgumentHelp(
            "A checkpoint of this log, with the signatures of witnesses: nothing new is signed.",
            valueName: "file"))
    var cosigned: String?

    @Option(
        help: ArgumentHelp(
            "The public key of a witness, or the file that holds it. May be repeated.",
            valueName: "file-or-key"))
    var witness: [KeyArgument] = []

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var data: DataOptions

    func validate() throws {
        if (cosigned == nil) != witness.isEmpty {
            throw ValidationError("--cosigned and --witness go together")
        }
    }

    func run() async throws {
        do {
            if let cosigned {
                let keys = try WitnessKey.read(witness)
                let note = try NoteFile.read(cosigned, "--cosigned")
                let store = try data.store()
                let kept = try await store.addCosignatures(from: note, by: keys)
                return try NoteText.show(kept, json: json)
            }
            let store = try data.store()
            let outside = data.directory.outside(logID: store.reader.logID)
            let signed = try await store.signCheckpoint(outside: outside)
            try NoteText.show(signed, json: json)
        } catch {
            throw explained(error)
        }
    }
}

/// A checkpoint as it is printed.
enum NoteText {
    /// Also says why it is not kept outside.
    static func show(_ signed: SignedCheckpoint, json: Bool) throws {
        if let problem = signed.outsideProblem { complain("not anchored outside: \(problem)") }
        try show(signed.note, isOutside: signed.outsideProblem == nil, json: json)
    }

    /// - Parameter isOutside: `nil` if that is not known.
    static func show(_ note: SignedNote, isOutside: Bool? = nil, json: Bool) throws {
        // The note brings its own last line break.
        try tell(json ? document(note, isOutside) : String(note.encoded.dropLast()))
    }

    private static func document(_ note: SignedNote, _ isOutside: Bool?) throws -> String {
        let checkpoint = try Checkpoint(parsing: note.text)
        var json = JSONWriter()
        json.object { json in
            json.name("origin")
            json.string(checkpoint.origin)
            json.name("size")
            json.integer(checkpoint.size)
            json.name("root")
            json.string("\(checkpoint.root)")
            json.name("signed_by")
            json.array { json in
                for signature in note.signatures { json.string(signature.name) }
            }
            json.name("kept_outside")
            json.bool(isOutside)
            json.name("note")
            json.string(note.encoded)
        }
        return json.text
    }
}
