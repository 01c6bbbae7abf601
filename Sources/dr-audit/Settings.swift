import ArgumentParser
import DRTesting
import EventLog
import Foundation
import Projections

/// The option that all commands share.
struct DataOptions: ParsableArguments {
    @Option(name: .long, help: "The data directory. (default: $DR_DATA, else ./dr-data)")
    var data: String?

    var directory: DataDirectory {
        .standard(data, environment: ProcessInfo.processInfo.environment)
    }

    func reader() throws -> EventReader { try EventReader(directory) }
}

/// A moment in the log: a position, or a time.
struct Moment: ExpressibleByArgument {
    private enum Kind {
        case position(UInt64)
        case time(UInt64)
    }

    private let kind: Kind

    init?(argument: String) {
        if let position = UInt64(argument) {
            kind = .position(position)
        } else if let time = RFC3339.time(argument) {
            kind = .time(time)
        } else {
            return nil
        }
    }

    /// The last position that had been recorded then.
    func position(in reader: EventReader) throws -> UInt64 {
        let last = try reader.head().position
        switch kind {
        case .position(let position): return min(position, last)
        case .time(let time): return try reader.position(recordedAtOrAfter: time + 1) - 1
        }
    }
}

/// Prints to standard error.
func complain(_ text: String) {
    FileHandle.standardError.write(Data("dr-audit: \(text.printable(keepsNewlines: true))\n".utf8))
}

/// Says why something failed, and gives the exit code for it.
func explained(_ error: any Error) -> any Error {
    guard let error = error as? EventLogError else {
        if error is ExitCode { return error }
        complain("\(error)")
        return ExitCode.internalError
    }
    complain("\(error)")
    switch error.code {
    case .noLog: return ExitCode.nothingFound
    case .damaged: return ExitCode.notIntact
    case .notOurs, .unsafeLocation: return ExitCode.usage
    default: return ExitCode.internalError
    }
}
