import ArgumentParser
import EventLog
import Projections

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a table as it was at some moment, as JSON.")

    private static let names = Views.all.map { $0.name }

    @Argument(
        help: "The table: \(names.joined(separator: ", ")).", completion: .list(names))
    var view: String

    @Option(help: "As it was then: \(Moment.help). (default: now)")
    var at: Moment?

    @OptionGroup var archive: ArchiveOption

    @OptionGroup var data: DataOptions

    func validate() throws {
        if Views.view(named: view) == nil {
            let known = Self.names.joined(separator: ", ")
            throw ValidationError("There is no table '\(view)'; there are \(known).")
        }
    }

    func run() async throws {
        do {
            try await archive.withLog(data.reader()) { log in
                let (shown, last) = (Views.view(named: view)!, try await log.position(of: at))
                try await Folding.run {
                    try PastTables.write(
                        shown, at: last, log.reader, archive: log.forFolding,
                        to: { try tell($0) })
                }
            }
            try tell("")
        } catch {
            throw explained(error)
        }
    }
}
