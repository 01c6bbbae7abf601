internal import Foundation

/// A regular expression of Python's `re`, searched for by Foundation.
///
/// The two languages differ in spelling, so the pattern is translated. What cannot be is refused:
/// `(?a)`, `(?L)`, `(?(1)yes|no)` and `\N{name}`. Letters and digits are those of Unicode in both;
/// they differ on a few marks.
struct PythonPattern {
    private let expression: NSRegularExpression

    init(_ pattern: String) throws(ActivityError) {
        var translation = PatternTranslation(pattern)
        let translated = try translation.result()
        do {
            expression = try NSRegularExpression(
                pattern: translated.isEmpty ? "(?:)" : translated,
                options: [.useUnixLineSeparators])
        } catch {
            throw ActivityError("'\(pattern)' is not a regular expression")
        }
    }

    /// Python's `re.search`.
    func isFound(in text: String) -> Bool {
        let all = NSRange(location: 0, length: text.utf16.count)
        return expression.firstMatch(in: text, options: [], range: all) != nil
    }
}

/// Spells a pattern of Python's in the language of ICU.
private struct PatternTranslation {
    /// What may follow a backslash; other letters are mistakes to Python, and mean something else
    /// to ICU.
    private static let escapes = Set("AbBdDsSwWafnrtvxuUZ".unicodeScalars)

    private let pattern: String
    private var rest: Substring.UnicodeScalarView
    private var output = ""
    /// ICU's names of groups have no underscores, so they get new ones.
    private var groups: [String: String] = [:]

    init(_ pattern: String) {
        self.pattern = pattern
        rest = pattern[...].unicodeScalars
    }

    mutating func result() throws(ActivityError) -> String {
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\\": try escape(isInSet: false)
            case "[": try bracketed()
            case "(": try group()
            case "{": brace()
            case "}", "]": output += "\\" + String(scalar)
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }

    private mutating func escape(isInSet: Bool) throws(ActivityError) {
        guard let escaped = rest.popFirst() else { throw mistake("it ends with a backslash") }
        guard ("a"..."z").contains(escaped) || ("A"..."Z").contains(escaped) else {
            output += "\\" + String(escaped)
            return
        }
        let isAnchor = "ABZ".unicodeScalars.contains(escaped)
        guard Self.escapes.contains(escaped), !(isInSet && isAnchor) else {
            throw mistake("\\\(escaped) is not known here")
        }
        switch escaped {
        case "Z": output += "\\z"
        case "v": output += "\\x0B"
        case "b" where isInSet: output += "\\x08"
        default: output += "\\" + String(escaped)
        }
    }

    /// A set in brackets, in which ICU gives brackets, `&` and `-` meanings of their own.
    private mutating func bracketed() throws(ActivityError) {
        output += "["
        if take("^") { output += "^" }
        if take("]") { output += "\\]" }
        while let scalar = rest.popFirst() {
            switch scalar {
            case "]":
                output += "]"
                return
            case "\\": try escape(isInSet: true)
            case "[", "&", "{", "}", "$": output += "\\" + String(scalar)
            case "-" where rest.first == "-": output += "\\-"
            default: output.unicodeScalars.append(scalar)
            }
        }
        throw mistake("a set has no end")
    }

    private mutating func group() throws(ActivityError) {
        guard take("?") else {
            output += "("
            return
        }
        if take("P") {
            if take("=") {
                let name = try takeName(until: ")")
                guard let group = groups[name] else { throw mistake("no group is named \(name)") }
                output += "\\k<\(group)>"
            } else if take("<") {
                let name = try takeName(until: ">")
                let group = "g\(groups.count + 1)"
                guard groups.updateValue(group, forKey: name) == nil else {
                    throw mistake("two groups are named \(name)")
                }
                output += "(?<\(group)>"
            } else {
                throw mistake("(?P needs <name> or =name")
            }
            return
        }
        if take("<") {
            guard let next = rest.first, next == "=" || next == "!" else {
                throw mistake("(?< needs = or !; a named group is (?P<name>…)")
            }
            output += "(?<"
            return
        }
        if rest.first == "(" { throw mistake("(?(…) is not supported") }
        try flags()
    }

    /// After `(?`: flags, or one of the signs `:`, `=`, `!`, `>`, `#`.
    private mutating func flags() throws(ActivityError) {
        let letters = rest.prefix { $0 == "-" || ("a"..."z").contains($0) || $0 == "L" }
        rest = rest.dropFirst(letters.count)
        if let other = letters.first(where: { !"-imsxu".unicodeScalars.contains($0) }) {
            throw mistake("the flag \(other) is not supported")
        }
        // Texts are Unicode anyway, and ICU calls something else `u`.
        let kept = letters.filter { $0 != "u" }.map { String($0) }.joined()
        if kept.isEmpty, take(")") { return }
        output += "(?" + kept
    }

    /// A quantifier, or a brace that stands for itself.
    private mutating func brace() {
        var inner = rest
        let low = Self.takeDigits(&inner)
        let hasComma = inner.first == ","
        if hasComma { inner = inner.dropFirst() }
        let high = hasComma ? Self.takeDigits(&inner) : ""
        guard inner.first == "}", hasComma || !low.isEmpty else {
            output += "\\{"
            return
        }
        rest = inner.dropFirst()
        output += "{" + (low.isEmpty ? "0" : low) + (hasComma ? "," + high : "") + "}"
    }

    private static func takeDigits(_ rest: inout Substring.UnicodeScalarView) -> String {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        rest = rest.dropFirst(digits.count)
        return String(digits)
    }

    private mutating func takeName(
        until end: Unicode.Scalar
    ) throws(ActivityError) -> String {
        guard let index = rest.firstIndex(of: end) else { throw mistake("a group has no end") }
        let name = String(rest[..<index])
        rest = rest[index...].dropFirst()
        guard !name.isEmpty else { throw mistake("a group has an empty name") }
        return name
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest = rest.dropFirst()
        return true
    }

    private func mistake(_ message: String) -> ActivityError {
        ActivityError("'\(pattern)' is not a regular expression that works here: \(message)")
    }
}
