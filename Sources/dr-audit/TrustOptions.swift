import ArgumentParser
import DRTesting
import EventLog
import Foundation
import Merkle

/// What an auditor brings along to check a log by, rather than what he finds beside it.
struct TrustOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A checkpoint that was kept elsewhere: the log must still hold what it covers.",
            valueName: "file"))
    var against: String?

    @Option(
        help: ArgumentHelp(
            "The public key to trust, or the file that holds it. (default: the one kept outside, "
                + "else the one beside the log)", valueName: "file-or-key"))
    var key: KeyArgument?

    @Option(
        help: ArgumentHelp(
            "The public key of a witness, or the file that holds it. May be repeated.",
            valueName: "file-or-key"))
    var witness: [KeyArgument] = []

    @Option(help: "So many of the witnesses must have signed a checkpoint. (default: all)")
    var quorum: Int?

    func validate() throws {
        guard let quorum else { return }
        if witness.isEmpty || quorum < 1 || quorum > witness.count {
            let named = witness.count.counted("key")
            throw ValidationError("--quorum \(quorum) cannot be met: --witness names \(named)")
        }
    }

    /// - Throws: exit code 64 if a key or the checkpoint is none.
    func values() throws -> SealCheck.Trust {
        SealCheck.Trust(
            key: try key?.key(), against: try against.map { try NoteFile.read($0, "--against") },
            witnesses: try WitnessKey.read(witness), quorum: quorum ?? witness.count)
    }
}

enum WitnessKey {
    /// - Throws: exit code 64, naming what is no key for cosignatures.
    static func read(_ arguments: [KeyArgument]) throws -> [NoteVerificationKey] {
        try arguments.map { argument in
            let key = try argument.key(of: "--witness")
            if key.type == .cosignature { return key }
            complain("--witness '\(key)' is a key for the log itself, not one for cosignatures")
            throw ExitCode.usage
        }
    }
}

/// A signed note that somebody kept in a file.
enum NoteFile {
    /// - Throws: exit code 64 if there is none in the file.
    static func read(_ path: String, _ option: String) throws -> SignedNote {
        do {
            let bytes = try Data(contentsOf: URL(filePath: path))
            return try SignedNote(parsing: String(decoding: bytes, as: UTF8.self))
        } catch {
            complain("\(option) '\(path)' is no checkpoint that can be read: \(reason(for: error))")
            throw ExitCode.usage
        }
    }
}
