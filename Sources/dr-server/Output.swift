import ArgumentParser
import EventLog
import Foundation
import HTTPAPI
import Service

/// - Throws: if standard output cannot be written.
func tell(_ text: String) throws {
    try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
}

func complain(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
}

extension ExitCode {
    static let notIntact = ExitCode(3)
    static let usage = ExitCode(64)
    static let internalError = ExitCode(70)
    static let busy = ExitCode(75)
}

/// Prints why something failed and ends the program with the code for it.
func explained(_ error: any Error) -> any Error {
    switch error {
    case let error as EventLogError:
        complain("\(error)")
        switch error.code {
        case .busy: return ExitCode.busy
        case .notOurs, .unsafeLocation: return ExitCode.usage
        case .damaged, .headsDiffer, .archive: return ExitCode.notIntact
        default: return ExitCode.internalError
        }
    case is SettingError, is APISecretError, is KeySetError, is TokenIssuer.Refusal,
        is ChannelError:
        complain("\(error)")
        return ExitCode.usage
    case is ExitCode: return error
    default:
        complain("\(error)")
        return ExitCode.internalError
    }
}
