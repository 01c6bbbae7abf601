internal import DRTesting
internal import Projections
internal import Wire

/// A table of a report as CSV (RFC 4180) in UTF-8: the names of the columns, then a row for each of
/// its things.
///
/// Lines end with CR LF. Times are RFC 3339 in UTC, units stand in the names of the columns,
/// numbers are bare, and what is unknown is empty. A text that a spreadsheet would take for a
/// formula has an apostrophe before it.
public struct CSVTable: Equatable, Sendable {
    /// What a column means, for the data dictionary.
    public struct Column: Equatable, Sendable {
        public let name: String
        /// In a sentence.
        public let meaning: String
        /// `ms`, `days`, `RFC 3339`; empty for texts and counts.
        public let unit: String
    }

    /// The end of the file's name: `runs`.
    public let name: String
    public let columns: [Column]
    /// A field for each column. No number is below 0: a minus would be taken for a formula.
    public let rows: [[String]]

    public var header: [String] { columns.map(\.name) }

    public var bytes: [UInt8] {
        var writer = CSVWriter()
        writer.row(header)
        for row in rows { writer.row(row) }
        return writer.bytes
    }

    /// The tables, and one more that says what their columns mean.
    static func withDictionary(_ tables: [CSVTable]) -> [CSVTable] {
        let entries = tables.flatMap { table in
            table.columns.map { DictionaryEntry(table: table.name, column: $0) }
        }
        return tables + [CSVTable("dictionary", entries, DictionaryEntry.columns)]
    }

    private struct DictionaryEntry {
        let table: String
        let column: Column

        static var columns: [CSVColumn<DictionaryEntry>] {
            [
                .text("table", "Which table it is: the end of the file's name.") { $0.table },
                .text("column", "The name of the column.") { $0.column.name },
                .text("meaning", "What stands in it.") { $0.column.meaning },
                .text("unit", "Its unit or form; empty for texts and counts.") { $0.column.unit },
            ]
        }
    }
}

/// A column of a table, and what stands in it for each of the table's things.
struct CSVColumn<Value> {
    let column: CSVTable.Column
    let field: (Value) -> String

    init(
        _ name: String, _ meaning: String, unit: String = "", _ field: @escaping (Value) -> String
    ) {
        column = CSVTable.Column(name: name, meaning: meaning, unit: unit)
        self.field = field
    }

    /// A text from outside, on one line.
    static func text(
        _ name: String, _ meaning: String, _ text: @escaping (Value) -> String?
    ) -> CSVColumn {
        CSVColumn(name, meaning) { text($0)?.printable() ?? "" }
    }

    /// How many there are of something.
    static func count(
        _ name: String, _ meaning: String, unit: String = "", _ count: @escaping (Value) -> Int
    ) -> CSVColumn {
        CSVColumn(name, meaning, unit: unit) { "\(count($0))" }
    }

    /// An id, a position or another number.
    static func number(
        _ name: String, _ meaning: String, unit: String = "",
        _ number: @escaping (Value) -> UInt64?
    ) -> CSVColumn {
        CSVColumn(name, meaning, unit: unit) { value in
            number(value).map { "\($0)" } ?? ""
        }
    }

    static func flag(
        _ name: String, _ meaning: String, _ flag: @escaping (Value) -> Bool
    ) -> CSVColumn {
        CSVColumn(name, meaning, unit: "yes or no") { flag($0) ? "yes" : "no" }
    }

    static func milliseconds(
        _ name: String, _ meaning: String, _ length: @escaping (Value) -> UInt64?
    ) -> CSVColumn {
        .number(name, meaning, unit: "ms", length)
    }

    /// - Parameter time: microseconds since 1970.
    static func time(
        _ name: String, _ meaning: String, _ time: @escaping (Value) -> UInt64?
    ) -> CSVColumn {
        CSVColumn(name, meaning, unit: "RFC 3339") { value in
            time(value).map { RFC3339.text($0) } ?? ""
        }
    }

    /// The same column of a table whose things hold those of this one.
    func of<Outer>(_ value: @escaping (Outer) -> Value) -> CSVColumn<Outer> {
        CSVColumn<Outer>(column.name, column.meaning, unit: column.unit) { field(value($0)) }
    }
}

extension CSVTable {
    init<Value>(_ name: String, _ values: [Value], _ columns: [CSVColumn<Value>]) {
        self.init(
            name: name, columns: columns.map(\.column),
            rows: values.map { value in columns.map { $0.field(value) } })
    }
}

extension RenderableReport {
    /// Tables as files of this report: `weekly-2026-W48-runs.csv`.
    func csvFiles(_ tables: [CSVTable]) -> [RenderedFile] {
        tables.map { table in
            RenderedFile(name: "\(baseName)-\(table.name).csv", format: .csv, bytes: table.bytes)
        }
    }
}
