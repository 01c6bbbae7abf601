internal import Projections
internal import Wire

/// A row of a table, or a part of one. What is not there, or is of another kind, is nothing.
struct Row: Sendable {
    let value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    init?(json: [UInt8]) {
        guard let value = try? JSONValue(json: json) else { return nil }
        self.value = value
    }

    subscript(name: String) -> Row { Row(value[name] ?? .null) }

    /// Empty if there is none.
    func text(_ name: String) -> String { value[name]?.stringValue ?? "" }

    /// `nil` if there is none, or it is empty.
    func words(_ name: String) -> String? {
        let text = text(name)
        return text.isEmpty ? nil : text
    }

    func number(_ name: String) -> Double? { value[name]?.doubleValue }

    func id(_ name: String) -> UInt64? {
        switch value[name] {
        case .int(let number)?: UInt64(exactly: number)
        // The greatest of 64 bits are no `Int`.
        case .bigInt(let digits)?: UInt64(digits)
        default: nil
        }
    }

    /// Microseconds since 1970.
    func time(_ name: String) -> UInt64? { words(name).flatMap { RFC3339.time($0) } }

    func flag(_ name: String) -> Bool? { value[name]?.boolValue }

    func rows(_ name: String) -> [Row] { value[name]?.arrayValue?.map { Row($0) } ?? [] }

    func texts(_ name: String) -> [String] {
        value[name]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    /// The members of an object, each value as people read it.
    func members(_ name: String) -> [(key: String, text: String)] {
        value[name]?.objectValue?.members.map { (key: $0.key, text: Self.shown($0.value)) } ?? []
    }

    private static func shown(_ value: JSONValue) -> String {
        switch value {
        case .null: "none"
        case .bool(let value): value ? "yes" : "no"
        case .int(let value): String(value)
        case .bigInt(let digits): digits
        case .double(let value): Words.decimal(value)
        case .string(let text): text
        case .array(let values): values.map { shown($0) }.joined(separator: ", ")
        case .object(let object): object.keys.joined(separator: ", ")
        }
    }
}
