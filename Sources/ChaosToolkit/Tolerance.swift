public import Wire

/// What the output of a probe is held against.
///
/// Judges as Chaos Toolkit does, which is not always as its documentation says: a list of two
/// numbers accepts these two statuses of HTTP and processes, and is a range for anything else.
public struct Tolerance: Equatable, Sendable {
    enum Form: Equatable, Sendable {
        case literal(JSONValue)
        case regex(pattern: JSONValue, target: String?)
        case jsonPath(path: String, target: String?, count: JSONValue?, expect: JSONValue?)
        case range(low: JSONValue, high: JSONValue, target: String?)
        case probe(Activity)
    }

    let form: Form
    /// As it stands in the file.
    public let raw: JSONValue

    /// Whether a list of two numbers is meant as accepted values where the documentation speaks of
    /// a range: the case for outputs with a `status`.
    public var isListOfTwoNumbers: Bool {
        guard case .literal(.array(let values)) = form, values.count == 2 else { return false }
        return values.allSatisfy { ExactDecimal($0) != nil }
    }

    /// The probe that has to be asked instead of ``judge(_:substituting:)``, with the value as its
    /// argument; what it answers is judged by ``Provider/accepts(_:)``.
    public func probe(for value: JSONValue) -> Activity? {
        guard case .probe(let activity) = form else { return nil }
        return activity.with(argument: "value", value)
    }

    /// Whether a value is within the tolerance.
    ///
    /// - Throws: where Chaos Toolkit would end the run with a Python error, as for a pattern and
    ///   an output that is no text. Nothing was found out then.
    public func judge(
        _ value: JSONValue, substituting substitution: Substitution = Substitution()
    ) throws(ActivityError) -> Bool {
        switch form {
        case .literal(let literal):
            guard case .string = literal else { return try Self.judge(value, by: literal) }
            // A name may stand for a tolerance of any type.
            let filled = substitution.apply(literal)
            guard case .object = filled else { return try Self.judge(value, by: filled) }
            return try Tolerance(object: filled).judge(value, substituting: substitution)
        case .regex(let pattern, let target):
            guard case .string(let filled) = substitution.apply(pattern) else {
                throw ActivityError("the pattern is not a text")
            }
            guard case .string(let text) = try Self.part(target, of: value) else {
                throw ActivityError("a pattern is searched for in a text, not in \(value.kind)")
            }
            return try PythonPattern(filled).isFound(in: text)
        case .jsonPath(let path, let target, let count, let expect):
            guard case .string(let filled) = substitution.apply(.string(path)) else {
                throw ActivityError("the path is not a text")
            }
            let found = try JSONPath(filled).matches(Self.parsed(Self.part(target, of: value)))
            if let expect {
                let expected = substitution.apply(expect)
                return JSONValue.array(found).pythonEquals(
                    expected.arrayValue == nil ? .array([expected]) : expected)
            }
            if let count, !count.isNull { return JSONValue.int(found.count).pythonEquals(count) }
            return !found.isEmpty
        case .range(let low, let high, let target):
            return try Self.judge(try Self.part(target, of: value), from: low, to: high)
        case .probe:
            preconditionFailure("A tolerance that is a probe has to be asked, not judged.")
        }
    }

    /// `true`, a number, a text or a list.
    private static func judge(
        _ value: JSONValue, by literal: JSONValue
    ) throws(ActivityError) -> Bool {
        switch literal {
        case .bool, .string: return value.pythonEquals(literal)
        case .int, .bigInt: return (value["status"] ?? value).pythonEquals(literal)
        case .array(let values):
            if let status = value["status"] { return values.contains { $0.pythonEquals(status) } }
            guard values.count == 2 else { return values.contains { $0.pythonEquals(value) } }
            guard let isLowEnough = values[0].isAtMost(value) else {
                throw ActivityError("\(value.kind) cannot be compared with \(values[0].kind)")
            }
            guard isLowEnough else { return false }
            guard let isHighEnough = value.isAtMost(values[1]) else {
                throw ActivityError("\(value.kind) cannot be compared with \(values[1].kind)")
            }
            return isHighEnough
        case .null, .double, .object:
            // Chaos Toolkit has no rule for these, and takes that for a no.
            return false
        }
    }

    private static func judge(
        _ value: JSONValue, from low: JSONValue, to high: JSONValue
    ) throws(ActivityError) -> Bool {
        let number: ExactDecimal?
        switch value {
        case .string(let text):
            // Python knows a number that is none, and refuses to compare it.
            let name = text.trimmedWhitespace.lowercased().drop { $0 == "+" || $0 == "-" }
            if name.hasPrefix("nan") || name.hasPrefix("snan") {
                throw ActivityError("'\(text)' is not a number")
            }
            number = ExactDecimal(text: text)
        case .null, .array, .object:
            throw ActivityError("\(value.kind) cannot be compared with a range")
        default: number = ExactDecimal(value)
        }
        guard let value = number, let low = ExactDecimal(low), let high = ExactDecimal(high) else {
            return false
        }
        return low <= value && value <= high
    }

    /// The part of an output that is named, or all of it where there is no such part.
    private static func part(
        _ target: String?, of value: JSONValue
    ) throws(ActivityError) -> JSONValue {
        guard let target, !target.isEmpty else { return value }
        guard case .object(let members) = value else {
            throw ActivityError("\(value.kind) has no '\(target)'")
        }
        return members[target] ?? value
    }

    /// A text that is JSON is read.
    private static func parsed(_ value: JSONValue) -> JSONValue {
        guard case .string(let text) = value else { return value }
        return (try? JSONValue(json: Array(text.utf8), takingLast: true)) ?? value
    }
}
