internal import LMDB

/// Streams by their numbers: without their names, which only their first events have.
extension EventReader {
    /// Where an event of a stream stands, by the number of the stream and its own in it.
    ///
    /// - Returns: `nil` if there is none.
    public func position(
        ofRevision revision: UInt64, inStreamNumbered stream: UInt64
    ) throws -> UInt64? {
        try slot.with { log in
            try log.environment.read {
                try log.position(ofRevision: revision, inStream: stream, in: $0)
            }
        }
    }

    /// The events of one stream after `revision`, in order, at most `limit`; none if there is no
    /// such stream.
    ///
    /// - Throws: `EventLogError`: `.archived` if they have left the log.
    public func events(
        ofStreamNumbered number: UInt64, after revision: UInt64 = 0, limit: Int = 1000
    ) throws -> [RecordedEvent] {
        if limit < 1 { return [] }
        return try slot.with { log in
            try log.environment.read { transaction in
                guard let stream = try log.end(ofStream: number, in: transaction) else { return [] }
                return try log.recordedEvents(
                    of: stream, after: revision, limit: limit, in: transaction)
            }
        }
    }

    /// The last event of a stream that has some number in `Record`, among those that stand before a
    /// position. It is searched for from there on backwards.
    ///
    /// - Returns: `nil` if there is none.
    public func lastEvent(
        numbered kind: Int, inStreamNumbered stream: UInt64, before limit: UInt64
    ) throws -> RecordedEvent? {
        try slot.with { log in
            try log.environment.read {
                try log.lastEvent(numbered: kind, inStream: stream, before: limit, in: $0)
            }
        }
    }
}

extension LogFile {
    /// The events of a stream after `revision`, in order, at most `limit`.
    func recordedEvents(
        of stream: StreamHead, after revision: UInt64, limit: Int,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws -> [RecordedEvent] {
        guard revision < stream.revision else { return [] }
        let last = revision + min(stream.revision - revision, UInt64(limit))
        var events: [RecordedEvent] = []
        for revision in revision + 1...last {
            let found = try position(
                ofRevision: revision, inStream: stream.number, in: transaction)
            guard let found else {
                throw EventLogError(
                    .damaged, "event \(revision) of stream \(stream.number) is not indexed")
            }
            events.append(
                RecordedEvent(position: found, record: try record(at: found, in: transaction)))
        }
        return events
    }

    /// The last event of a stream with some number, before a position.
    func lastEvent(
        numbered kind: Int, inStream stream: UInt64, before limit: UInt64,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws -> RecordedEvent? {
        var found: RecordedEvent?
        let key = AppendRow.key(stream: stream, revision: .max)
        try transaction.forEach(in: appends, from: key, direction: .backward) { key, value in
            let row = try appendRow(key, value)
            guard row.stream == stream else { return .stop }
            found = try lastEvent(numbered: kind, of: row, before: limit, in: transaction)
            return found == nil ? .continue : .stop
        }
        return found
    }

    private func lastEvent(
        numbered kind: Int, of append: AppendRow, before limit: UInt64,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws -> RecordedEvent? {
        let (end, isTooLarge) = append.firstPosition.addingReportingOverflow(append.count)
        var next = isTooLarge ? limit : min(end, limit)
        while next > append.firstPosition {
            next -= 1
            let position = next
            let found = try transaction.withValue(for: .integer(position), in: events) {
                try record($0, at: position, ofStream: append.stream, numbered: kind)
            }
            guard let match = found else { throw try missing(position, in: transaction) }
            if let match { return RecordedEvent(position: position, record: match) }
        }
        return nil
    }

    /// - Returns: `nil` for an event with another number.
    private func record(
        _ value: RawSpan, at position: UInt64, ofStream stream: UInt64, numbered kind: Int
    ) throws(EventLogError) -> Record? {
        guard let envelope = Envelope(ofReadable: value), envelope.stream == stream else {
            throw EventLogError(
                .damaged,
                "the index of appends does not lead to the event at position \(position)")
        }
        return envelope.number == kind ? Record(envelope, of: value) : nil
    }

    /// - Throws: `.damaged` if it is none.
    func appendRow(_ key: Key, _ value: RawSpan) throws(EventLogError) -> AppendRow {
        guard let row = AppendRow(key: key, value: value) else {
            throw EventLogError(.damaged, "a row of the index of appends is damaged")
        }
        return row
    }
}
