import ArgumentParser
import EventLog
import Projections

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a table as it was at some moment, as JSON.")

    private static let names = Views.all.map { $0.name }

    @Argument(
        help: "The table: \(names.joined(separator: ", ")).", completion: .list(names))
    var view: String

    @Option(help: "As it was then: \(Moment.help). (default: now)")
    var at: Moment?

    @OptionGroup var data: DataOptions

    func validate() throws {
        if Views.view(named: view) == nil {
            let known = Self.names.joined(separator: ", ")
            throw ValidationError("There is no table '\(view)'; there are \(known).")
        }
    }

    func run() throws {
        do {
            let reader = try data.reader()
            let last = try at?.position(in: reader) ?? reader.head().position
            var folded = FoldedView(Views.view(named: view)!)
            try folded.fold(reader, upTo: last)
            try tell(String(decoding: folded.table.json, as: UTF8.self))
        } catch {
            throw explained(error)
        }
    }
}
