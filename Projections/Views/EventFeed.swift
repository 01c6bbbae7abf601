public import EventLog

/// Where the events of a log are read: those that left it for an archive, from there.
public struct EventSource: Sendable {
    /// Gives at most so many events from a position on, in order.
    public typealias Archive = @Sendable (_ from: UInt64, _ limit: Int) throws -> [RecordedEvent]

    let reader: EventReader
    private let archive: Archive?
    private let firstPosition: UInt64

    /// - Parameter archive: gives the events before the first one that the log still holds. It may
    ///   block.
    public init(_ reader: EventReader, archive: Archive? = nil) throws {
        (self.reader, self.archive) = (reader, archive)
        firstPosition = try archive == nil ? 1 : reader.firstPosition()
    }

    /// - Throws: `EventLogError` with `.archived` for events that are in an archive that is not
    ///   given.
    func events(from position: UInt64, limit: Int) throws -> [RecordedEvent] {
        if let archive, position < firstPosition {
            let events = try archive(position, limit).filter { $0.position < firstPosition }
            if events.isEmpty {
                throw ViewError(.archiveIncomplete, "the archive lacks the event at \(position)")
            }
            return events
        }
        return try reader.events(from: position, limit: limit)
    }
}

/// Reads and decodes events on threads of their own, while those before are folded.
struct EventFeed {
    let source: EventSource
    let filter: EventFilter

    /// Hands over what is known of the events after `position`, up to and with `last`, in batches,
    /// and the last position of each.
    func forEachBatch(
        after position: UInt64, upTo last: UInt64,
        _ body: ([FoldStep], _ position: UInt64) throws -> Void
    ) throws {
        guard position < last else { return }
        let reading = ParallelReading(
            read: { [source] in try source.events(from: $0, limit: $1) },
            make: { [filter] events in events.compactMap { FoldStep($0, filter) } })
        try reading.forEach(in: position + 1...last, body)
    }
}
