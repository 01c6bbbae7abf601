internal import ArgumentParser
internal import DRTesting
internal import Foundation
internal import Reporting

/// What a program of reports says to whoever called it.
package struct Console: Sendable {
    private let program: String

    /// - Parameter program: its name, which complaints begin with.
    package init(_ program: String) { self.program = program }

    /// Prints a line to standard output.
    ///
    /// - Throws: exit code 70 if it cannot be written: a part must not be taken for the whole.
    package func tell(_ line: String) throws { try tell(Array("\(line)\n".utf8)) }

    package func tell(_ bytes: [UInt8]) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(bytes))
        } catch {
            complain("standard output cannot be written: \(Self.reason(for: error))")
            throw ExitCode(ReportExit.failed)
        }
    }

    /// Prints a line to standard error. If that cannot be written, there is nobody left to tell.
    package func complain(_ text: String) {
        let line = "\(program): \(text.printable(keepsNewlines: true))\n"
        try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
    }

    /// Says what went wrong.
    ///
    /// - Returns: the exit code for it.
    package func explained(_ error: any Error) -> any Error {
        if error is ExitCode || error is ValidationError { return error }
        if let ended = error as? EndedBySignal { return ExitCode(128 + ended.number) }
        complain(Self.reason(for: error))
        return ExitCode(ReportExit.code(for: error))
    }

    /// Why something failed, without what Foundation wraps around the system's word for it.
    package static func reason(for error: any Error) -> String {
        guard let error = error as? CocoaError else { return "\(error)" }
        return (error.underlying ?? error).localizedDescription
            .replacing("The operation could not be completed. ", with: "")
    }
}
