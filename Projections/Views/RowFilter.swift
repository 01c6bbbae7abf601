internal import Wire

/// Which rows of a table are wanted, by what stands in their members.
///
/// It reads the bytes of a row, and makes no values of them: a search goes through many rows.
public struct RowFilter: Sendable {
    private enum Condition: Sendable {
        case oneOf([[UInt8]])
        case not([UInt8])
        /// Texts from the first on that are less than the second.
        case between([UInt8]?, [UInt8]?)

        func accepts(_ value: ArraySlice<UInt8>) -> Bool {
            switch self {
            case .oneOf(let values): values.contains { $0.elementsEqual(value) }
            case .not(let other): !other.elementsEqual(value)
            case .between(let first, let end):
                (first.map { !value.lexicographicallyPrecedes($0) } ?? true)
                    && (end.map { value.lexicographicallyPrecedes($0) } ?? true)
            }
        }
    }

    private var conditions: [(name: [UInt8], condition: Condition)] = []

    /// Any row is wanted.
    public init() {}

    /// A text must be one of these.
    public mutating func require(_ name: String, oneOf texts: [String]) {
        add(name, .oneOf(texts.map { Self.json($0) }))
    }

    public mutating func require(_ name: String, is value: Bool) {
        add(name, .oneOf([Array("\(value)".utf8)]))
    }

    public mutating func require(_ name: String, isNull: Bool) {
        let null = Array("null".utf8)
        add(name, isNull ? .oneOf([null]) : .not(null))
    }

    /// A time, as the tables show them, must not be before the first moment, and must be before
    /// the second one.
    ///
    /// - Parameters:
    ///   - first: microseconds since 1970; `nil`: any.
    ///   - end: microseconds since 1970; `nil`: any.
    public mutating func require(_ name: String, from first: UInt64?, before end: UInt64?) {
        // Times have milliseconds: what is not before a moment inside one is not before its end.
        let texts = [first, end].map { $0.map { Self.json(RFC3339.text(Self.roundedUp($0))) } }
        add(name, .between(texts[0], texts[1]))
        add(name, .not(Array("null".utf8)))
    }

    /// Whether a row is wanted. One without a member that is asked about is not.
    public func accepts(_ row: [UInt8]) -> Bool {
        if conditions.isEmpty { return true }
        var met = 0
        RowMembers.forEach(in: row) { name, value in
            for (wanted, condition) in conditions where wanted.elementsEqual(row[name]) {
                guard condition.accepts(row[value]) else { return false }
                met += 1
            }
            return met < conditions.count
        }
        return met == conditions.count
    }

    private mutating func add(_ name: String, _ condition: Condition) {
        conditions.append((name: Array(name.utf8), condition: condition))
    }

    private static func json(_ text: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.string(text)
        return writer.bytes
    }

    /// To a whole millisecond. What comes after all times stays where it is.
    private static func roundedUp(_ time: UInt64) -> UInt64 {
        let (sum, isTooLate) = time.addingReportingOverflow(999)
        return isTooLate ? time : sum / 1000 * 1000
    }
}
