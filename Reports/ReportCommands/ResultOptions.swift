package import ArgumentParser

/// What a program of reports prints, and of which data.
package struct ResultOptions: ParsableArguments {
    @Flag(help: "Print what was written as JSON.")
    package var json = false

    @Flag(help: "Print the JSON Schema of the report, and write nothing.")
    package var schema = false

    @Option(name: .long, help: "The data directory. (default: $DR_DATA, else ./dr-data)")
    package var data: String?

    package init() {}
}

/// When a report that was written is no success.
package enum FailOn: String, ExpressibleByArgument, CaseIterable {
    case breach
}
