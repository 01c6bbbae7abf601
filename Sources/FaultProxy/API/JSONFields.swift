/// The members of an object as Go reads them into a structure: names in any case, the last of one
/// name counts, what nobody knows is ignored, and `null` changes nothing.
struct JSONFields {
    /// What Go calls the structure, for what it says of a member that does not fit.
    private let owner: String
    /// What stands before the names of the members there.
    private let path: String
    private let members: [JSON.Member]

    /// - Throws: if it is neither an object nor `null`.
    init(_ json: JSON, of owner: String, in module: String = "toxiproxy") throws(ControlError) {
        switch json {
        case .object(let members): self.members = members
        case .null: members = []
        default:
            throw .badBody(
                "json: cannot unmarshal \(json.kind) into Go value of type \(module).\(owner)")
        }
        (self.owner, path) = (owner, "")
    }

    private init(_ members: [JSON.Member], of owner: String, path: String) {
        (self.members, self.owner, self.path) = (members, owner, path)
    }

    /// The members of an object that is itself a member; none if it is not there.
    func fields(_ name: String, of owner: String) throws(ControlError) -> JSONFields {
        switch value(name) {
        case nil: return JSONFields([], of: owner, path: "\(path)\(name).")
        case .object(let members): return JSONFields(members, of: owner, path: "\(path)\(name).")
        case .some(let other): throw mismatch(other.kind, name, "toxics.\(owner)")
        }
    }

    func text(_ name: String) throws(ControlError) -> String? {
        switch value(name) {
        case nil: return nil
        case .string(let text): return text
        case .some(let other): throw mismatch(other.kind, name, "string")
        }
    }

    func bool(_ name: String) throws(ControlError) -> Bool? {
        switch value(name) {
        case nil: return nil
        case .bool(let value): return value
        case .some(let other): throw mismatch(other.kind, name, "bool")
        }
    }

    func integer(_ name: String) throws(ControlError) -> Int64? {
        switch value(name) {
        case nil: return nil
        case .number(let text):
            guard let value = Int64(text) else {
                throw mismatch("number \(text)", name, "int64")
            }
            return value
        case .some(let other): throw mismatch(other.kind, name, "int64")
        }
    }

    func float(_ name: String) throws(ControlError) -> Float? {
        switch value(name) {
        case nil: return nil
        case .number(let text):
            guard let value = Float(text), value.isFinite else {
                throw mismatch("number \(text)", name, "float32")
            }
            return value
        case .some(let other): throw mismatch(other.kind, name, "float32")
        }
    }

    func texts(_ name: String) throws(ControlError) -> [String]? {
        switch value(name) {
        case nil: return nil
        case .array(let elements):
            var texts: [String] = []
            for element in elements {
                guard case .string(let text) = element else {
                    throw mismatch(element.kind, name, "string")
                }
                texts.append(text)
            }
            return texts
        case .some(let other): throw mismatch(other.kind, name, "[]string")
        }
    }

    private func value(_ name: String) -> JSON? {
        members.last { $0.name.lowercased() == name && $0.value != .null }?.value
    }

    private func mismatch(_ kind: String, _ name: String, _ type: String) -> ControlError {
        .badBody(
            "json: cannot unmarshal \(kind) into Go struct field \(owner).\(path)\(name) "
                + "of type \(type)")
    }
}

extension JSON {
    /// What Go calls it.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
