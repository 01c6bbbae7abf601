internal import Crypto
internal import EventLog

/// By what a request is known that is sent again: the `Idempotency-Key` of one caller.
struct RequestKey: Sendable {
    /// Of the event that keeps its answer.
    let answerID: EventID
    /// Of the run that it starts, if it starts one: a UUID of version 7.
    let runKey: EventID
    let keyDigest: [UInt8]
    /// Of what is asked.
    let requestDigest: [UInt8]

    /// - Parameter route: the method and the path, with its query.
    /// - Throws: `invalid_parameter` if the key has another form than one can have.
    init(
        _ name: String, of caller: Caller, _ route: String, body: [UInt8]
    ) throws(APIError) {
        let isVisible = name.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        guard (1...255).contains(name.utf8.count), isVisible else {
            throw .badParameter(
                "Idempotency-Key", "is not accepted",
                accepted: ["1 to 255 visible characters of ASCII"])
        }
        keyDigest = Array(SHA256.hash(data: Array(name.utf8)))
        requestDigest = Array(SHA256.hash(data: Array(route.utf8) + [0] + body))
        answerID = Self.id(["answer", caller.subject, name])
        // Whoever sends the request again does not know when it was sent first, so neither does
        // the key.
        var bits = DigestBits(Self.digest(["run", caller.subject, name]))
        runKey = EventID(time: 0, using: &bits)
    }

    /// A UUID version 8 that is the same for the same parts.
    static func id(_ parts: [String]) -> EventID {
        var bytes = Array(digest(parts).prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        guard let id = EventID(bytes) else { preconditionFailure("An id has 16 bytes.") }
        return id
    }

    private static func digest(_ parts: [String]) -> [UInt8] {
        var text: [UInt8] = []
        for part in parts { text += Array("\(part.utf8.count):".utf8) + Array(part.utf8) }
        return Array(SHA256.hash(data: text))
    }
}

/// What stands in for chance where an id has to follow from something.
private struct DigestBits: RandomNumberGenerator {
    private var bytes: ArraySlice<UInt8>

    init(_ digest: [UInt8]) { bytes = digest[...] }

    mutating func next() -> UInt64 {
        precondition(bytes.count >= 8, "A digest has the bits of one id.")
        defer { bytes.removeFirst(8) }
        return bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
