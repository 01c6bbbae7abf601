import ArgumentParser
import Foundation

/// Prints a line to standard output.
///
/// - Throws: exit code 70 if it cannot be written: who waits for it would wait for ever.
func tell(_ line: String) throws {
    do {
        try FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8))
    } catch {
        complain("standard output cannot be written: \(reason(for: error))")
        throw ExitCode.internalError
    }
}

/// Prints a line to standard error. If that cannot be written, there is nobody left to tell.
func complain(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("fault-proxy: \(printable(text))\n".utf8))
}

/// The text as a terminal can show it without obeying it: control characters, escape sequences and
/// marks that turn the direction of writing become visible.
private func printable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
            result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        default: result.append(scalar)
        }
    }
    return String(result)
}

/// Why something failed, without what Foundation wraps around the system's word for it.
func reason(for error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    return (error.underlying ?? error).localizedDescription
        .replacing("The operation could not be completed. ", with: "")
}

/// Prints why something failed and ends the program with the code for it.
func explained(_ error: any Error) -> any Error {
    switch error {
    case is ExitCode: return error
    case let error as UsageError:
        complain(error.message)
        return ExitCode.usage
    default:
        complain(reason(for: error))
        return ExitCode.internalError
    }
}

extension ExitCode {
    static let usage = ExitCode(64)
    static let internalError = ExitCode(70)
}
