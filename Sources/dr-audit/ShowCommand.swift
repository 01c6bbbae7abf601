import ArgumentParser
import EventLog
import Projections

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a table as it was at some moment, as JSON.")

    @Argument(help: "The table.", completion: .list(Views.all.map { $0.name }))
    var view: String

    @Option(help: "A position, or a time as 2026-11-23T08:00:00Z. (default: now)")
    var at: Moment?

    @OptionGroup var data: DataOptions

    func validate() throws {
        if Views.view(named: view) == nil {
            let known = Views.all.map { $0.name }.joined(separator: ", ")
            throw ValidationError("There is no table '\(view)'; there are \(known).")
        }
    }

    func run() throws {
        do {
            let reader = try data.reader()
            let last = try at?.position(in: reader) ?? reader.head().position
            var folded = FoldedView(Views.view(named: view)!)
            try folded.fold(reader, upTo: last)
            print(String(decoding: folded.table.json, as: UTF8.self))
        } catch {
            throw explained(error)
        }
    }
}
