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

    func validate() throws {
        if data?.isEmpty == true { throw ValidationError("--data names no folder") }
    }

    func reader() throws -> EventReader { try EventReader(directory) }

    /// Opens a log that is there. A store alone would make one where there is none, also in the
    /// place of a file that lost what it held.
    func store(checkingHeads: Bool = true) throws -> EventStore {
        _ = try EventReader(directory, checkingHeads: false)
        return try EventStore(directory, checkingHeads: checkingHeads)
    }
}

/// Who changes something, and why.
struct ReasonOptions: ParsableArguments {
    @Option(help: "Why. It is recorded in the log.")
    var reason: String

    @OptionGroup var executor: ExecutorOption

    func validate() throws {
        if reason.allSatisfy(\.isWhitespace) { throw ValidationError("--reason says nothing") }
    }
}

struct ExecutorOption: ParsableArguments {
    @Option(help: "Who does it. (default: the user's name)")
    var by: String?

    var name: String { by ?? NSUserName() }
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
        /// The first microsecond of it, and the first after it.
        case time(UInt64, end: UInt64)
    }

    private let kind: Kind

    init?(argument: String) {
        if let position = UInt64(argument) {
            kind = .position(position)
        } else if let time = RFC3339.time(argument) {
            kind = .time(time, end: time + Self.unit(of: argument))
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
        case .time(_, let end): return try reader.position(recordedAtOrAfter: end) - 1
        }
    }

    /// The first position that was recorded then or later: one after the head if there is none.
    func firstPosition(in reader: EventReader) throws -> UInt64 {
        switch kind {
        case .position(let position): return max(position, 1)
        case .time(let time, _): return try reader.position(recordedAtOrAfter: time)
        }
    }

    /// Whether an event was recorded then or later.
    func isReached(by event: RecordedEvent) -> Bool {
        switch kind {
        case .position(let position): event.position >= position
        case .time(let time, _): event.record.recorded >= time
        }
    }

    /// Whether an event had been recorded then.
    func covers(_ event: RecordedEvent) -> Bool {
        switch kind {
        case .position(let position): event.position <= position
        case .time(_, let end): event.record.recorded < end
        }
    }
}

/// Says why something failed, and gives the exit code for it.
func explained(_ error: any Error) -> any Error {
    if error is ExitCode || error is ValidationError { return error }
    if let error = error as? ViewError { return explained(error) }
    guard let error = error as? EventLogError else {
        complain(reason(for: error))
        return ExitCode.internalError
    }
    if case .archived = error.code {
        complain("\(error); give --archive")
        return ExitCode.nothingFound
    }
    complain("\(error)")
    switch error.code {
    case .noLog, .noEvent, .notSealed, .headsAgree: return ExitCode.nothingFound
    case .damaged, .headsDiffer, .archive: return ExitCode.notIntact
    case .notOurs, .unsafeLocation: return ExitCode.usage
    case .busy: return ExitCode.busy
    default: return ExitCode.internalError
    }
}

/// Of tables that cannot go on from what they were when the events before left the log.
private func explained(_ error: ViewError) -> any Error {
    complain("\(error)")
    switch error.code {
    case .archiveIncomplete, .badBase: return ExitCode.notIntact
    case .notInBase: return ExitCode.nothingFound
    case .noRoom: return ExitCode.internalError
    }
}
