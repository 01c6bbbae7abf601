internal import LMDB
internal import Merkle

extension LogFile {
    /// Makes the marks and the first event of a new log, unless it has them.
    /// - Throws: `.notOurs` if the file is not empty and not a log; it is then left as it is.
    func createIfNeeded(logID: [UInt8], eventID: EventID, time: UInt64) throws {
        try environment.write { transaction in
            if try transaction.count(of: meta) > 0 { return }
            try transaction.put(Self.magic, for: .name("magic"), in: meta)
            try transaction.put(Self.format.bigEndianBytes, for: .name("format"), in: meta)
            try transaction.put(logID, for: .name("log_id"), in: meta)
            try transaction.put(UInt64(1).bigEndianBytes, for: .name("first"), in: meta)
            var writer = GroupWriter(log: self, head: LogHead(position: 0, recorded: 0), now: time)
            let created = NewEvent(
                id: eventID, number: LogEvent.created,
                payload: LogEvent.created(logID: logID, format: Self.format))
            try writer.append(created, in: transaction)
            _ = try Tiles.append(writer.newLeaves, to: MerkleFrontier(), of: self, in: transaction)
            try write(writer.head, in: transaction)
            try transaction.commit()
        }
    }
}

extension GroupWriter {
    /// Appends one of the log's own events to its own stream.
    mutating func append(_ event: NewEvent, in transaction: borrowing WriteTransaction) throws {
        let request = AppendRequest(
            events: [event], stream: LogEvent.streamName, expected: .any, deadline: .now,
            finish: { _ in })
        _ = try append(request, in: transaction)
    }

    /// Before the first event whose time is held back by more than a second, says so.
    mutating func noteClockBehindLog(
        using clock: LogClock, in transaction: borrowing WriteTransaction
    ) throws {
        guard head.position > 0, Record.isHeldBack(head.recorded, clock: clock.now()) else {
            return
        }
        let last = try log.record(at: head.position, in: transaction)
        if last.isHeldBack { return }
        var generator = SystemRandomNumberGenerator()
        let event = NewEvent(
            id: EventID(time: clock.now(), using: &generator), number: LogEvent.clockBehindLog,
            payload: LogEvent.clockBehindLog(clock: clock.now(), recorded: head.recorded))
        try append(event, in: transaction)
    }
}
