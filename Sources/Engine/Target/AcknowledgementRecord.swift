/// Which writes their client has been told to be taken, and when. A pure value, whose size follows
/// from the number of keys.
///
/// A proxy cannot tell: an answer that it has passed on may come when its client has given up.
struct AcknowledgementRecord: Sendable {
    private struct Entry {
        let sequence: Int
        let instant: ContinuousClock.Instant
    }

    /// The last ones of each key.
    private var keys: [String: [Entry]] = [:]

    mutating func add(_ sequence: Int, of key: String, at instant: ContinuousClock.Instant) {
        var entries = keys[key] ?? []
        if entries.count == DeliveryRecord.memory { entries.removeFirst() }
        entries.append(Entry(sequence: sequence, instant: instant))
        keys[key] = entries
    }

    /// Whether it was acknowledged before a moment.
    func holds(_ sequence: Int, of key: String, before instant: ContinuousClock.Instant) -> Bool {
        keys[key]?.contains { $0.sequence == sequence && $0.instant < instant } ?? false
    }
}
