public import Merkle
internal import LMDB

/// Reads a log. Every call is one short transaction and blocks on page faults: call it from a
/// queue of your own, or through `EventStore`, never from the cooperative pool.
///
/// What was read up to a position never changes, so callers bind to a position and read on from
/// there; no snapshot is held between two calls.
public final class EventReader: Sendable {
    public let directory: DataDirectory
    /// 32 hexadecimal digits.
    public let logID: String
    /// The name of the log in its checkpoints, as of the opening: reopening a log changes it.
    public let origin: String
    let slot: LogSlot
    private let hostGuard: HostGuard?

    /// Opens a log that exists, without changing anything in it.
    ///
    /// - Parameter checkingHeads: whether the log must continue its head that is kept outside.
    ///   Without it reads whoever is to find out what is wrong.
    /// - Throws: `EventLogError`: `.noLog`, `.notOurs`, `.headsDiffer`.
    public convenience init(_ directory: DataDirectory, checkingHeads: Bool = true) throws {
        try directory.requireLog()
        try directory.checkFileSystem()
        // Without the right to write there is no lock to share, and no reader table to break.
        let hostGuard = try HostGuard.ifWritable(directory)
        try self.init(
            directory,
            slot: LogSlot { try LogFile(directory, readOnly: true, mapSize: nil) },
            hostGuard: hostGuard)
        if checkingHeads { try checkHeadOutside() }
    }

    init(_ directory: DataDirectory, slot: LogSlot, hostGuard: HostGuard?) throws {
        self.directory = directory
        self.slot = slot
        self.hostGuard = hostGuard
        let logID = Hexadecimal.encode(try slot.with { try $0.logID() })
        self.logID = logID
        let epoch = try slot.with { log in try log.environment.read { try log.epoch(in: $0) } }
        self.origin = LogOrigin(logID: logID, epoch: epoch).description
    }

    public func head() throws -> LogHead {
        try slot.with { log in try log.environment.read { try log.head(in: $0) } }
    }

    /// The events from `position` on, in order: at most `limit`, and at most 4 MB of them.
    ///
    /// - Throws: `EventLogError`: `.archived` if `position` is no longer in the log.
    public func events(from position: UInt64, limit: Int = 1000) throws -> [RecordedEvent] {
        if limit < 1 { return [] }
        return try slot.with { log in
            var events: [RecordedEvent] = []
            var bytes = 0
            try log.environment.read { transaction in
                try log.checkHeld(max(position, 1), in: transaction)
                try transaction.forEach(in: log.events, from: .integer(max(position, 1))) {
                    key, value in
                    guard case .integer(let position) = key else { return .stop }
                    let record = try LogFile.decode(value, at: position)
                    events.append(RecordedEvent(position: position, record: record))
                    bytes += value.byteCount
                    return events.count < limit && bytes < 4 << 20 ? .continue : .stop
                }
            }
            return events
        }
    }

    /// The events of one stream after `revision`, in order, at most `limit`.
    public func events(
        ofStream name: String, after revision: UInt64 = 0, limit: Int = 1000
    ) throws -> [RecordedEvent] {
        if limit < 1 { return [] }
        return try slot.with { log in
            try log.environment.read { transaction in
                guard let stream = try log.stream(name, in: transaction) else { return [] }
                return try log.recordedEvents(
                    of: stream, after: revision, limit: limit, in: transaction)
            }
        }
    }

    /// The name of a stream by its number.
    public func streamNames() throws -> [UInt64: String] {
        try slot.with { log in
            var names: [UInt64: String] = [:]
            try log.environment.read { transaction in
                try transaction.forEach(in: log.streams) { key, value in
                    guard case .bytes(let name) = key else { return .stop }
                    let stream = try StreamHead(stored: value.withUnsafeBytes { Array($0) })
                    names[stream.number] = String(decoding: name, as: UTF8.self)
                    return .continue
                }
            }
            return names
        }
    }

    /// How many events a stream has; 0 if there is none of that name.
    public func revision(ofStream name: String) throws -> UInt64 {
        try slot.with { log in
            try log.environment.read { try log.stream(name, in: $0)?.revision ?? 0 }
        }
    }

    /// The position of an event that was appended as `isOnce`.
    public func position(ofOnce id: EventID) throws -> UInt64? {
        try slot.with { log in
            try log.environment.read { transaction in
                try transaction.value(for: .bytes(id.bytes), in: log.once)
                    .map { UInt64(bigEndianBytes: $0) }
            }
        }
    }

    /// The first position recorded at `time` (microseconds since 1970) or later: one after the
    /// head if there is none.
    ///
    /// - Throws: `EventLogError`: `.archived` if it is no longer in the log.
    public func position(recordedAtOrAfter time: UInt64) throws -> UInt64 {
        try slot.with { log in
            try log.environment.read { transaction in
                let first = try log.number("first", in: transaction)
                var (low, high) = (first, try log.head(in: transaction).position + 1)
                while low < high {
                    let middle = low + (high - low) / 2
                    let recorded = try log.record(at: middle, in: transaction).recorded
                    if recorded < time { low = middle + 1 } else { high = middle }
                }
                if low == first { try log.checkNotArchived(since: time, in: transaction) }
                return low
            }
        }
    }

    /// The root of the tree over the first `size` events.
    public func root(ofSize size: UInt64) throws -> MerkleHash {
        try slot.with { log in
            try log.environment.read { try Tiles.root(ofSize: size, of: log, in: $0) }
        }
    }

    /// The checkpoint with the greatest size.
    public func lastCheckpoint() throws -> SignedNote? {
        try slot.with { log in
            try log.environment.read { transaction in
                try transaction.last(of: log.checkpoints)
                    .map { try SignedNote(parsing: String(decoding: $0.value, as: UTF8.self)) }
            }
        }
    }
}
