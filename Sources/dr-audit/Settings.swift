import ArgumentParser
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
///
/// Events are printed with milliseconds and recorded with microseconds. So a time stands for all of
/// the last unit that it names, be it a day, a second or a part of one: what was printed with that
/// time is then within it.
struct Moment: ExpressibleByArgument {
    static let help =
        "a position, or a time as 2026-11-23, 2026-11-23T08:00:00Z or 2026-11-23T08:00:00.123Z, up "
        + "to the end of that day, second or millisecond"

    private enum Kind {
        case position(UInt64)
        /// The first microsecond after it.
        case time(UInt64)
    }

    private let kind: Kind

    init?(argument: String) {
        if let position = UInt64(argument) {
            kind = .position(position)
        } else if let time = RFC3339.time(argument) {
            kind = .time(time + Self.unit(of: argument))
        } else {
            return nil
        }
    }

    /// How long the last unit is that a time names, in microseconds.
    private static func unit(of time: String) -> UInt64 {
        if !time.contains("T") { return 86_400_000_000 }
        let fraction = time.split(separator: ".").dropFirst().first?.filter(\.isNumber) ?? ""
        return fraction.reduce(1_000_000) { unit, _ in unit / 10 }
    }

    /// The last position that had been recorded then.
    func position(in reader: EventReader) throws -> UInt64 {
        let last = try reader.head().position
        switch kind {
        case .position(let position): return min(position, last)
        case .time(let time): return try reader.position(recordedAtOrAfter: time) - 1
        }
    }
}

/// Says why something failed, and gives the exit code for it.
func explained(_ error: any Error) -> any Error {
    guard let error = error as? EventLogError else {
        if error is ExitCode { return error }
        complain(reason(for: error))
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
