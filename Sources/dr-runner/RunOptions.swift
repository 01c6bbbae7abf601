import ArgumentParser
import Engine
import EventLog
import Foundation

// Help lists the options of a group where a command names the group. So each of these is small:
// every command keeps the order that suits it.

/// The storage that a run tests.
struct TargetOption: ParsableArguments {
    @Option(help: "A file that describes the storage under test.")
    var target: String?

    /// The embedded target if no file is named.
    func read() throws -> Target { try TargetSource.read(target) }
}

/// Who is named in the log.
struct ExecutorOption: ParsableArguments {
    @Option(help: "Who runs it. (default: the user's name)")
    var by: String?

    var name: String { by ?? NSUserName() }
}

/// What a scenario leaves open.
struct VariableOptions: ParsableArguments {
    @Option(name: .customLong("set"), help: "A variable of the scenario, as name=value.")
    var settings: [String] = []

    /// Of a name that is set twice the last value counts. It may be empty.
    ///
    /// - Throws: `RunnerError` with `.usage`, naming what is no `name=value`.
    func values() throws -> [String: String] {
        var values: [String: String] = [:]
        for setting in settings {
            let sides = setting.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false
            ).map(String.init)
            guard sides.count == 2, !sides[0].isEmpty else {
                throw RunnerError(.usage, "--set '\(setting)': accepted: name=value")
            }
            values[sides[0]] = sides[1]
        }
        return values
    }
}

/// What a server says of a run that it orders. Not for people.
struct OrderOptions: ParsableArguments {
    @Option(help: .hidden) var key: String?

    @Option(help: .hidden) var requestedBy: String?

    @Option(name: .customLong("scenario-id"), help: .hidden) var scenarioID: UInt64?

    /// - Throws: `RunnerError` with `.usage`.
    func apply(to request: inout RunRequest) throws {
        request.requestedBy = requestedBy ?? ""
        request.scenarioID = scenarioID ?? request.scenarioID
        guard let key else { return }
        guard let id = EventID(key), id.bytes[6] >> 4 == 7 else {
            throw RunnerError(.usage, "--key '\(key)': accepted: a UUID of version 7")
        }
        request.key = id
    }

    /// Says on standard output why a run that was ordered does not take place. That one ended with
    /// a code of its own is no refusal.
    func report(_ refusal: OrderRefusal) throws {
        if key == nil || refusal.cause is ExitCode { return }
        try tell(refusal.document)
    }
}

/// How the test that was recorded is told.
struct TestOutputOption: ParsableArguments {
    @Flag(help: "Print the test as JSON on standard output, everything else on standard error.")
    var json = false
}
