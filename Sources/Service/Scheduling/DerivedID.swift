internal import Crypto
internal import EventLog

/// An id that follows from what it stands for: whoever asks, and however often, gets the same.
struct DerivedID {
    private let digest: [UInt8]

    init(_ parts: [String]) {
        digest = Array(SHA256.hash(data: Array(parts.joined(separator: "\0").utf8)))
    }

    /// A UUID of version 8.
    var eventID: EventID {
        var bytes = Array(digest.prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        guard let id = EventID(bytes) else { preconditionFailure("An id has 16 bytes.") }
        return id
    }

    /// A UUID of version 7.
    func key(at time: UInt64) -> EventID {
        var bits = DigestBits(bytes: digest[...])
        return EventID(time: time, using: &bits)
    }
}

/// What stands in for chance.
private struct DigestBits: RandomNumberGenerator {
    var bytes: ArraySlice<UInt8>

    mutating func next() -> UInt64 {
        precondition(bytes.count >= 8, "A digest has the bits of one id.")
        defer { bytes.removeFirst(8) }
        return bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
