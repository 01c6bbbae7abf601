import ArgumentParser
import Foundation
import Merkle

/// A public key, as it is written, or the file that holds it.
struct KeyArgument: ExpressibleByArgument {
    /// The most bytes of a file that are looked at.
    private static let maximumSize = 65_536

    private let text: String

    init?(argument: String) {
        // Of a path it would be the folder that this runs in.
        if argument.isEmpty { return nil }
        text = argument
    }

    /// - Throws: exit code 64 if it is no public key, naming the option it was given with.
    func key(of option: String = "--key") throws -> NoteVerificationKey {
        if let key = try? NoteVerificationKey(text) { return key }
        let content: String
        do {
            content = try contents()
        } catch {
            throw refusal(
                option, "no public key, and no file that can be read: \(reason(for: error))")
        }
        guard let key = try? NoteVerificationKey(content) else {
            throw refusal(option, "no public key, and a file that holds none")
        }
        return key
    }

    private func contents() throws -> String {
        let file = try FileHandle(forReadingFrom: URL(filePath: text))
        let bytes = try file.read(upToCount: Self.maximumSize) ?? Data()
        return String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
    }

    private func refusal(_ option: String, _ what: String) -> ExitCode {
        complain("\(option) '\(text)' is \(what)")
        return .usage
    }
}
