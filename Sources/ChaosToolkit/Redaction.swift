internal import FoundationEssentials
public import Wire

/// Puts the names of secrets in the place of their values, wherever these are in a text.
///
/// A secret is found as it is, and as other texts contain it: with percent signs in an address,
/// escaped in JSON, and in Base64. One with fewer than four characters is only found where it is a
/// whole text, since half of a record would be taken for it. What was changed in any other way,
/// such as a hash, is not found.
public struct Redaction: Sendable {
    private static let shortestPart = 4

    private struct Spelling: Sendable {
        let bytes: [UInt8]
        let name: [UInt8]
        let isWholeOnly: Bool
    }

    /// The longest first: one secret may contain another.
    private let spellings: [Spelling]

    public init(_ secrets: Secrets) {
        var spellings: [Spelling] = []
        for scope in secrets.scopes {
            for member in scope.values.members {
                let name = Array("${\(member.key)}".utf8)
                for text in Self.texts(of: member.value) {
                    for form in Self.forms(of: text) where !form.isEmpty {
                        spellings.append(
                            Spelling(
                                bytes: Array(form.utf8), name: name,
                                isWholeOnly: text.unicodeScalars.count < Self.shortestPart))
                    }
                }
            }
        }
        self.spellings = spellings.sorted { $0.bytes.count > $1.bytes.count }
    }

    /// The value without secrets in its texts, in the names of its members, and in its numbers.
    public func apply(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): return .string(apply(text))
        case .int, .bigInt, .double:
            let text = value.pythonString
            let isSecret = spellings.contains { spelling in
                !spelling.isWholeOnly && spelling.bytes.elementsEqual(text.utf8)
            }
            return isSecret ? .string(apply(text)) : value
        case .array(let values): return .array(values.map(apply))
        case .object(let object):
            return .object(JSONObject(object.members.map { (apply($0.key), apply($0.value)) }))
        case .null, .bool: return value
        }
    }

    /// The text without secrets.
    public func apply(_ text: String) -> String {
        if spellings.isEmpty { return text }
        let bytes = Array(text.utf8)
        if let whole = spellings.first(where: { $0.bytes == bytes }) {
            return String(decoding: whole.name, as: UTF8.self)
        }
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let rest = bytes[position...]
            let found = spellings.first { spelling in
                !spelling.isWholeOnly && spelling.bytes[0] == bytes[position]
                    && rest.starts(with: spelling.bytes)
            }
            result.append(contentsOf: found?.name ?? [bytes[position]])
            position += found?.bytes.count ?? 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The texts that a secret consists of: a secret may be a whole object.
    private static func texts(of value: JSONValue) -> [String] {
        switch value {
        case .null, .bool: []
        case .array(let values): values.flatMap(texts)
        case .object(let object): object.members.flatMap { texts(of: $0.value) }
        default: [value.pythonString]
        }
    }

    private static func forms(of text: String) -> Set<String> {
        let trimmed = text.trimmedWhitespace
        return Set(
            [text, trimmed].flatMap { text in
                [
                    text, text.percentEncoded(leaving: ""),
                    text.percentEncoded(leaving: " ").replacing(" ", with: "+"),
                    String(JSONValue.string(text).text().dropFirst().dropLast()),
                    String(JSONValue.string(text).text(isASCII: true).dropFirst().dropLast()),
                    text.base64,
                ]
            })
    }
}

extension String {
    /// With `%XX` for each byte that is not a letter, a digit, or one of `-._~` and these.
    func percentEncoded(leaving others: String) -> String {
        let kept = Set("-._~".utf8).union(others.utf8)
        var encoded: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                encoded.append(byte)
            case _ where kept.contains(byte): encoded.append(byte)
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded.append(contentsOf: ("%" + (byte < 16 ? "0" : "") + digits).utf8)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    fileprivate var base64: String { Data(utf8).base64EncodedString() }
}
