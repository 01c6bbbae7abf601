internal import LMDB
internal import Merkle

extension LogFile {
    private static let changePrefix = Array("key/".utf8)

    /// How often the log was reopened, at least: part of its origin.
    func epoch(in transaction: borrowing some Transaction & ~Copyable) throws -> UInt64 {
        guard let stored = try transaction.value(for: .name("epoch"), in: meta) else { return 0 }
        guard stored.count == 8 else {
            throw EventLogError(.damaged, "the log has no valid 'epoch' mark")
        }
        return UInt64(bigEndianBytes: stored)
    }

    func write(epoch: UInt64, in transaction: borrowing WriteTransaction) throws {
        try transaction.put(epoch.bigEndianBytes, for: .name("epoch"), in: meta)
    }

    // MARK: Changes of the key

    /// Finds the event at `position` again without a search through the log.
    func noteKeyChange(at position: UInt64, in transaction: borrowing WriteTransaction) throws {
        let stored = try transaction.value(for: .integer(position), in: events) ?? []
        try transaction.put(
            stored, for: .bytes(Self.changePrefix + position.bigEndianBytes), in: meta)
    }

    /// The keys one after another.
    ///
    /// - Throws: `.damaged` if a note is not the event that the tree holds.
    func keyChain(in transaction: borrowing some Transaction & ~Copyable) throws -> KeyChain {
        var rows: [(position: UInt64, stored: [UInt8])] = []
        try transaction.forEach(in: meta, from: .bytes(Self.changePrefix)) { key, value in
            guard case .bytes(let key) = key, key.starts(with: Self.changePrefix) else {
                return .stop
            }
            let position = UInt64(bigEndianBytes: key.dropFirst(Self.changePrefix.count))
            rows.append((position, value.withUnsafeBytes { Array($0) }))
            return .continue
        }
        var chain = KeyChain()
        for (position, stored) in rows {
            guard position > 0, try leafHash(at: position, in: transaction) == .leaf(stored),
                let change = try keyChange(stored, at: position)
            else {
                throw EventLogError(.damaged, "the log's note of a change of its key is damaged")
            }
            chain.add(change)
        }
        return chain
    }

    private func keyChange(_ stored: [UInt8], at position: UInt64) throws -> KeyChange? {
        let record = try Self.decode(stored, at: position)
        do {
            return try KeyChange(record, at: position)
        } catch {
            throw EventLogError(
                .damaged, "the change of the key at position \(position) cannot be read",
                cause: error)
        }
    }

    // MARK: Events of the log's own

    /// Appends one event to the log's own stream.
    ///
    /// - Returns: the new head, which ends with it.
    func appendOwn(
        _ event: NewEvent, clock: LogClock, in transaction: borrowing WriteTransaction
    ) throws -> LogHead {
        var planner = try planner(
            at: head(in: transaction), now: clock.checkedNow(), in: transaction)
        try planner.noteClockBehindLog(clock.now(), in: transaction)
        try planner.add(event, in: transaction)
        let plan = planner.finished()
        try plan.write(to: self, in: transaction)
        return plan.head
    }
}
