import ArgumentParser
import EventLog
import Projections

struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Build tables anew from the log.",
        discussion: """
            Readers see the old tables until the new ones are whole.

            Where old events have left the log for an archive, the tables begin with what they \
            said then, as it was kept beside the log; with --archive, they are built from all \
            events.

            \(ArchiveArgument.bucketHelp)
            """)

    @Argument(help: "The table. (default: all)")
    var view: ViewArgument?

    @Option(help: "Where the events are that have left the log: \(ArchiveArgument.help).")
    var archive: ArchiveArgument?

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            let reader = try data.reader()
            let store = try data.store(reader)
            let views = view.map { [$0.view] } ?? Views.all
            if let archive {
                try await archive.withEvents(of: reader) { archived in
                    try await Folding.run {
                        try store.rebuild(views, archive: archived.forFolding)
                    }
                }
            } else {
                try await Folding.run { try store.rebuild(views) }
            }
            try StatusOutput(views, store, reader).print(asJSON: json)
        } catch {
            throw explained(error)
        }
    }
}
