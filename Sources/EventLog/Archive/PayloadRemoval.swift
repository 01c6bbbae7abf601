internal import LMDB
internal import Merkle

/// Removes from the log what the log says is archived, a little at a time, so that no append waits
/// for long and a full disk can be helped.
///
/// May stop anywhere and be begun again: each transaction moves the first position held together
/// with what it removes. Hashes and indexes stay, and so do the events of lasting streams.
struct PayloadRemoval: Sendable {
    static let standardBatchSize: UInt64 = 1000

    let reader: EventReader
    let turnstile: Turnstile
    /// How many positions one transaction covers.
    let batchSize: UInt64
    /// The numbers of the streams that never end, as far as they have begun.
    private let lasting: Set<UInt64>

    init(reader: EventReader, turnstile: Turnstile, batchSize: UInt64) throws {
        (self.reader, self.turnstile, self.batchSize) = (reader, turnstile, batchSize)
        let names = try reader.streamNames()
        lasting = Set(names.filter { !$0.value.hasPrefix(ArchivePlan.streamPrefix) }.keys)
    }

    /// One transaction.
    ///
    /// - Returns: the first position held now; beyond the segment if nothing is left to remove.
    func removeBatch(of segment: RecordedSegment) throws -> UInt64 {
        turnstile.enter()
        var hasTurn = true
        defer { if hasTurn { turnstile.leave() } }
        do {
            return try reader.slot.with { log in
                try log.environment.write { transaction in
                    turnstile.leave()
                    hasTurn = false
                    let first = try log.number("first", in: transaction)
                    if first > segment.segment.last { return first }
                    guard first >= segment.segment.first else {
                        throw EventLogError(.damaged, "the archived segments have a gap")
                    }
                    try log.note(segment, in: transaction)
                    let next = min(first + batchSize, segment.segment.last + 1)
                    for position in first..<next {
                        let stream = try log.record(at: position, in: transaction).stream
                        if lasting.contains(stream) { continue }
                        try transaction.remove(.integer(position), in: log.events)
                    }
                    try transaction.put(
                        next.bigEndianBytes, for: .name("first"), in: log.meta)
                    try transaction.commit()
                    return next
                }
            }
        } catch let error as LMDBError {
            reader.slot.reopenIfBroken()
            throw EventLogError(
                .writeFailed,
                "archived events could not be removed from the log; nothing is lost: "
                    + "give the command again", cause: error)
        }
    }
}
