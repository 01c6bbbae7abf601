import Wire

/// Holds a document to a JSON Schema, as far as the schemas of reports use the language: a word of
/// it that is not known here is a complaint.
struct SchemaCheck {
    private let root: JSONValue

    init(_ schema: String) throws { root = try JSONValue(json: schema) }

    /// What is not as the schema says.
    func complaints(about document: JSONValue) -> [String] {
        complaints(about: document, root, at: "")
    }

    private func complaints(
        about value: JSONValue, _ schema: JSONValue, at place: String
    ) -> [String] {
        guard let rules = schema.objectValue else { return ["\(place): the schema is no object"] }
        return rules.members.flatMap { word, rule in
            let complaints = broken(word, rule, schema, value, at: place)
            return complaints.map { place.isEmpty ? $0 : "\(place): \($0)" }
        }
    }

    private func broken(
        _ word: String, _ rule: JSONValue, _ schema: JSONValue, _ value: JSONValue,
        at place: String
    ) -> [String] {
        func unless(_ holds: Bool) -> [String] { holds ? [] : ["\(word) \(rule.text())"] }
        switch word {
        case "$schema", "$id", "$defs", "title", "description", "additionalProperties", "required":
            return []
        case "$ref": return complaints(about: value, definition(rule), at: place)
        case "const": return unless(value == rule)
        case "enum": return unless(rule.arrayValue?.contains(value) == true)
        case "oneOf":
            let fitting = (rule.arrayValue ?? []).count {
                complaints(about: value, $0, at: place).isEmpty
            }
            return unless(fitting == 1)
        case "type": return unless(Self.has(value, type: rule))
        case "properties": return members(of: value, rule, schema, at: place)
        case "items":
            return (value.arrayValue ?? []).enumerated().flatMap { index, element in
                complaints(about: element, rule, at: "\(place)/\(index)")
            }
        case "minItems":
            return unless(value.arrayValue.map { $0.count >= rule.intValue ?? 0 } ?? true)
        case "maxItems":
            return unless(value.arrayValue.map { $0.count <= rule.intValue ?? 0 } ?? true)
        case "minimum":
            return unless(value.doubleValue.map { $0 >= rule.doubleValue ?? 0 } ?? true)
        case "maximum":
            return unless(value.doubleValue.map { $0 <= rule.doubleValue ?? 0 } ?? true)
        case "pattern":
            guard let text = value.stringValue else { return [] }
            let pattern = rule.stringValue.flatMap { try? Regex($0) }
            return unless(pattern.map { text.firstMatch(of: $0) != nil } ?? false)
        default: return ["the word \(word) is not known"]
        }
    }

    /// All members that are named are required, and there are no others.
    private func members(
        of value: JSONValue, _ named: JSONValue, _ schema: JSONValue, at place: String
    ) -> [String] {
        guard let object = value.objectValue, let properties = named.objectValue else {
            return ["it is no object"]
        }
        var complaints: [String] = []
        let required = (schema["required"]?.arrayValue ?? []).compactMap(\.stringValue)
        if required.sorted() != properties.keys.sorted() {
            complaints.append("not all members are required")
        }
        if schema["additionalProperties"] != .bool(false) { complaints.append("it is open") }
        if object.keys != properties.keys {
            let others = Set(object.keys).symmetricDifference(properties.keys).sorted()
            complaints.append("members, or their order: \(others)")
        }
        for (name, rule) in properties.members {
            guard let member = object[name] else { continue }
            complaints += self.complaints(about: member, rule, at: "\(place)/\(name)")
        }
        return complaints
    }

    private func definition(_ reference: JSONValue) -> JSONValue {
        let name = reference.stringValue?.split(separator: "/").last.map { String($0) }
        return name.flatMap { root["$defs"]?[$0] } ?? .null
    }

    private static func has(_ value: JSONValue, type: JSONValue) -> Bool {
        if let types = type.arrayValue { return types.contains { has(value, type: $0) } }
        return switch (value, type.stringValue ?? "") {
        case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.array, "array"),
            (.object, "object"), (.int, "integer"), (.bigInt, "integer"), (.int, "number"),
            (.bigInt, "number"), (.double, "number"):
            true
        default: false
        }
    }
}
