public import Wire

/// What Python makes of a value: experiments were written against its rules.
extension JSONValue {
    /// Python's `==`: numbers are equal across their kinds, and `True` is 1.
    public func pythonEquals(_ other: JSONValue) -> Bool {
        switch (self, other) {
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.pythonEquals($1) }
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.members.allSatisfy { right[$0.key]?.pythonEquals($0.value) ?? false }
        default:
            if self == other { return true }
            guard let left = ExactDecimal(self), let right = ExactDecimal(other) else {
                return false
            }
            return left == right
        }
    }

    /// Python's `<=`; `nil` where Python raises a `TypeError`, as between a number and a text.
    func isAtMost(_ other: JSONValue) -> Bool? {
        switch (self, other) {
        case (.string(let left), .string(let right)):
            return left.hasSameScalars(as: right)
                || left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        case (.array(let left), .array(let right)):
            guard let (first, second) = zip(left, right).first(where: { !$0.pythonEquals($1) })
            else { return left.count <= right.count }
            return first.isAtMost(second)
        default:
            guard let left = ExactDecimal(self), let right = ExactDecimal(other) else { return nil }
            return left <= right
        }
    }

    /// Python's `bool()`: nothing, zero and what is empty are false.
    public var isTrue: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .bigInt: true
        case .double(let value): value != 0
        case .string(let text): !text.isEmpty
        case .array(let values): !values.isEmpty
        case .object(let members): !members.isEmpty
        }
    }

    /// Python's `str()`: a text as it is, anything else as Python shows it.
    public var pythonString: String {
        if case .string(let text) = self { text } else { pythonRepresentation }
    }

    private var pythonRepresentation: String {
        switch self {
        case .null: return "None"
        case .bool(let value): return value ? "True" : "False"
        case .int(let value): return String(value)
        case .bigInt(let digits): return digits
        case .double(let value): return value.pythonText
        case .string(let text): return text.pythonLiteral
        case .array(let values):
            return "[" + values.map(\.pythonRepresentation).joined(separator: ", ") + "]"
        case .object(let object):
            let members = object.members.map { member in
                member.key.pythonLiteral + ": " + member.value.pythonRepresentation
            }
            return "{" + members.joined(separator: ", ") + "}"
        }
    }
}

extension String {
    /// Without white space at both ends, as Python's `strip()` leaves it.
    var trimmedWhitespace: String {
        let start = unicodeScalars.drop { $0.properties.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(start[...last])
    }

    /// As a literal of Python's.
    fileprivate var pythonLiteral: String {
        let quote: Unicode.Scalar = contains("'") && !contains("\"") ? "\"" : "'"
        var literal = String(quote)
        for scalar in unicodeScalars {
            switch scalar {
            case quote, "\\": literal += "\\" + String(scalar)
            case "\n": literal += "\\n"
            case "\r": literal += "\\r"
            case "\t": literal += "\\t"
            case _ where scalar.isPrintable: literal.unicodeScalars.append(scalar)
            default: literal += scalar.pythonEscape
            }
        }
        return literal + String(quote)
    }
}

extension Unicode.Scalar {
    /// Whether Python shows this character itself.
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            false
        case .spaceSeparator: self == " "
        default: true
        }
    }

    fileprivate var pythonEscape: String {
        let digits = String(value, radix: 16)
        let (letter, width) = value <= 0xff ? ("x", 2) : value <= 0xffff ? ("u", 4) : ("U", 8)
        return "\\" + letter + String(repeating: "0", count: width - digits.utf8.count) + digits
    }
}
