/// What may be stored under which name, as far as it can be told without asking a storage.
///
/// Callers that promise to store something later ask first: what every storage refuses can never be
/// stored.
public enum ObjectRules {
    /// In UTF-8.
    public static let maximumKeyBytes = 1024
    /// Names and values together, in UTF-8: of R2, which takes most. AWS takes 2048.
    public static let maximumMetadataBytes = 8192

    /// Why no storage takes an object of this name and metadata, in words; `nil` if one may.
    public static func objection(
        toKey key: String, metadata: [String: String] = [:]
    ) -> String? {
        if key.isEmpty { return "a key has at least one byte" }
        if key.utf8.count > maximumKeyBytes {
            return "a key has at most \(maximumKeyBytes) bytes, this one \(key.utf8.count)"
        }
        let size = metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        if size > maximumMetadataBytes {
            return "metadata have at most \(maximumMetadataBytes) bytes, these \(size)"
        }
        if Set(metadata.keys.map { $0.lowercased() }).count < metadata.count {
            return "names of metadata differ in case only"
        }
        return metadata.lazy.compactMap { objection(toHeader: $0.key, value: $0.value) }.first
    }

    /// Names are tokens, and values have no control characters but tabs (RFC 9110, 5.5 and 5.6.2).
    static func objection(toHeader name: String, value: String) -> String? {
        if name.isEmpty || !name.utf8.allSatisfy(isTokenByte) {
            return "'\(name.filter { $0.isLetter })' is no name of a header: letters, digits and "
                + "!#$%&'*+-.^_`|~ are"
        }
        let isText = value.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }
        return isText ? nil : "the value of '\(name)' has control characters"
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
