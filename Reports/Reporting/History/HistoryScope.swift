internal import EventLog

/// Which events of a log a history is made from.
struct HistoryScope: Equatable {
    let period: Period
    /// The events of the period, up to the head: `last` is before `first` if there is none.
    let first: UInt64
    let last: UInt64
    /// The last event that is looked at.
    let head: UInt64
    /// When the head was recorded, in microseconds since 1970. So is `judgedAt`.
    let generatedAt: UInt64
    let judgedAt: UInt64
    /// The number of the stream of the one test that the history is of; `nil`: it is of all.
    let incident: UInt64?

    var range: ClosedRange<UInt64>? { first <= last ? first...last : nil }

    /// Runs that began before this position may have ended before the period.
    var before: UInt64 { min(first, head + 1) }

    /// - Throws: `HistoryError`; `EventLogError` with `.archived` if events of the period have left
    ///   the log.
    init(_ request: HistoryRequest, _ reader: EventReader) throws {
        let end = try reader.head().position
        if let asOf = request.asOf, asOf < 1 || asOf > end {
            throw HistoryError(
                .noEvent,
                "the log has no event at position \(asOf): it ends at \(end). Read it as of one "
                    + "from 1 to \(end)")
        }
        if let incident = request.incident {
            try self.init(incident: incident, asOf: request.asOf, end: end, reader)
        } else {
            try self.init(
                request.period, asOf: request.asOf, judgement: request.judgement, reader)
        }
    }

    private init(
        _ period: Period, asOf: UInt64?, judgement: HistoryRequest.Judgement?,
        _ reader: EventReader
    ) throws {
        let first = try reader.position(recordedAtOrAfter: period.start)
        let after = try reader.position(recordedAtOrAfter: period.end)
        // A log begins with an event of its own: a period before it has nothing else to show.
        let head =
            try asOf ?? Self.lastNotOfReport(in: first..<max(first, after), reader)
            ?? max(first, 2) - 1
        let generatedAt = try Self.recorded(head, reader)
        let isOver = try Self.isOver(period, at: head, next: after, judgement, reader)
        self.init(
            period: period, first: first, last: min(head, max(after, 1) - 1), head: head,
            generatedAt: generatedAt, judgedAt: isOver ? period.end : generatedAt, incident: nil)
    }

    /// Whether a period came to its end with its head, as somebody knows or the log shows: then
    /// what is due can be judged at the end. Of a head in the middle of it that is not so, however
    /// the log goes on: what was run after such a head is not looked at, and nobody was late with
    /// it.
    ///
    /// - Parameter next: the position of the first event after the period.
    private static func isOver(
        _ period: Period, at head: UInt64, next: UInt64,
        _ judgement: HistoryRequest.Judgement?, _ reader: EventReader
    ) throws -> Bool {
        if head >= next { return true }
        if judgement == .head { return false }
        if try lastNotOfReport(in: head + 1..<next, reader) != nil { return false }
        if judgement == .end { return true }
        return try goesOn(from: next, recordedSince: period.end, reader)
    }

    /// A test is over when it has ended, whatever the log says after it.
    private init(
        incident id: UInt64, asOf: UInt64?, end: UInt64, _ reader: EventReader
    ) throws {
        let last = asOf ?? end
        guard id > 0, id <= last, let first = try reader.events(from: id, limit: 1).first,
            first.position == id, first.record.number == RunEvent.requested,
            first.record.revision == 1
        else { throw HistoryError(.noTest, "no test begins at position \(id)") }
        let finish = try reader.lastEvent(
            numbered: RunEvent.finished, inStreamNumbered: first.record.stream, before: last + 1)
        guard let finish,
            let period = Period(
                .incident, from: first.record.recorded, to: finish.record.recorded.addingClamped(1))
        else {
            throw HistoryError(
                .notEnded, "test \(id) had not ended by position \(last): wait for its end")
        }
        let head = asOf ?? finish.position
        self.init(
            period: period, first: id, last: finish.position, head: head,
            generatedAt: try Self.recorded(head, reader), judgedAt: period.end,
            incident: first.record.stream)
    }

    private init(
        period: Period, first: UInt64, last: UInt64, head: UInt64, generatedAt: UInt64,
        judgedAt: UInt64, incident: UInt64?
    ) {
        (self.period, self.first, self.last, self.head) = (period, first, last, head)
        (self.generatedAt, self.judgedAt, self.incident) = (generatedAt, judgedAt, incident)
    }

    // MARK: Reading

    /// An event that says that a report was made.
    private static let reportGenerated = 85
    /// So many events one read gives, however large they are.
    private static let batch: UInt64 = 64

    private static func recorded(_ position: UInt64, _ reader: EventReader) throws -> UInt64 {
        guard let event = try reader.events(from: position, limit: 1).first,
            event.position == position
        else { throw HistoryError(.noEvent, "the log has no event at position \(position)") }
        return event.record.recorded
    }

    /// The last event that is not about a report.
    ///
    /// - Parameter positions: all of them held.
    static func lastNotOfReport(
        in positions: Range<UInt64>, _ reader: EventReader
    ) throws -> UInt64? {
        var end = positions.upperBound
        while end > positions.lowerBound {
            let start = end - min(batch, end - positions.lowerBound)
            let events = try reader.events(from: start, limit: Int(end - start))
            let found = events.last {
                $0.position < end && $0.record.number != reportGenerated
            }
            if let found { return found.position }
            end = start
        }
        return nil
    }

    /// Whether the log has an event from a position on, and of a time on, that is not about a
    /// report.
    private static func goesOn(
        from position: UInt64, recordedSince time: UInt64, _ reader: EventReader
    ) throws -> Bool {
        var next = position
        while true {
            let events = try reader.events(from: next, limit: Int(batch))
            guard let last = events.last else { return false }
            let goesOn = events.contains {
                $0.record.number != reportGenerated && $0.record.recorded >= time
            }
            if goesOn { return true }
            next = last.position + 1
        }
    }
}
