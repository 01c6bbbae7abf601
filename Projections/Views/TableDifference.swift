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
