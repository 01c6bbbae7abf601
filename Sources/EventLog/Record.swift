internal import Merkle
public import Wire

/// One stored value: the envelope (fields 1 to 15) and one event (field 16 or more, the last).
///
/// The bytes are canonical protobuf. The position is not among them: it is the key, and the index
/// of the leaf in the tree.
public struct Record: Equatable, Sendable {
    /// The most bytes a record may have. Larger evidence is a file, named by its SHA-256.
    public static let maximumSize = 65_536

    public let id: EventID
    /// When it was recorded, in microseconds since 1970: never less than of the event before.
    public let recorded: UInt64
    /// What the clock really said, if that was something else.
    public let clock: UInt64
    /// The number of the stream, from 1 in the order of their creation.
    public let stream: UInt64
    /// The number of the event in its stream, from 1.
    public let revision: UInt64
    /// The name of the stream, in its first event only.
    public let streamName: String
    /// How many events of the same append follow.
    public let following: UInt64
    public let isOnce: Bool
    public let number: Int
    public let payload: [UInt8]

    init(
        event: NewEvent, recorded: UInt64, clock: UInt64, stream: UInt64, revision: UInt64,
        streamName: String, following: UInt64
    ) {
        self.id = event.id
        self.recorded = recorded
        self.clock = clock
        self.stream = stream
        self.revision = revision
        self.streamName = revision == 1 ? streamName : ""
        self.following = following
        self.isOnce = event.isOnce
        self.number = event.number
        self.payload = event.payload
    }

    /// - Parameter value: as it is stored.
    /// - Throws: `WireError` for what is no record.
    public init(stored value: [UInt8]) throws(WireError) {
        try self.init(stored: value.span.bytes)
    }

    init(stored value: RawSpan) throws(WireError) {
        try self.init(Envelope(of: value), of: value)
    }

    init(_ envelope: Envelope, of value: RawSpan) {
        (id, recorded, clock) = (envelope.id, envelope.recorded, envelope.clock)
        (stream, revision) = (envelope.stream, envelope.revision)
        (streamName, following) = (envelope.streamName(in: value), envelope.following)
        (isOnce, number) = (envelope.isOnce, envelope.number)
        payload = value.bytes(in: envelope.payload)
    }

    /// The id of the log as its first event records it; `nil` for every other event.
    public var createdLogID: String? {
        guard number == LogEvent.created else { return nil }
        return LogEvent.logID(inCreated: payload).map { Hexadecimal.encode($0) }
    }

    /// The log's own note, before an event whose time is held back, that the clock had gone back.
    public var isClockBehindLog: Bool { number == LogEvent.clockBehindLog }

    /// The clock had gone back by more than a second, so the time recorded is that of an earlier
    /// event.
    var isHeldBack: Bool { Self.isHeldBack(recorded, clock: clock) }

    static func isHeldBack(_ recorded: UInt64, clock: UInt64) -> Bool {
        recorded > clock && recorded - clock > 1_000_000
    }

    /// The bytes as they are stored, and as `protoc --encode` gives them.
    public var encoded: [UInt8] {
        var writer = WireWriter()
        write(to: &writer)
        return writer.bytes
    }

    func write(to writer: inout WireWriter) {
        writer.bytes(id.high, id.low, field: 1)
        writer.uint64(recorded, field: 2)
        writer.optionalUInt64(clock == recorded ? nil : clock, field: 3)
        writer.uint64(stream, field: 4)
        writer.uint64(revision, field: 5)
        writer.string(streamName, field: 6)
        writer.uint64(following, field: 7)
        writer.bool(isOnce, field: 8)
        writer.message(payload, field: number)
    }
}

/// The events that the log itself appends, to the stream `log`.
enum LogEvent {
    static let streamName = "log"
    /// The first event of every log: `log_id` = 1 (16 bytes), `format` = 2.
    static let created = 16
    /// The clock went back by more than a second: `clock_us` = 1, `recorded_us` = 2.
    static let clockBehindLog = 17

    static func created(logID: [UInt8], format: UInt64) -> [UInt8] {
        var writer = WireWriter()
        writer.bytes(logID, field: 1)
        writer.uint64(format, field: 2)
        return writer.bytes
    }

    static func logID(inCreated payload: [UInt8]) -> [UInt8]? {
        var reader = WireReader(payload)
        guard let field = try? reader.next(), field.number == 1 else { return nil }
        return try? field.data()
    }

    static func clockBehindLog(clock: UInt64, recorded: UInt64) -> [UInt8] {
        var writer = WireWriter()
        writer.uint64(clock, field: 1)
        writer.uint64(recorded, field: 2)
        return writer.bytes
    }
}
