internal import DRTesting
internal import HTTPTypes
internal import Projections
internal import Wire

/// Reads the members of a body, strictly: what is unknown, or not what it should be, is gathered
/// and refused together, each with what would be accepted.
///
/// A member that is `null` is one that is not given.
struct JSONFields {
    private let object: JSONObject
    /// What is accepted of the members that were asked for.
    private var forms: [String: [String]] = [:]
    private var problems: [APIError.Detail] = []

    /// - Parameter body: no byte is as good as an object with no members.
    init(_ body: [UInt8]) throws(APIError) {
        if body.isEmpty {
            object = JSONObject()
            return
        }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(json: body)
        } catch {
            throw APIError(
                .badRequest, code: "invalid_json", "the body is no JSON: \(error)")
        }
        guard let object = value.objectValue else {
            throw APIError(
                .badRequest, code: "invalid_json",
                "the body must be a JSON object, and is \(value.kind)")
        }
        self.object = object
    }

    // MARK: Values

    mutating func text(_ name: String) -> String? {
        read(name, accepted: ["a text"]) { $0.stringValue }
    }

    mutating func choice(_ name: String, of values: [String]) -> String? {
        read(name, accepted: values) { value in
            value.stringValue.flatMap { values.contains($0) ? $0 : nil }
        }
    }

    /// One or more of the values.
    mutating func choices(_ name: String, of values: [String]) -> [String]? {
        read(name, accepted: ["a list of these:"] + values) { value in
            guard let elements = value.arrayValue, !elements.isEmpty else { return nil }
            let chosen = elements.compactMap(\.stringValue).filter { values.contains($0) }
            return chosen.count == elements.count ? chosen : nil
        }
    }

    /// The id of a row.
    mutating func id(_ name: String) -> UInt64? {
        read(name, accepted: [Self.idForm]) { value in
            value.intValue.flatMap { $0 > 0 ? UInt64($0) : nil }
        }
    }

    mutating func flag(_ name: String) -> Bool? {
        read(name, accepted: ["true", "false"]) { $0.boolValue }
    }

    mutating func number(_ name: String, in range: ClosedRange<UInt64>) -> UInt64? {
        let accepted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return read(name, accepted: [accepted]) { value in
            value.intValue.flatMap { UInt64(exactly: $0) }
                .flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// - Returns: microseconds since 1970.
    mutating func time(_ name: String) -> UInt64? {
        read(name, accepted: [Self.timeForm]) { $0.stringValue.flatMap { RFC3339.time($0) } }
    }

    /// When something ends: a date stands for its whole day, and ends with it.
    ///
    /// - Returns: microseconds since 1970.
    mutating func end(_ name: String) -> UInt64? {
        read(name, accepted: [Self.timeForm]) { value in
            guard let text = value.stringValue, let time = RFC3339.time(text) else { return nil }
            return text.utf8.count == 10 ? time + Self.day : time
        }
    }

    /// An object of texts, numbers and booleans, in its order.
    mutating func values(_ name: String) -> [NamedValue]? {
        let accepted = ["an object whose members are texts, numbers, true or false"]
        return read(name, accepted: accepted) { value in
            guard let members = value.objectValue?.members else { return nil }
            let values = members.compactMap { member in
                Self.text(of: member.value).map { NamedValue(member.key, $0) }
            }
            return values.count == members.count ? values : nil
        }
    }

    private static let day: UInt64 = 86_400_000_000
    private static let idForm = "a whole number from 1"
    private static let timeForm = "a date or a time in UTC, as 2026-11-23T08:30:00Z"

    private static func text(of value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .int, .bigInt, .double, .bool: value.text()
        case .null, .array, .object: nil
        }
    }

    // MARK: What is wrong

    mutating func refuse(_ name: String, _ message: String, accepted: [String] = []) {
        problems.append(APIError.Detail(field: name, message: message, accepted: accepted))
    }

    /// Refuses a request that does not give a member. What would be accepted is known when it was
    /// asked for before.
    mutating func require(_ names: [String]) {
        for name in names where !has(name) {
            refuse(name, "is missing", accepted: forms[name] ?? [])
        }
    }

    /// Whether a member is given.
    func has(_ name: String) -> Bool { object[name].map { !$0.isNull } ?? false }

    /// Called when every member has been asked for.
    ///
    /// - Throws: `invalid_field` if anything is wrong.
    func finish() throws(APIError) {
        let unknown = object.keys.filter { forms[$0] == nil }.map { name in
            APIError.Detail(
                field: name, message: "is not a field of this request",
                accepted: forms.keys.sorted())
        }
        if !(problems + unknown).isEmpty { throw .invalidFields(problems + unknown) }
    }

    // MARK: Reading

    private mutating func read<Value>(
        _ name: String, accepted: [String], _ convert: (JSONValue) -> Value?
    ) -> Value? {
        forms[name] = accepted
        guard let value = object[name], !value.isNull else { return nil }
        if let converted = convert(value) { return converted }
        refuse(name, "is \(Self.words(for: value))", accepted: accepted)
        return nil
    }

    /// A value that is not accepted, in the words of its sender if they are few.
    private static func words(for value: JSONValue) -> String {
        switch value {
        case .string(let text) where text.utf8.count <= 80: "'\(text)'"
        case .int(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        default: value.kind
        }
    }
}
