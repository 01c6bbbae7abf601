import ArgumentParser
import DRTesting
import Engine
import EventLog
import Foundation
import Service

/// The options that all commands with a data directory share.
struct DataOptions: ParsableArguments {
    @Option(name: .long, help: "The data directory. (default: $DR_DATA, else ./dr-data)")
    var data: String?

    var directory: DataDirectory {
        .standard(data, environment: ProcessInfo.processInfo.environment)
    }
}

/// What the environment says. A value that does not parse ends the program, naming it.
struct Settings {
    let slots: Int
    let timeout: Duration
    let isEnabled: Bool

    init(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        slots = try Self.number("DR_MAX_CONCURRENT_TESTS", environment, in: 1...64) ?? 1
        let milliseconds = try Self.number("DR_TEST_TIMEOUT_MS", environment, in: 1...86_400_000)
        timeout = .milliseconds(milliseconds ?? 1_800_000)
        switch environment["DR_TESTING_ENABLED"] ?? "true" {
        case "true": isEnabled = true
        case "false": isEnabled = false
        case let other:
            throw RunnerError(
                .usage, "DR_TESTING_ENABLED is '\(other)'; accepted: true or false")
        }
    }

    static let disabled = "testing is disabled (DR_TESTING_ENABLED is false)"

    /// - Throws: `RunnerError` with `.busy` if nothing is to be run.
    func requireEnabled() throws {
        if !isEnabled { throw RunnerError(.busy, Self.disabled) }
    }

    private static func number(
        _ name: String, _ environment: [String: String], in range: ClosedRange<Int>
    ) throws -> Int? {
        guard let text = environment[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw RunnerError(
                .usage,
                "\(name) is '\(text)'; accepted: a number from \(range.lowerBound) to "
                    + "\(range.upperBound)")
        }
        return number
    }
}

/// Prints why something failed and ends the program with the code for it.
func explained(_ error: any Error) -> any Error {
    switch error {
    case let error as RunnerError:
        complain(error.message)
        return error.code.exitCode
    case let error as FileError:
        complain("\(error.problems.count.counted("problem")) found\n\(error)")
        return ExitCode.usage
    case let error as EventLogError:
        complain("\(error)")
        switch error.code {
        case .busy: return ExitCode.busy
        case .notOurs, .unsafeLocation: return ExitCode.usage
        case .noLog: return ExitCode.nothingFound
        case .damaged, .headsDiffer, .archive: return ExitCode.notIntact
        default: return ExitCode.internalError
        }
    case let error as ChannelError:
        complain(error.message)
        return ExitCode.usage
    case is ExitCode: return error
    default:
        complain(reason(for: error))
        return ExitCode.internalError
    }
}

extension RunnerError.Code {
    var exitCode: ExitCode {
        switch self {
        case .usage: .usage
        case .busy: .busy
        case .notFound: .nothingFound
        case .notRecorded, .internal: .internalError
        }
    }
}
