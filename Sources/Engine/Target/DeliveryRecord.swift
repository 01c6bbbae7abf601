/// In which order the writes of each key reached the storage. A pure value, whose size follows from
/// the number of keys and not from that of the writes.
struct DeliveryRecord: Sendable {
    /// So many acknowledged writes of a key are remembered. An older one that comes again is out of
    /// order in any case; it is just not counted as a duplicate too.
    static let memory = 32

    private struct Key {
        var latest = 0
        /// The last ones, in the order of their acknowledgement.
        var acknowledged: [Int] = []

        mutating func took(_ sequence: Int, isAcknowledged: Bool) -> (isLate: Bool, isKnown: Bool) {
            let isLate = sequence < latest
            latest = max(latest, sequence)
            let isKnown = acknowledged.contains(sequence)
            if isAcknowledged, !isKnown {
                if acknowledged.count == DeliveryRecord.memory { acknowledged.removeFirst() }
                acknowledged.append(sequence)
            }
            return (isLate, isKnown)
        }
    }

    private var keys: [String: Key] = [:]
    /// Writes that the storage took after a later one of the same key.
    private(set) var orderViolations = 0
    /// Writes that were sent again after their acknowledgement had arrived.
    private(set) var duplicates = 0

    /// The storage took a write.
    ///
    /// - Parameter isAcknowledged: its acknowledgement reached the client.
    mutating func took(_ sequence: Int, of key: String, isAcknowledged: Bool) {
        let (isLate, isKnown) = keys[key, default: Key()].took(
            sequence, isAcknowledged: isAcknowledged)
        if isLate { orderViolations += 1 }
        if isKnown { duplicates += 1 }
    }
}
