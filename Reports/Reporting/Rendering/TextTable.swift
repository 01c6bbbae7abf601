/// A table of a report before it is HTML or Markdown. Its texts are as the log has them: whoever
/// renders it makes them harmless.
struct TextTable {
    struct Column {
        /// What its cells hold: how wide they are, and on which side they stand.
        enum Kind { case text, name, words, number, date }

        let title: String
        let kind: Kind

        init(_ title: String, _ kind: Kind = .text) { (self.title, self.kind) = (title, kind) }
    }

    struct Cell {
        /// How something went; it stands before the lines.
        let mark: ResultMark?
        /// Of what happened so: beside it a symbol is enough for whoever sees it.
        let count: Int?
        /// The first is what people look for, unless there is a mark; the others explain it.
        let lines: [String]
        /// Whether the first line is a digest, a path or a command.
        let isCode: Bool

        /// Empty lines are left out.
        init(
            mark: ResultMark? = nil, count: Int? = nil, lines: [String], isCode: Bool = false
        ) {
            (self.mark, self.count, self.isCode) = (mark, count, isCode)
            self.lines = lines.filter { !$0.isEmpty }
        }

        init(_ lines: String...) { self.init(lines: lines) }

        init(_ mark: ResultMark, _ explanations: String...) {
            self.init(mark: mark, lines: explanations)
        }
    }

    let caption: String
    let columns: [Column]
    let rows: [[Cell]]

    /// - Parameter limit: so many rows are shown at most.
    init<Row>(
        _ caption: String, _ columns: [Column], of rows: [Row], limit: Int = .max,
        cells: (Row) -> [Cell]
    ) {
        (self.caption, self.columns) = (caption, columns)
        self.rows = rows.prefix(limit).map(cells)
    }
}

/// Numbers and times as tables of reports show them.
extension TextTable.Cell {
    static func number(_ value: some BinaryInteger) -> TextTable.Cell { .init("\(value)") }

    /// - Parameter text: of a number.
    static func number(_ text: String) -> TextTable.Cell { .init(text) }

    /// To the second, in UTC.
    static func time(_ time: UInt64?, orElse word: String = "never") -> TextTable.Cell {
        .init(time.map { ReportText.moment($0) } ?? word)
    }

    static func duration(ms: Double?, orElse word: String = "unknown") -> TextTable.Cell {
        .init(ms.map { ReportText.milliseconds($0) } ?? word)
    }

    /// Of a single operation.
    static func latency(us: UInt64?) -> TextTable.Cell {
        .init(us.map { ReportText.microseconds($0) } ?? "none")
    }

    /// A measured time, and its objective. Unknown is not 0.
    static func measured(ms: UInt64?, limit: UInt64?) -> TextTable.Cell {
        .init(
            ReportText.milliseconds(ms.map { Double($0) }),
            limit.map { "at most \(ReportText.milliseconds(Double($0)))" } ?? "no objective")
    }

    static func percent(_ share: Double?) -> TextTable.Cell {
        .init(share.map { ReportText.percent($0) } ?? "unknown")
    }

    static func probability(_ value: Double?, orElse word: String) -> TextTable.Cell {
        .init(value.map { ReportText.probability($0) } ?? word)
    }

    static func decimal(_ value: Double?) -> TextTable.Cell {
        .init(value.map { ReportText.decimal($0) } ?? "none")
    }

    /// Of an event or a test.
    static func position(_ value: UInt64?) -> TextTable.Cell {
        .init(value.map { "\($0)" } ?? "none")
    }

    static func code(_ text: String) -> TextTable.Cell { .init(lines: [text], isCode: true) }

    /// Room to write something by hand.
    static let blank = TextTable.Cell("\u{a0}")

    var isBlank: Bool { lines == Self.blank.lines }

    /// A scenario on a target.
    static func subject(_ subject: Subject, _ explanations: String...) -> TextTable.Cell {
        .init(lines: [subject.scenario, "on \(subject.target)"] + explanations)
    }
}

extension DueStanding {
    /// How often a success is asked for.
    var cadenceWords: String {
        let grace =
            graceMs == 0 ? "" : ", and \(ReportText.interval(milliseconds: graceMs)) of grace"
        return "every \(ReportText.interval(milliseconds: intervalMs))\(grace)"
    }
}
