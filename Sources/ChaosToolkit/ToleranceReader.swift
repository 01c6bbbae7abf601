internal import Wire

extension Tolerance {
    /// A tolerance without a probe in it: those need the reader of activities.
    init(object value: JSONValue) throws(ActivityError) {
        raw = value
        switch value["type"]?.stringValue {
        case "regex": form = try Self.regex(value)
        case "jsonpath": form = try Self.jsonPath(value)
        case "range": form = try Self.range(value)
        case let type:
            throw ActivityError(
                "the type '\(type ?? "")' is not known; accepted: regex, jsonpath, range, probe")
        }
    }

    /// A tolerance that is a boolean, a whole number, a text, or a list of such.
    init(literal value: JSONValue) throws(ActivityError) {
        raw = value
        form = .literal(value)
        switch value {
        case .bool, .int, .bigInt, .string, .array: break
        case .null, .double, .object:
            throw ActivityError(
                "\(value.kind) is no tolerance; accepted: a boolean, a whole number, a text, a "
                    + "list, or an object with a 'type'")
        }
    }

    init(probe: Activity, raw: JSONValue) {
        self.raw = raw
        form = .probe(probe)
    }

    private static func regex(_ value: JSONValue) throws(ActivityError) -> Form {
        guard case .string(let pattern)? = value["pattern"] else {
            throw ActivityError("'pattern' has to be a text")
        }
        if !pattern.contains("${") { _ = try PythonPattern(pattern) }
        return .regex(pattern: .string(pattern), target: try target(of: value))
    }

    private static func jsonPath(_ value: JSONValue) throws(ActivityError) -> Form {
        guard case .string(let path)? = value["path"] else {
            throw ActivityError("'path' has to be a text")
        }
        if !path.contains("${") { _ = try JSONPath(path) }
        return .jsonPath(
            path: path, target: try target(of: value), count: value["count"],
            expect: value["expect"])
    }

    private static func range(_ value: JSONValue) throws(ActivityError) -> Form {
        guard case .array(let bounds)? = value["range"], bounds.count == 2,
            bounds.allSatisfy({ ExactDecimal($0) != nil })
        else { throw ActivityError("'range' has to be a list of two numbers") }
        return .range(low: bounds[0], high: bounds[1], target: try target(of: value))
    }

    private static func target(of value: JSONValue) throws(ActivityError) -> String? {
        switch value["target"] {
        case nil, .null?: return nil
        case .string(let target)?: return target
        default: throw ActivityError("'target' has to be the name of a part of the output")
        }
    }
}
