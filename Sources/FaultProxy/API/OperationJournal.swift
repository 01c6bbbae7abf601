internal import Synchronization

/// The last requests of a proxy, numbered from 1 in the order in which they ended.
final class OperationJournal: Sendable {
    static let maximumOperations = 100_000
    /// Of what the clients wrote into them: long names must not fill the memory.
    private static let maximumTextBytes = 32 << 20

    private struct Entry {
        let operation: ProxiedOperation
        let textBytes: Int
    }

    private struct Journal {
        var entries: [Entry] = []
        /// How many at the front of `entries` are given up.
        var dropped = 0
        var newest = 0
        var textBytes = 0

        var count: Int { entries.count - dropped }
        var oldest: Int { newest - count + 1 }

        mutating func dropFirst() {
            textBytes -= entries[dropped].textBytes
            dropped += 1
            // Seldom, so that a long list costs little for each request.
            if dropped > 1000, dropped > count / 4 {
                entries.removeFirst(dropped)
                dropped = 0
            }
        }
    }

    /// A part of the journal.
    struct Page: Sendable {
        /// 1 more than `newest` if there are none.
        let oldest: Int
        let newest: Int
        let operations: [(number: Int, operation: ProxiedOperation)]
    }

    private let journal = Mutex(Journal())

    func add(_ operation: ProxiedOperation) {
        let entry = Entry(operation: operation, textBytes: operation.textBytes)
        journal.withLock { journal in
            journal.entries.append(entry)
            journal.newest += 1
            journal.textBytes += entry.textBytes
            while journal.count > Self.maximumOperations
                || journal.textBytes > Self.maximumTextBytes
            {
                journal.dropFirst()
            }
        }
    }

    /// - Parameter number: those after it.
    func page(after number: Int, limit: Int) -> Page {
        journal.withLock { journal in
            let first = min(max(number + 1, journal.oldest), journal.newest + 1)
            let count = min(limit, journal.newest + 1 - first)
            let start = journal.dropped + first - journal.oldest
            let operations = journal.entries[start..<start + count].enumerated().map {
                (number: first + $0.offset, operation: $0.element.operation)
            }
            return Page(oldest: journal.oldest, newest: journal.newest, operations: operations)
        }
    }
}

extension ProxiedOperation {
    fileprivate var textBytes: Int {
        metadata.reduce(method.utf8.count + bucket.utf8.count + key.utf8.count + agent.utf8.count) {
            $0 + $1.key.utf8.count + $1.value.utf8.count
        }
    }

    /// - Parameter number: in the order in which they ended.
    func json(number: Int) -> JSON {
        let marks = metadata.sorted { $0.key < $1.key }.map {
            JSON.Member(name: $0.key, value: .string($0.value))
        }
        return [
            "number": .integer(number), "sequence": .integer(sequence), "method": .string(method),
            "bucket": .string(bucket), "key": .string(key), "agent": .string(agent),
            "metadata": .object(marks), "invocation": .text(invocation),
            "received_ns": .integer(ProxyClock.nanoseconds(of: received)),
            "finished_ns": .integerOrNull(finished.map { ProxyClock.nanoseconds(of: $0) }),
            "fault": .text(fault?.toxicType.rawValue),
            "status": .integerOrNull(status.map { Int64($0) }),
        ]
    }
}

extension Fault.Kind {
    /// The toxic that puts it in force.
    var toxicType: ToxicType {
        switch self {
        case .hang: .hang
        case .refuse: .down
        case .resetBeforeForwarding: .reset
        case .resetAfterAnswer: .lostAcknowledgement
        case .status: .status
        case .latency: .requestLatency
        case .bandwidth: .answerBandwidth
        case .truncate: .truncate
        case .corrupt: .corrupt
        case .lateDelivery: .lateDelivery
        case .staleRead: .staleRead
        }
    }
}
