internal import EventLog

/// An id that follows from what it stands for: whoever asks, and however often, gets the same.
struct DerivedID {
    private let bytes: [UInt8]

    init(_ parts: [String]) { bytes = Array(parts.joined(separator: "\0").utf8) }

    /// A UUID of version 8.
    var eventID: EventID { EventID(derivedFrom: bytes) }

    /// A UUID of version 7.
    func key(at time: UInt64) -> EventID { EventID(derivedFrom: bytes, at: time) }
}
