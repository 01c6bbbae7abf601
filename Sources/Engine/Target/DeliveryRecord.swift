/// In which order the writes of each key reached the storage. A pure value, whose size follows from
/// the number of keys and not from that of the writes.
struct DeliveryRecord: Sendable {
    /// So many acknowledged writes of a key are remembered. An older one that comes again is out of
    /// order in any case; it is just not counted as a duplicate too.
    static let memory = 32

    private struct Acknowledgement {
        let sequence: Int
        /// Writes that were sent later came again; `nil`: those that are told of later did.
        let instant: ContinuousClock.Instant?
    }

    private struct Key {
        var latest = 0
        /// The last ones, in their order.
        var acknowledged: [Acknowledgement] = []

        func holds(_ sequence: Int, before instant: ContinuousClock.Instant) -> Bool {
            acknowledged.contains { known in
                known.sequence == sequence && known.instant.map { $0 < instant } ?? true
            }
        }

        mutating func add(_ acknowledgement: Acknowledgement) {
            if acknowledged.count == DeliveryRecord.memory { acknowledged.removeFirst() }
            acknowledged.append(acknowledgement)
        }
    }

    private var keys: [String: Key] = [:]
    /// Writes that the storage took after a later one of the same key.
    private(set) var orderViolations = 0
    /// Writes that were sent again after their acknowledgement had arrived.
    private(set) var duplicates = 0

    /// The storage took a write.
    ///
    /// - Parameters:
    ///   - received: when it was sent.
    ///   - isAcknowledged: its acknowledgement reached the client.
    mutating func took(
        _ sequence: Int, of name: String, received: ContinuousClock.Instant = .now,
        isAcknowledged: Bool
    ) {
        var key = keys[name] ?? Key()
        if sequence < key.latest { orderViolations += 1 }
        key.latest = max(key.latest, sequence)
        if key.holds(sequence, before: received) {
            duplicates += 1
        } else if isAcknowledged {
            key.add(Acknowledgement(sequence: sequence, instant: nil))
        }
        keys[name] = key
    }

    /// The client says that it was told of a write. A proxy cannot tell: an answer that it has
    /// passed on may come when its client has given up.
    mutating func acknowledged(
        _ sequence: Int, of name: String, at instant: ContinuousClock.Instant
    ) {
        keys[name, default: Key()].add(Acknowledgement(sequence: sequence, instant: instant))
    }
}
