internal import Wire

/// Reads a path, by the grammar of `jsonpath2`.
struct JSONPathParser {
    /// So deep may brackets and parentheses be nested.
    private static let depthLimit = 50
    /// No list is longer, and nothing overflows.
    private static let wholeNumbers = -1_000_000_000_000...1_000_000_000_000

    private let tokens: [JSONPathToken]
    private var position = 0
    private var depth = 0

    init(_ text: String) throws(ActivityError) {
        tokens = try JSONPathToken.tokens(of: text)
    }

    mutating func path() throws(ActivityError) -> [JSONPath.Step] {
        guard take("$") else { throw expected("$") }
        let result = try steps()
        guard position == tokens.count else { throw expected("the end") }
        return result
    }

    private mutating func steps() throws(ActivityError) -> [JSONPath.Step] {
        var steps: [JSONPath.Step] = []
        while true {
            if take("..") {
                let subscripts = try peek == .sign("[") ? bracketed() : [bareword()]
                steps.append(JSONPath.Step(isRecursive: true, subscripts: subscripts))
            } else if take(".") {
                steps.append(JSONPath.Step(isRecursive: false, subscripts: [try bareword()]))
            } else if peek == .sign("[") {
                steps.append(JSONPath.Step(isRecursive: false, subscripts: try bracketed()))
            } else {
                return steps
            }
        }
    }

    private mutating func bareword() throws(ActivityError) -> JSONPath.Subscript {
        if take("*") { return .all }
        guard case .name(let name)? = peek else { throw expected("a name or *") }
        position += 1
        guard peek == .sign("(") else { return .member(name) }
        return try call(name)
    }

    private mutating func bracketed() throws(ActivityError) -> [JSONPath.Subscript] {
        try deepen()
        defer { depth -= 1 }
        position += 1
        var subscripts = [try bracketedPart()]
        while take(",") { subscripts.append(try bracketedPart()) }
        guard take("]") else { throw expected("]") }
        return subscripts
    }

    private mutating func bracketedPart() throws(ActivityError) -> JSONPath.Subscript {
        switch peek {
        case .text(let name)?:
            position += 1
            return .member(name)
        case .number?:
            guard let index = try wholeNumber() else { throw expected("a whole number") }
            return peek == .sign(":") ? .slice(try slice(from: index)) : .element(index)
        case .sign(":")?: return .slice(try slice(from: nil))
        case .sign("*")?:
            position += 1
            return .all
        case .sign("?")?:
            position += 1
            guard take("(") else { throw expected("(") }
            let condition = try expression()
            guard take(")") else { throw expected(")") }
            return .filter(condition)
        case .sign("$")?, .sign("@")?: return .inner(try innerPath())
        case .name(let name)?:
            position += 1
            return try call(name)
        default: throw expected("what stands in brackets")
        }
    }

    private mutating func slice(from start: Int?) throws(ActivityError) -> JSONPath.Slice {
        position += 1
        let end = try wholeNumber()
        let step = try take(":") ? wholeNumber() : nil
        guard step != 0 else { throw ActivityError("the step of a slice cannot be 0") }
        return JSONPath.Slice(start: start, end: end, step: step)
    }

    private mutating func wholeNumber() throws(ActivityError) -> Int? {
        guard case .number(let number)? = peek else { return nil }
        guard let value = number.intValue, Self.wholeNumbers.contains(value) else {
            throw expected("a whole number")
        }
        position += 1
        return value
    }

    private mutating func innerPath() throws(ActivityError) -> JSONPath.Inner {
        let isFromRoot = peek == .sign("$")
        position += 1
        return JSONPath.Inner(isFromRoot: isFromRoot, steps: try steps())
    }

    private mutating func call(_ name: String) throws(ActivityError) -> JSONPath.Subscript {
        try deepen()
        defer { depth -= 1 }
        guard take("(") else { throw expected("(") }
        guard let function = JSONPath.Function(rawValue: name) else {
            let known = JSONPath.Function.allCases.map(\.rawValue).joined(separator: ", ")
            throw ActivityError("there is no function '\(name)'; accepted: \(known)")
        }
        var operands: [JSONPath.Operand] = []
        if !take(")") {
            repeat { operands.append(try operand()) } while take(",")
            guard take(")") else { throw expected(")") }
        }
        return .call(function, operands)
    }

    /// `or` binds closer than `and`.
    private mutating func expression() throws(ActivityError) -> JSONPath.Expression {
        try deepen()
        defer { depth -= 1 }
        var parts = [try alternatives()]
        while takeWord("and") { parts.append(try alternatives()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func alternatives() throws(ActivityError) -> JSONPath.Expression {
        var parts = [try condition()]
        while takeWord("or") { parts.append(try condition()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func condition() throws(ActivityError) -> JSONPath.Expression {
        try deepen()
        defer { depth -= 1 }
        if takeWord("not") { return .not(try condition()) }
        if take("(") {
            let inner = try expression()
            guard take(")") else { throw expected(")") }
            return inner
        }
        let left = try operand()
        guard case .sign(let sign)? = peek, let comparison = JSONPath.Comparison(rawValue: sign)
        else { return .exists(left) }
        position += 1
        if comparison == .equal, peek == .sign("=") {
            throw ActivityError("a path compares with one '='")
        }
        return .compare(left, comparison, try operand())
    }

    private mutating func operand() throws(ActivityError) -> JSONPath.Operand {
        if peek == .sign("$") || peek == .sign("@") { return .path(try innerPath()) }
        return .value(try value())
    }

    private mutating func value() throws(ActivityError) -> JSONValue {
        try deepen()
        defer { depth -= 1 }
        let token = peek
        position += 1
        switch token {
        case .text(let text)?: return .string(text)
        case .number(let number)?: return number
        case .word("true")?: return .bool(true)
        case .word("false")?: return .bool(false)
        case .word("null")?: return .null
        case .sign("[")?: return .array(try list())
        case .sign("{")?: return .object(try object())
        default:
            position -= 1
            throw expected("a value")
        }
    }

    private mutating func list() throws(ActivityError) -> [JSONValue] {
        if take("]") { return [] }
        var values = [try value()]
        while take(",") { values.append(try value()) }
        guard take("]") else { throw expected("]") }
        return values
    }

    private mutating func object() throws(ActivityError) -> JSONObject {
        var object = JSONObject()
        if take("}") { return object }
        repeat {
            guard case .text(let name)? = peek else { throw expected("a name in quotes") }
            position += 1
            guard take(":") else { throw expected(":") }
            object[name] = try value()
        } while take(",")
        guard take("}") else { throw expected("}") }
        return object
    }

    private mutating func deepen() throws(ActivityError) {
        guard depth < Self.depthLimit else { throw ActivityError("the path is nested too deep") }
        depth += 1
    }

    private var peek: JSONPathToken? { position < tokens.count ? tokens[position] : nil }

    private mutating func take(_ sign: String) -> Bool { take(token: .sign(sign)) }

    private mutating func takeWord(_ word: String) -> Bool { take(token: .word(word)) }

    private mutating func take(token: JSONPathToken) -> Bool {
        guard peek == token else { return false }
        position += 1
        return true
    }

    private func expected(_ what: String) -> ActivityError {
        let found = peek.map { "'\($0.spelling)'" } ?? "the end"
        return ActivityError("not a JSONPath: \(what) is expected where \(found) stands")
    }
}
