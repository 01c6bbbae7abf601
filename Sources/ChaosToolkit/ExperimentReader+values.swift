public import Wire

/// The configuration and the secrets.
extension ExperimentReader {
    mutating func configuration(_ value: JSONValue?) -> Configuration {
        var entries: [Configuration.Entry] = []
        for member in members(value, at: "configuration").members {
            let path = "configuration.\(member.key)"
            // A variable may also be another declaration of the value.
            let declared = variables[member.key] ?? member.value
            if let value = configurationValue(declared, at: path) {
                entries.append(Configuration.Entry(name: member.key, value: value))
            }
        }
        return Configuration(entries: entries)
    }

    private mutating func configurationValue(
        _ value: JSONValue, at path: String
    ) -> Configuration.Value? {
        switch value["type"]?.stringValue {
        case "env": return environmentValue(value, at: path).map { .given($0) }
        case "probe": return activity(value, at: path).map { .probe($0) }
        default: return .given(value)
        }
    }

    private mutating func environmentValue(_ value: JSONValue, at path: String) -> JSONValue? {
        guard case .string(let key)? = value["key"] else {
            fail(path + ".key", "the name of a variable of the environment is expected")
            return nil
        }
        guard let found = environment[key].map(JSONValue.string) ?? value["default"] else {
            fail(path, "\(key) is not in the environment, and there is no 'default'")
            return nil
        }
        do {
            return try found.converted(to: value["env_var_type"] ?? .null)
        } catch {
            fail(path, "\(key): \(error.message)")
            return nil
        }
    }

    mutating func secrets(_ value: JSONValue?) -> Secrets {
        var scopes: [Secrets.Scope] = []
        for member in members(value, at: "secrets").members {
            let path = "secrets.\(member.key)"
            let isScope = member.value.objectValue != nil && !Self.isReference(member.value)
            guard let found = secret(member.value, at: path) else { continue }
            // A secret outside of any scope is one by itself.
            let values = isScope ? found.objectValue ?? JSONObject() : [member.key: found]
            scopes.append(Secrets.Scope(name: member.key, values: values))
        }
        return Secrets(scopes: scopes)
    }

    private static func isReference(_ value: JSONValue) -> Bool {
        ["env", "vault"].contains(value["type"]?.stringValue)
    }

    private mutating func secret(_ value: JSONValue, at path: String) -> JSONValue? {
        guard case .object(let object) = value else { return value }
        switch value["type"]?.stringValue {
        case "vault":
            fail(path, "secrets of Vault are not supported; give it by {type: env, key: NAME}")
            return nil
        case "env":
            guard case .string(let key)? = value["key"] else {
                fail(path + ".key", "the name of a variable of the environment is expected")
                return nil
            }
            guard let found = environment[key] else {
                fail(path, "\(key) is not in the environment")
                return nil
            }
            return .string(found)
        default:
            var members = JSONObject()
            for member in object.members {
                members[member.key] = secret(member.value, at: "\(path).\(member.key)")
            }
            return .object(members)
        }
    }

    private mutating func members(_ value: JSONValue?, at path: String) -> JSONObject {
        switch value {
        case nil, .null?: return JSONObject()
        case .object(let object)?: return object
        case let other?:
            fail(path, "an object is expected, not \(other.kind)")
            return JSONObject()
        }
    }
}

extension JSONValue {
    /// The value as another type, as Chaos Toolkit makes it of a variable of the environment.
    ///
    /// - Parameter type: the type's name, or null for no conversion.
    public func converted(to type: JSONValue) throws(ActivityError) -> JSONValue {
        switch type {
        case .null, "str", "string", "bytes": return self
        case "int", "integer": return try wholeNumber()
        case "float", "number":
            let text = pythonString.trimmedWhitespace.replacing("_", with: "")
            guard let number = doubleValue ?? Double(text), number.isFinite else {
                throw unfit(for: "a number")
            }
            return .double(number)
        case "bool":
            if boolValue != nil { return self }
            guard case .string(let text) = self else { throw unfit(for: "a boolean") }
            return .bool(!["false", "0", "no"].contains(text.lowercased()))
        case "json":
            guard case .string(let text) = self, !text.isEmpty else { return self }
            do {
                return try JSONValue(json: text)
            } catch {
                throw unfit(for: "JSON")
            }
        default:
            throw ActivityError(
                "the type \(type.text()) is not known; "
                    + "accepted: str, int, float, bool, bytes, json")
        }
    }

    private func wholeNumber() throws(ActivityError) -> JSONValue {
        switch self {
        case .int, .bigInt: return self
        case .bool(let flag): return .int(flag ? 1 : 0)
        case .double(let number):
            guard let whole = Int(exactly: number.rounded(.towardZero)) else {
                throw unfit(for: "a whole number")
            }
            return .int(whole)
        case .string(let text):
            let digits = text.trimmedWhitespace.replacing("_", with: "")
            guard digits.wholeMatch(of: #/[+-]?[0-9]+/#) != nil else {
                throw unfit(for: "a whole number")
            }
            return Int(digits).map { .int($0) } ?? .bigInt(digits.replacing("+", with: ""))
        case .null, .array, .object: throw unfit(for: "a whole number")
        }
    }

    /// Without the value, which may be a secret.
    private func unfit(for what: String) -> ActivityError {
        ActivityError("the value is not \(what)")
    }
}
