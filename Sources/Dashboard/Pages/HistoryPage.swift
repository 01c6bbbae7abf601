internal import DRTesting
internal import Projections

/// Which tests somebody wants to see, as the address of the page says it.
struct HistoryQuery: Sendable {
    static let limit = 50
    private static let names = [
        "status", "verdict", "test_type", "environment", "target", "purpose",
    ]

    /// By the names of columns; those that are empty are not there.
    private(set) var values: [String: String] = [:]
    private(set) var from = ""
    private(set) var to = ""
    private(set) var cursor: UInt64?

    init(_ address: PageAddress) {
        for name in Self.names { values[name] = address.value(of: name) }
        from = Self.time(address.value(of: "from"))
        to = Self.time(address.value(of: "to"))
        cursor = address.value(of: "cursor").flatMap { UInt64($0) }
    }

    /// What is no time was not meant.
    private static func time(_ text: String?) -> String {
        text.flatMap { RFC3339.time($0) == nil ? nil : $0 } ?? ""
    }

    var isFiltered: Bool { !values.isEmpty || !from.isEmpty || !to.isEmpty }

    var filter: RowFilter {
        var filter = RowFilter()
        // Proofs and chaos are shown when they are asked for.
        filter.require("purpose", oneOf: [values["purpose"] ?? "drill"])
        for name in Self.names where name != "purpose" {
            if let value = values[name] { filter.require(name, oneOf: [value]) }
        }
        if !from.isEmpty || !to.isEmpty {
            // The last day belongs to what is wanted.
            let end = RFC3339.time(to).map { $0 + 86_400_000_000 }
            filter.require("created_at", from: RFC3339.time(from), before: end)
        }
        return filter
    }

    /// The address of the same tests from another place on.
    func address(after cursor: UInt64?) -> String {
        var parts = Self.names.compactMap { name in
            values[name].map { "\(name)=\(PageAddress.encoded($0))" }
        }
        if !from.isEmpty { parts.append("from=\(PageAddress.encoded(from))") }
        if !to.isEmpty { parts.append("to=\(PageAddress.encoded(to))") }
        if let cursor { parts.append("cursor=\(cursor)") }
        return parts.isEmpty ? "/history" : "/history?\(parts.joined(separator: "&"))"
    }
}

/// Every test, the newest first.
struct HistoryPage {
    let shell: Shell
    let filters: [Filter]
    let dates: [DateField]
    let isFiltered: Bool
    let isFirst: Bool
    let hasPager: Bool
    let first: String
    let older: String?
    let hasTests: Bool
    let tests: [TestLine]
    let testsNote: String

    struct Filter {
        let label: String
        let name: String
        let options: [Option]
    }

    struct Option {
        let value: String
        let text: String
        let isSelected: Bool
    }

    struct DateField {
        let label: String
        let name: String
        let value: String
    }

    /// - Parameters:
    ///   - rows: of the page.
    ///   - next: after which id the next ones come; `nil` after the last.
    ///   - known: rows that tell which types, environments and targets there are.
    init(_ query: HistoryQuery, _ rows: [Row], next: UInt64?, known: [Row], _ shell: Shell) {
        self.shell = shell
        tests = rows.map { TestLine($0) }
        hasTests = !tests.isEmpty
        isFiltered = query.isFiltered
        isFirst = query.cursor == nil
        first = query.address(after: nil)
        older = next.map { query.address(after: $0) }
        hasPager = !isFirst || older != nil
        testsNote = isFiltered || !isFirst ? "No test is like that." : "No test was run yet."
        filters = Self.filters(query, known)
        dates = [
            DateField(label: "From", name: "from", value: String(query.from.prefix(10))),
            DateField(label: "To, included", name: "to", value: String(query.to.prefix(10))),
        ]
    }

    private static func filters(_ query: HistoryQuery, _ known: [Row]) -> [Filter] {
        func filter(_ label: String, _ name: String, _ values: [String], any: String) -> Filter {
            let selected = query.values[name]
            // What somebody asked for is shown also if nothing is like that.
            let all = selected.map { values.contains($0) ? values : values + [$0] } ?? values
            let options = all.map {
                Option(value: $0, text: Words.type($0), isSelected: $0 == selected)
            }
            let first = Option(value: "", text: any, isSelected: selected == nil)
            return Filter(label: label, name: name, options: [first] + options)
        }
        func found(_ name: String) -> [String] { Set(known.compactMap { $0.words(name) }).sorted() }
        return [
            filter("Verdict", "verdict", ["passed", "inconclusive", "failed"], any: "any"),
            filter(
                "Status", "status", ["pending", "running", "completed", "failed", "cancelled"],
                any: "any"),
            filter("Type", "test_type", found("test_type"), any: "any"),
            filter("Environment", "environment", found("environment"), any: "any"),
            filter("Target", "target", found("target"), any: "any"),
            filter("Purpose", "purpose", ["proof", "chaos"], any: "drill"),
        ]
    }
}
