internal import FaultProxy
internal import Synchronization

/// The writes that the storage took, as the proxy saw them: in which order, and how often.
final class WireRecord: Sendable {
    private struct Delivery {
        let sequence: Int
        /// The acknowledgement reached the client.
        let isAcknowledged: Bool
    }

    private let deliveries = Mutex<[String: [Delivery]]>([:])

    func record(_ operation: ProxiedOperation) {
        guard operation.method == "PUT", let status = operation.status,
            (200..<300).contains(status),
            let sequence = operation.metadata[Workload.sequenceHeader].flatMap(Int.init)
        else { return }
        let delivery = Delivery(sequence: sequence, isAcknowledged: operation.fault == nil)
        deliveries.withLock { $0[operation.key, default: []].append(delivery) }
    }

    /// Writes that the storage took after a later one of the same key.
    var orderViolations: Int {
        deliveries.withLock { deliveries in
            deliveries.values.reduce(0) { sum, list in
                var latest = 0
                return sum
                    + list.count { delivery in
                        defer { latest = max(latest, delivery.sequence) }
                        return delivery.sequence < latest
                    }
            }
        }
    }

    /// Writes that were sent again after their acknowledgement had arrived.
    var duplicates: Int {
        deliveries.withLock { deliveries in
            deliveries.values.reduce(0) { sum, list in
                var acknowledged: Set<Int> = []
                return sum
                    + list.count { delivery in
                        let isRepeated = acknowledged.contains(delivery.sequence)
                        if delivery.isAcknowledged { acknowledged.insert(delivery.sequence) }
                        return isRepeated
                    }
            }
        }
    }
}
