internal import Wire

/// What a JSON value may be, as JSON Schema says it.
indirect enum JSONSchema: Sendable {
    case anything
    case null
    case boolean
    case number
    case integer(ClosedRange<UInt64>)
    case text(format: String? = nil)
    case oneOf([String])
    case array(JSONSchema)
    /// Members that are not named here may be there too.
    case object([Member])
    /// Nothing but these members.
    case strictObject([Member])
    /// An object whose members are all alike.
    case map(JSONSchema)
    case orNull(JSONSchema)
    /// One of the schemas that the description names.
    case named(String)

    struct Member: Sendable {
        let name: String
        let schema: JSONSchema
        let isRequired: Bool

        init(_ name: String, _ schema: JSONSchema, isRequired: Bool = true) {
            (self.name, self.schema, self.isRequired) = (name, schema, isRequired)
        }
    }

    /// A number that counts, or that stands for a row or a position.
    static let count = JSONSchema.integer(0...9_007_199_254_740_991)
    static let time = JSONSchema.text(format: "date-time")

    func write(to writer: inout JSONWriter) {
        switch self {
        case .orNull(let schema):
            writer.object { object in
                object.name("anyOf")
                object.array { list in
                    schema.write(to: &list)
                    JSONSchema.null.write(to: &list)
                }
            }
        case .named(let name):
            writer.object { object in
                object.member("$ref", "#/components/schemas/\(name)")
            }
        default: writer.object { writeMembers(to: &$0) }
        }
    }

    private func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .anything, .orNull, .named: break
        case .null: object.member("type", "null")
        case .boolean: object.member("type", "boolean")
        case .number: object.member("type", "number")
        case .integer(let range):
            object.member("type", "integer")
            object.member("minimum", range.lowerBound)
            object.member("maximum", range.upperBound)
        case .text(let format):
            object.member("type", "string")
            if let format { object.member("format", format) }
        case .oneOf(let values):
            object.member("type", "string")
            object.name("enum")
            object.array { list in values.forEach { list.string($0) } }
        case .array(let items):
            object.member("type", "array")
            object.name("items")
            items.write(to: &object)
        case .object(let members): Self.write(members, isStrict: false, to: &object)
        case .strictObject(let members): Self.write(members, isStrict: true, to: &object)
        case .map(let values):
            object.member("type", "object")
            object.name("additionalProperties")
            values.write(to: &object)
        }
    }

    private static func write(
        _ members: [Member], isStrict: Bool, to object: inout JSONWriter
    ) {
        object.member("type", "object")
        object.name("properties")
        object.object { properties in
            for member in members {
                properties.name(member.name)
                member.schema.write(to: &properties)
            }
        }
        let required = members.filter(\.isRequired)
        if !required.isEmpty {
            object.name("required")
            object.array { list in required.forEach { list.string($0.name) } }
        }
        if isStrict {
            object.member("additionalProperties", false)
        }
    }
}
