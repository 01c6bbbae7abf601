import ArgumentParser
import EventLog
import Projections
import Wire

struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what changed in the tables between two moments, row by row.",
        discussion: """
            + is a row that came, - one that went, ~ one that changed, with its fields before and \
            after. Exit code 1 if there is a difference.
            """)

    private static let names = Views.all.map { $0.name }

    @Argument(help: "The first moment: \(Moment.help).")
    var from: Moment

    @Argument(help: "The second moment.")
    var to: Moment

    @Argument(
        help: "One table only: \(names.joined(separator: ", ")).", completion: .list(names))
    var view: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var archive: ArchiveOption

    @OptionGroup var data: DataOptions

    func validate() throws {
        if let view, Views.view(named: view) == nil {
            let known = Self.names.joined(separator: ", ")
            throw ValidationError("There is no table '\(view)'; there are \(known).")
        }
    }

    func run() async throws {
        do {
            try await archive.withLog(data.reader()) { try await compare($0) }
        } catch {
            throw explained(error)
        }
    }

    private func compare(_ log: WholeLog) async throws {
        let first = try await log.position(of: from)
        let second = try await log.position(of: to)
        if first > second {
            complain("the first moment, position \(first), is after the second, \(second)")
            throw ExitCode.usage
        }
        let views = Views.all.filter { view == nil || $0.name == view }
        let found = try await Folding.run {
            try PastTables.differences(
                of: views, from: first, to: second, log.reader, archive: log.forFolding)
        }
        let differences = zip(views, found).map {
            DifferenceText(view: $0.name, difference: $1)
        }
        try tell(
            json
                ? Self.document(differences, from: first, to: second)
                : Self.text(differences, from: first, to: second))
        if !differences.allSatisfy(\.difference.isEmpty) { throw ExitCode.failure }
    }

    private static func text(
        _ differences: [DifferenceText], from first: UInt64, to second: UInt64
    ) -> String {
        let changed = differences.filter { !$0.difference.isEmpty }
        if changed.isEmpty { return "no difference between positions \(first) and \(second)" }
        return changed.flatMap { $0.lines }.joined(separator: "\n")
    }

    private static func document(
        _ differences: [DifferenceText], from first: UInt64, to second: UInt64
    ) -> String {
        var writer = JSONWriter()
        writer.object { document in
            document.name("from_position")
            document.integer(first)
            document.name("to_position")
            document.integer(second)
            document.name("tables")
            document.array { list in
                for difference in differences { difference.write(to: &list) }
            }
        }
        return writer.text
    }
}
