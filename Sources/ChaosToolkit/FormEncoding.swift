internal import Wire

/// Arguments as the text of a query or a form, as Python's `requests` makes it.
enum FormEncoding {
    static func text(of arguments: JSONValue) throws(ActivityError) -> String {
        switch arguments {
        case .string(let text): return text
        case .object(let object):
            return pairs(object.members.map { ($0.key, $0.value) })
        case .array(let values):
            var members: [(String, JSONValue)] = []
            for value in values {
                guard case .array(let pair) = value, pair.count == 2 else {
                    throw ActivityError("a list of arguments has to be made of pairs")
                }
                members.append((pair[0].pythonString, pair[1]))
            }
            return pairs(members)
        default: throw ActivityError("\(arguments.kind) cannot be sent as arguments")
        }
    }

    /// A list stands for its name several times, an object for its names, and nothing for nothing.
    private static func pairs(_ members: [(String, JSONValue)]) -> String {
        members.flatMap { name, value -> [String] in
            let values: [JSONValue] =
                switch value {
                case .array(let values): values
                case .object(let object): object.keys.map { .string($0) }
                default: [value]
                }
            return values.filter { !$0.isNull }.map { value in
                encoded(name) + "=" + encoded(value.pythonString)
            }
        }.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        text.percentEncoded(leaving: " ").replacing(" ", with: "+")
    }
}
