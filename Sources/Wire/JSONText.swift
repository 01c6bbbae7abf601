extension JSONValue {
    /// The text that Python's `json.dumps` gives.
    ///
    /// - Parameters:
    ///   - indent: the blanks of one level; `nil` for a single line.
    ///   - isASCII: whether other characters are escaped. Python does that unless it is told not
    ///     to; the `chaos` command tells it not to.
    public func text(indent: Int? = nil, isASCII: Bool = false) -> String {
        var writer = JSONText(indent: indent, isASCII: isASCII)
        writer.write(self)
        return writer.text
    }
}

/// Writes values as Python does.
private struct JSONText {
    let indent: Int?
    let isASCII: Bool
    private(set) var text = ""
    private var level = 0

    init(indent: Int?, isASCII: Bool) {
        self.indent = indent
        self.isASCII = isASCII
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        case .bigInt(let digits): text += digits
        case .double(let value): text += value.pythonText
        case .string(let value): write(quoted: value)
        case .array(let values):
            enclose("[", "]", values) { writer, value in writer.write(value) }
        case .object(let object):
            enclose("{", "}", object.members) { writer, member in
                writer.write(quoted: member.key)
                writer.text += ": "
                writer.write(member.value)
            }
        }
    }

    private mutating func enclose<Element>(
        _ open: String, _ close: String, _ elements: [Element],
        _ writeElement: (inout JSONText, Element) -> Void
    ) {
        text += open
        if !elements.isEmpty {
            level += 1
            for (index, element) in elements.enumerated() {
                if index > 0 { text += indent == nil ? ", " : "," }
                breakLine()
                writeElement(&self, element)
            }
            level -= 1
            breakLine()
        }
        text += close
    }

    private mutating func breakLine() {
        guard let indent else { return }
        text += "\n" + String(repeating: " ", count: indent * level)
    }

    private mutating func write(quoted value: String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{8}": text += "\\b"
            case "\u{c}": text += "\\f"
            case _ where scalar.value < 0x20 || (isASCII && scalar.value >= 0x7f):
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                }
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension Double {
    /// As Python writes it: the same shortest digits as in Swift, with an exponent only below 1e-4
    /// and from 1e16 on.
    public var pythonText: String {
        let parts = description.split(separator: "e")
        let mantissa = parts[0].drop { $0 == "-" }
        let whole = mantissa.prefix { $0 != "." }
        let padded = mantissa.filter { $0 != "." }
        let zeros = padded.prefix { $0 == "0" }.count
        var digits = String(padded.dropFirst(zeros))
        while digits.last == "0" { digits.removeLast() }
        let sign = self.sign == .minus ? "-" : ""
        if digits.isEmpty { return sign + "0.0" }

        // The value is 0.digits times ten to this power.
        let power = whole.count - zeros + (parts.count == 2 ? Int(parts[1]) ?? 0 : 0)
        switch power {
        case -3...0: return sign + "0." + String(repeating: "0", count: -power) + digits
        case 1...16 where power < digits.count:
            return "\(sign)\(digits.prefix(power)).\(digits.dropFirst(power))"
        case 1...16:
            return sign + digits + String(repeating: "0", count: power - digits.count) + ".0"
        default:
            let exponent = String((power - 1).magnitude)
            let padding = (power > 0 ? "+" : "-") + (exponent.count < 2 ? "0" : "")
            let fraction = digits.count > 1 ? ".\(digits.dropFirst())" : ""
            return "\(sign)\(digits.prefix(1))\(fraction)e\(padding)\(exponent)"
        }
    }
}
