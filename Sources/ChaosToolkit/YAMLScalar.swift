internal import Wire

/// What a plain scalar of YAML 1.1 is, by PyYAML's rules.
enum YAMLScalar {
    /// `nil` for infinities and what is not a number, which JSON does not have.
    static func value(of text: String) -> JSONValue? {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .bool(true)
        case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .bool(false)
        case ".nan", ".NaN", ".NAN": return nil
        default: break
        }
        guard let first = text.utf8.first, "-+.0123456789".utf8.contains(first) else {
            return .string(text)
        }
        let isNegative = first == UInt8(ascii: "-")
        let magnitude = first == UInt8(ascii: "+") || isNegative ? text.dropFirst() : text[...]
        if [".inf", ".Inf", ".INF"].contains(String(magnitude)) { return nil }
        if let digits = whole(magnitude) { return number(digits, isNegative: isNegative) }
        // A number that begins with its point has no sign.
        let isSigned = magnitude.count < text.count
        guard let value = fraction(magnitude), !(isSigned && magnitude.hasPrefix(".")) else {
            return .string(text)
        }
        return value.isFinite ? .double(isNegative ? -value : value) : nil
    }

    /// The radix and the digits of a whole number.
    private static func whole(_ text: Substring) -> (radix: Int, digits: String)? {
        let digits = text.replacing("_", with: "")
        if text.wholeMatch(of: #/0b[01_]+/#) != nil { return digit(2, digits.dropFirst(2)) }
        if text.wholeMatch(of: #/0x[0-9a-fA-F_]+/#) != nil { return digit(16, digits.dropFirst(2)) }
        if text.wholeMatch(of: #/0[0-7_]+/#) != nil { return digit(8, digits[...]) }
        if text.wholeMatch(of: #/0|[1-9][0-9_]*/#) != nil { return digit(10, digits) }
        if text.wholeMatch(of: #/[1-9][0-9_]*(:[0-5]?[0-9])+/#) != nil {
            return sexagesimal(digits[...]).map { (radix: 10, digits: String($0)) }
        }
        return nil
    }

    private static func digit(_ radix: Int, _ digits: Substring) -> (radix: Int, digits: String)? {
        digits.isEmpty ? nil : (radix: radix, digits: String(digits))
    }

    private static func number(
        _ whole: (radix: Int, digits: String), isNegative: Bool
    ) -> JSONValue {
        let text = (isNegative ? "-" : "") + whole.digits
        if let value = Int(text, radix: whole.radix) { return .int(value) }
        return whole.radix == 10 ? .bigInt(text) : .string(text)
    }

    /// `1:30` is ninety, as minutes and seconds are.
    private static func sexagesimal(_ text: Substring) -> Int? {
        var total = 0
        for part in text.split(separator: ":") {
            guard let part = Int(part) else { return nil }
            let (product, overflows) = total.multipliedReportingOverflow(by: 60)
            let (sum, overflowsToo) = product.addingReportingOverflow(part)
            if overflows || overflowsToo { return nil }
            total = sum
        }
        return total
    }

    private static func fraction(_ text: Substring) -> Double? {
        let digits = text.replacing("_", with: "")
        let decimal = #/(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?/#
        if text.wholeMatch(of: decimal) != nil { return Double(padded(String(digits))) }
        if text.wholeMatch(of: #/[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*/#) != nil {
            return digits.split(separator: ":").reduce(0.0) { total, part in
                total * 60 + (Double(padded(String(part))) ?? 0)
            }
        }
        return nil
    }

    /// `1.` and `.5` are numbers of YAML, and are spelled `1.0` and `0.5` everywhere else.
    private static func padded(_ text: String) -> String {
        var text = text.hasPrefix(".") ? "0" + text : text
        if let point = text.firstIndex(of: ".") {
            let next = text.index(after: point)
            if next == text.endIndex || !text[next].isNumber { text.insert("0", at: next) }
        }
        return text
    }
}
