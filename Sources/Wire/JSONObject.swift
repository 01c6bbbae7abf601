/// The members of an object, in their order. Each name is there once.
public struct JSONObject: Sendable {
    public private(set) var members: [(key: String, value: JSONValue)] = []
    private var positions: [Name: Int] = [:]

    public init() {}

    /// Of two members with one name the later stays, in the place of the first.
    public init(_ members: [(String, JSONValue)]) {
        for (key, value) in members { self[key] = value }
    }

    public var keys: [String] { members.map(\.key) }
    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }

    /// A new member becomes the last one; `nil` removes a member.
    public subscript(key: String) -> JSONValue? {
        get { positions[Name(key)].map { members[$0].value } }
        set {
            let name = Name(key)
            switch (positions[name], newValue) {
            case (let position?, let value?): members[position].value = value
            case (nil, let value?):
                positions[name] = members.count
                members.append((key, value))
            case (let position?, nil): remove(at: position)
            case (nil, nil): break
            }
        }
    }

    /// The same members with other values.
    public func mapValues<Failure: Error>(
        _ transform: (JSONValue) throws(Failure) -> JSONValue
    ) throws(Failure) -> JSONObject {
        var result = self
        for index in members.indices {
            result.members[index].value = try transform(members[index].value)
        }
        return result
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        positions = [:]
        for (index, member) in members.enumerated() { positions[Name(member.key)] = index }
    }

    /// Two spellings of one accented letter are one `String` to Swift, and two names in JSON.
    private struct Name: Hashable, Sendable {
        let bytes: [UInt8]

        init(_ text: String) { bytes = Array(text.utf8) }
    }
}

extension JSONObject: Equatable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral members: (String, JSONValue)...) { self.init(members) }
}
