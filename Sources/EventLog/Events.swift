/// An event to be appended. The log does not know what it means: a number and bytes.
public struct NewEvent: Equatable, Sendable {
    /// Chosen by the caller before the first attempt, so that a retry is recognised.
    public let id: EventID
    /// The protobuf field number of the event in `Record`, 16 or more.
    public let number: Int
    /// The encoded event.
    public let payload: [UInt8]
    /// The id must not exist anywhere in the log yet.
    public let isOnce: Bool

    public init(id: EventID, number: Int, payload: [UInt8], isOnce: Bool = false) {
        precondition(number >= 16, "Fields 1 to 15 of a record belong to the log.")
        self.id = id
        self.number = number
        self.payload = payload
        self.isOnce = isOnce
    }
}

/// An event as it stands in the log.
public struct RecordedEvent: Equatable, Sendable {
    /// From 1, without gaps, over the whole log.
    public let position: UInt64
    public let record: Record

    public init(position: UInt64, record: Record) {
        self.position = position
        self.record = record
    }
}

/// What the caller believes the stream to be.
public enum ExpectedRevision: Equatable, Sendable {
    /// The stream does not exist.
    case noStream
    /// The stream has exactly so many events.
    case exactly(UInt64)
    /// Whatever it is. A retry of such an append is not recognised, unless an event is `isOnce`.
    case any
}

/// Where the events of one append stand. They are durable.
public struct AppendReceipt: Equatable, Sendable {
    public let firstPosition: UInt64
    /// Of the first event; the stream's revisions count from 1.
    public let firstRevision: UInt64
    public let count: Int

    public var lastPosition: UInt64 { firstPosition + UInt64(count) - 1 }
    public var lastRevision: UInt64 { firstRevision + UInt64(count) - 1 }
}

/// How much of the log there is, and when its last event was recorded.
public struct LogHead: Equatable, Sendable {
    public let position: UInt64
    /// Microseconds since 1970.
    public let recorded: UInt64
}
