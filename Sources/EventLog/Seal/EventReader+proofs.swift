internal import LMDB
public import Merkle

/// Proofs that need nothing of the log but its hashes, also of events that are archived.
extension EventReader {
    /// The path that proves the event at `position` to be in the tree over the first `size` events,
    /// lowest sibling first (RFC 6962 §2.1.1). It is leaf `position - 1`.
    ///
    /// - Throws: `EventLogError`: `.noEvent` if the log has not so many events.
    public func inclusionProof(
        of position: UInt64, inTreeOfSize size: UInt64
    ) throws -> [MerkleHash] {
        precondition(0 < position && position <= size, "The event lies outside the tree.")
        return try slot.with { log in
            try log.environment.read { transaction in
                try log.checkIsThere(size, in: transaction)
                return try TreeProof.inclusion(of: position - 1, inTreeOfSize: size) {
                    try Tiles.chunk(level: $0, index: $1, of: log, in: transaction)
                }
            }
        }
    }

    /// The path that proves the tree over the first `old` events to be the beginning of the one
    /// over the first `new` (RFC 6962 §2.1.2). Empty if they are equal.
    ///
    /// - Throws: `EventLogError`: `.noEvent` if the log has not so many events.
    public func consistencyProof(from old: UInt64, to new: UInt64) throws -> [MerkleHash] {
        precondition(
            0 < old && old <= new, "A consistency proof goes from a smaller tree, not empty.")
        return try slot.with { log in
            try log.environment.read { transaction in
                try log.checkIsThere(new, in: transaction)
                return try TreeProof.consistency(from: old, to: new) {
                    try Tiles.chunk(level: $0, index: $1, of: log, in: transaction)
                }
            }
        }
    }

    /// The proof that an event is in the log, under the newest checkpoint, in one file that needs
    /// nothing else. It holds the stored bytes of the event, unless they are archived.
    ///
    /// - Throws: `EventLogError`: `.noEvent`; `.notSealed` if no checkpoint covers the event yet.
    public func logProof(of position: UInt64) throws -> LogProof {
        try slot.with { log in
            try log.environment.read { transaction in
                try log.checkIsThere(position, in: transaction)
                let last = try transaction.last(of: log.checkpoints)
                guard let last, case .bytes(let key) = last.key,
                    UInt64(bigEndianBytes: key) >= position
                else {
                    throw EventLogError(
                        .notSealed,
                        "no checkpoint covers position \(position) yet: run dr-audit checkpoint")
                }
                let size = UInt64(bigEndianBytes: key)
                if size > (try log.head(in: transaction).position) {
                    throw EventLogError(
                        .damaged,
                        "the last checkpoint covers more than the log has: run dr-audit verify")
                }
                let path = try TreeProof.inclusion(of: position - 1, inTreeOfSize: size) {
                    try Tiles.chunk(level: $0, index: $1, of: log, in: transaction)
                }
                return LogProof(
                    index: position - 1, path: path,
                    extra: try transaction.value(for: .integer(position), in: log.events),
                    checkpoint: String(decoding: last.value, as: UTF8.self))
            }
        }
    }

    /// The bytes of an event as they are stored; `nil` if there is no such event, or no longer.
    public func storedValue(at position: UInt64) throws -> [UInt8]? {
        try slot.with { log in
            try log.environment.read {
                try $0.value(for: .integer(position), in: log.events)
            }
        }
    }
}

extension LogFile {
    fileprivate func checkIsThere(
        _ position: UInt64, in transaction: borrowing some Transaction & ~Copyable
    ) throws {
        let last = try head(in: transaction).position
        if position < 1 || position > last {
            throw EventLogError(
                .noEvent, "there is no event at position \(position): the log ends at \(last)")
        }
    }
}
