import ArgumentParser
import DRTesting
import Foundation
import Reporting

/// Prints a line to standard output.
///
/// - Throws: exit code 70 if it cannot be written: a part must not be taken for the whole.
func tell(_ line: String) throws { try tell(Array("\(line)\n".utf8)) }

func tell(_ bytes: [UInt8]) throws {
    do {
        try FileHandle.standardOutput.write(contentsOf: Data(bytes))
    } catch {
        complain("standard output cannot be written: \(reason(for: error))")
        throw ExitCode(ReportExit.failed)
    }
}

/// Prints a line to standard error. If that cannot be written, there is nobody left to tell.
func complain(_ text: String) {
    let line = "dr-nightly: \(text.printable(keepsNewlines: true))\n"
    try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
}

/// Says what went wrong.
///
/// - Returns: the exit code for it.
func explained(_ error: any Error) -> any Error {
    if error is ExitCode || error is ValidationError { return error }
    if let ended = error as? EndedBySignal { return ExitCode(128 + ended.number) }
    complain(reason(for: error))
    return ExitCode(ReportExit.code(for: error))
}

/// Why something failed, without what Foundation wraps around the system's word for it.
func reason(for error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    return (error.underlying ?? error).localizedDescription
        .replacing("The operation could not be completed. ", with: "")
}
