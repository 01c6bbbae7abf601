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
        runKey = EventID(derivedFrom: Self.bytes(["run", caller.subject, name]), at: 0)
    }

    /// A UUID version 8 that is the same for the same parts.
    static func id(_ parts: [String]) -> EventID { EventID(derivedFrom: bytes(parts)) }

    private static func bytes(_ parts: [String]) -> [UInt8] {
        parts.flatMap { Array("\($0.utf8.count):\($0)".utf8) }
    }
}
