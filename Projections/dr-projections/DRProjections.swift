import ArgumentParser
import EventLog
import Foundation
import Projections

@main
struct DRProjections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dr-projections",
        abstract: "Keeps the tables that are derived from the event log.",
        discussion: """
            The tables can be deleted at any time: they are built again from the log.

            Exit codes: 0 done, 3 the log or the archive is damaged, 4 nothing found, 64 wrong \
            usage, 70 internal error.
            """,
        version: "0.1.0",
        subcommands: [RebuildCommand.self, StatusCommand.self, ShowCommand.self])
}

struct DataOptions: ParsableArguments {
    @Option(name: .long, help: "The data directory. (default: $DR_DATA, else ./dr-data)")
    var data: String?

    func reader() throws -> EventReader {
        try EventReader(.standard(data, environment: ProcessInfo.processInfo.environment))
    }

    func store(_ reader: EventReader) throws -> ViewStore {
        do {
            return try ViewStore(reader)
        } catch {
            complain(
                "the tables in \(reader.directory.views) cannot be opened for writing: "
                    + "\(reason(for: error)); 'show' makes a table in memory")
            throw ExitCode(70)
        }
    }
}

/// A table by its name.
struct ViewArgument: ExpressibleByArgument {
    let view: any ReadModel.Type

    init?(argument: String) {
        guard let view = Views.view(named: argument) else { return nil }
        self.view = view
    }

    static var allValueStrings: [String] { Views.all.map { $0.name } }
}

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Bring the tables up to date, and say what they show.")

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var data: DataOptions

    func run() throws {
        do {
            let reader = try data.reader()
            let store = try data.store(reader)
            try store.catchUp(Views.all)
            try StatusOutput(Views.all, store, reader).print(asJSON: json)
        } catch {
            throw explained(error)
        }
    }
}

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print a table as JSON.")

    @Argument(help: "The table.")
    var view: ViewArgument

    @OptionGroup var data: DataOptions

    func run() throws {
        do {
            try show(view.view, try data.reader())
            try tell("")
        } catch {
            throw explained(error)
        }
    }

    /// From the stored table; from the log where nothing can be stored.
    private func show(_ view: any ReadModel.Type, _ reader: EventReader) throws {
        if let store = try? ViewStore(reader), (try? store.catchUp(view)) != nil {
            return try store.write(view) { try tell($0) }
        }
        try PastTables.write(view, at: reader.head().position, reader, to: { try tell($0) })
    }
}

/// Says why something failed, and gives the exit code for it.
func explained(_ error: any Error) -> any Error {
    if error is ExitCode { return error }
    if case .archived? = (error as? EventLogError)?.code {
        complain("\(error); build the tables with 'rebuild --archive'")
        return ExitCode(4)
    }
    complain(reason(for: error))
    if let error = error as? ViewError { return ExitCode(error.code == .notInBase ? 4 : 3) }
    switch (error as? EventLogError)?.code {
    case .noLog: return ExitCode(4)
    case .damaged, .archive, .headsDiffer: return ExitCode(3)
    case .notOurs, .unsafeLocation: return ExitCode(64)
    default: return ExitCode(70)
    }
}
