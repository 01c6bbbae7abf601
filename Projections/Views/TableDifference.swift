/// What became of the rows of a table between two moments.
public struct TableDifference: Equatable, Sendable {
    /// A row that is there at both moments, and is not the same.
    public struct Change: Equatable, Sendable {
        /// As it is at the second moment.
        public let row: [UInt8]
        /// In the order of the table.
        public let fields: [Field]
    }

    /// A field with its two values, as they stand in JSON.
    public struct Field: Equatable, Sendable {
        public let name: String
        public let before: [UInt8]
        public let after: [UInt8]
    }

    /// Rows as JSON, in the order of the table.
    public private(set) var added: [[UInt8]] = []
    public private(set) var removed: [[UInt8]] = []
    public private(set) var changed: [Change] = []

    /// Of nothing.
    init() {}

    /// Of the rows at the two moments, by their keys.
    public init(from before: [[UInt8]: [UInt8]], to after: [[UInt8]: [UInt8]]) {
        let keys = Set(before.keys).union(after.keys).sorted { $0.lexicographicallyPrecedes($1) }
        for key in keys { add(from: before[key], to: after[key]) }
    }

    /// What became of one row; `nil` where it is not there.
    mutating func add(from before: [UInt8]?, to after: [UInt8]?) {
        switch (before, after) {
        case (nil, let row?): added.append(row)
        case (let row?, nil): removed.append(row)
        case (let old?, let new?) where old != new:
            changed.append(Change(row: new, fields: Self.fields(from: old, to: new)))
        default: break
        }
    }

    public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

    private static func fields(from before: [UInt8], to after: [UInt8]) -> [Field] {
        let old = Dictionary(RowMembers.of(before).map { ($0.name, $0.value) }) { $1 }
        return RowMembers.of(after).compactMap { member in
            let value = old[member.name] ?? Array("null".utf8)
            if value == member.value { return nil }
            return Field(name: member.name, before: value, after: member.value)
        }
    }
}

/// The members of a row, each value as it stands in the row's JSON: nothing is lost by parsing it.
public enum RowMembers {
    /// - Parameter row: one object as `JSONWriter` writes it, without blanks between its parts.
    public static func of(_ row: [UInt8]) -> [(name: String, value: [UInt8])] {
        var members: [(name: String, value: [UInt8])] = []
        var index = 1
        while index < row.count, row[index] == quote {
            let nameEnd = end(ofText: index, in: row)
            let name = String(decoding: row[(index + 1)..<(nameEnd - 1)], as: UTF8.self)
            let valueEnd = end(ofValue: nameEnd + 1, in: row)
            members.append((name, Array(row[(nameEnd + 1)..<valueEnd])))
            index = valueEnd + 1
        }
        return members
    }

    private static let quote = UInt8(ascii: "\"")

    /// One after the quote that ends the text that begins at `start`.
    private static func end(ofText start: Int, in row: [UInt8]) -> Int {
        var index = start + 1
        while index < row.count, row[index] != quote {
            index += row[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index + 1
    }

    /// Where the comma or the brace after the value stands.
    private static func end(ofValue start: Int, in row: [UInt8]) -> Int {
        var depth = 0
        var index = start
        while index < row.count {
            switch row[index] {
            case quote:
                index = end(ofText: index, in: row)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return index }
                depth -= 1
            case UInt8(ascii: ",") where depth == 0: return index
            default: break
            }
            index += 1
        }
        return index
    }
}
