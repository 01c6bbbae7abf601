public import Wire
internal import Yams

extension JSONValue {
    /// Reads one YAML document as PyYAML's `safe_load` does, with YAML 1.1's ideas of what a plain
    /// scalar is: `yes` is true, `010` is 8, `1:30` is 90, and `1e3` is a text.
    ///
    /// It differs where JSON has no such value or the file is a mistake: dates stay texts, names
    /// become texts as `json.dumps` makes them, and a name given twice, `.inf`, `.nan`, sets,
    /// binary data and tags of somebody's own are refused. An empty text is `null`.
    public init(yaml text: String) throws(JSONError) {
        var reader = YAMLReader()
        self = try reader.document(text)
    }
}

/// Turns the nodes of a YAML document into a value, and bounds what aliases make of them.
private struct YAMLReader {
    private static let byteLimit = 1 << 20
    private static let nodeLimit = 100_000
    /// So many aliases of aliases in the names of a mapping stand for 2^12 nodes at most.
    private static let aliasesInNamesLimit = 24

    private var nodes = 0
    private var depth = 0

    mutating func document(_ text: String) throws(JSONError) -> JSONValue {
        guard text.utf8.count <= Self.byteLimit else {
            throw JSONError(line: 1, column: 1, message: "the text has more than 1 MiB")
        }
        guard !Self.mayExplode(text) else {
            throw JSONError(line: 1, column: 1, message: "too many aliases beside names")
        }
        guard let root = try Self.root(of: text) else { return .null }
        return try value(of: root)
    }

    private static func root(of text: String) throws(JSONError) -> Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw JSONError(error)
        } catch {
            throw JSONError(line: 1, column: 1, message: "\(error)")
        }
    }

    private mutating func value(of node: Node) throws(JSONError) -> JSONValue {
        nodes += 1
        guard nodes <= Self.nodeLimit else {
            throw failure(node, "aliases make more than \(Self.nodeLimit) values")
        }
        guard depth < JSONValue.depthLimit else {
            throw failure(node, "nested deeper than \(JSONValue.depthLimit) levels")
        }
        depth += 1
        defer { depth -= 1 }
        switch node {
        case .scalar(let scalar): return try Self.value(of: scalar, in: node)
        case .sequence(let sequence):
            try Self.check(sequence.tag, is: .seq, in: node)
            var values: [JSONValue] = []
            for element in sequence { values.append(try value(of: element)) }
            return .array(values)
        case .mapping(let mapping):
            try Self.check(mapping.tag, is: .map, in: node)
            return .object(try members(of: mapping))
        case .alias: throw failure(node, "an alias of nothing")
        }
    }

    /// What `<<` merges in comes first, and gives way to the mapping's own members.
    private mutating func members(of mapping: Node.Mapping) throws(JSONError) -> JSONObject {
        var object = JSONObject()
        for (key, value) in mapping where Self.isMerge(key) {
            // Of several merged mappings the earlier one counts.
            let sources: [Node] = value.sequence.map { Array($0.reversed()) } ?? [value]
            for source in sources {
                guard case .object(let members) = try self.value(of: source) else {
                    throw failure(source, "'<<' merges mappings only")
                }
                for member in members.members { object[member.key] = member.value }
            }
        }
        for (key, value) in mapping where !Self.isMerge(key) {
            guard let scalar = key.scalar else {
                throw failure(key, "the name of a member has to be a text")
            }
            object[Self.name(try Self.value(of: scalar, in: key))] = try self.value(of: value)
        }
        return object
    }

    private static func isMerge(_ key: Node) -> Bool {
        guard let scalar = key.scalar else { return false }
        return scalar.string == "<<"
            && (scalar.tag.rawValue.isEmpty || scalar.tag.rawValue == Tag.Name.merge.rawValue)
    }

    /// The name that `json.dumps` gives to a member whose name is not a text.
    private static func name(_ value: JSONValue) -> String {
        value.stringValue ?? value.text()
    }

    private static func value(
        of scalar: Node.Scalar, in node: Node
    ) throws(JSONError) -> JSONValue {
        let tag = scalar.tag.rawValue
        let texts: [Tag.Name] = [.str, .nonSpecific, .timestamp]
        if texts.contains(where: { $0.rawValue == tag }) { return .string(scalar.string) }
        guard let value = YAMLScalar.value(of: scalar.string) else {
            throw failure(node, "\(scalar.string) is no number of JSON")
        }
        switch (tag, value) {
        case ("", _), (Tag.Name.int.rawValue, .int), (Tag.Name.int.rawValue, .bigInt),
            (Tag.Name.bool.rawValue, .bool), (Tag.Name.null.rawValue, .null),
            (Tag.Name.float.rawValue, .double):
            return value
        case (Tag.Name.float.rawValue, _):
            if let number = value.doubleValue ?? Double(scalar.string), number.isFinite {
                return .double(number)
            }
            throw failure(node, "'\(scalar.string)' is not what its tag says")
        case (Tag.Name.int.rawValue, _), (Tag.Name.bool.rawValue, _), (Tag.Name.null.rawValue, _):
            throw failure(node, "'\(scalar.string)' is not what its tag says")
        default: throw failure(node, "the tag \(tag) is not supported")
        }
    }

    private static func check(
        _ tag: Tag, is expected: Tag.Name, in node: Node
    ) throws(JSONError) {
        let accepted = ["", Tag.Name.nonSpecific.rawValue, expected.rawValue]
        guard accepted.contains(tag.rawValue) else {
            throw failure(node, "the tag \(tag.rawValue) is not supported")
        }
    }

    /// Whether names may be made of aliases of aliases.
    ///
    /// The parser compares the names of each mapping, before anything can be counted, and would
    /// follow such a name for ever. A name that is no scalar stands on one line with its colon, or
    /// behind a question mark; in doubt this says yes.
    private static func mayExplode(_ text: String) -> Bool {
        var aliases = 0
        var isNearName = false
        for line in text.utf8.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }) {
            var isAfterAlias = false
            var before = UInt8(ascii: " ")
            for byte in line {
                if byte == UInt8(ascii: "*"), !isWordByte(before) {
                    aliases += 1
                    isAfterAlias = true
                }
                if byte == UInt8(ascii: ":"), isAfterAlias { isNearName = true }
                if before == UInt8(ascii: "?"), !isWordByte(byte) { isNearName = true }
                before = byte
            }
            if before == UInt8(ascii: "?") { isNearName = true }
        }
        return aliases > aliasesInNamesLimit && isNearName
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte >= 0x80 || Character(Unicode.Scalar(byte)).isLetter
            || Character(Unicode.Scalar(byte)).isNumber
    }

    private func failure(_ node: Node, _ message: String) -> JSONError {
        Self.failure(node, message)
    }

    private static func failure(_ node: Node, _ message: String) -> JSONError {
        JSONError(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1, message: message)
    }
}

extension JSONError {
    fileprivate init(_ error: YamlError) {
        switch error {
        case .duplicatedKeysInMapping(let names, let context):
            self.init(
                line: context.mark.line, column: context.mark.column,
                message: "\(names.sorted().joined(separator: ", ")) is given twice")
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(line: mark.line, column: mark.column, message: "not YAML: \(problem)")
        default:
            self.init(line: 1, column: 1, message: "not YAML")
        }
    }
}
