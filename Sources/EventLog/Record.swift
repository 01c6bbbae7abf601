internal import Merkle
public import Wire

/// One stored value: the envelope (fields 1 to 15) and one event (field 16 or more, the last).
///
/// The bytes are canonical protobuf. The position is not among them: it is the key, and the index
/// of the leaf in the tree.
public struct Record: Equatable, Sendable, WireMessage {
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

    public init(from reader: WireReader) throws(WireError) {
        var reader = reader
        var id = EventID([UInt8](repeating: 0, count: 16))!
        var recorded: UInt64 = 0
        var clock: UInt64?
        var (stream, revision, following) = (UInt64(0), UInt64(0), UInt64(0))
        var streamName = ""
        var isOnce = false
        var (number, payload) = (0, [UInt8]())
        while let field = try reader.next() {
            switch field.number {
            case 1:
                guard let read = EventID(try field.data()) else {
                    throw WireError(.badValue, at: 0)
                }
                id = read
            case 2: recorded = try field.uint64()
            case 3: clock = try field.uint64()
            case 4: stream = try field.uint64()
            case 5: revision = try field.uint64()
            case 6: streamName = try field.string()
            case 7: following = try field.uint64()
            case 8: isOnce = try field.bool()
            case 9...15: break
            default: (number, payload) = (field.number, try field.data())
            }
        }
        guard number >= 16 else { throw WireError(.badValue, at: 0) }
        (self.id, self.recorded, self.clock) = (id, recorded, clock ?? recorded)
        (self.stream, self.revision, self.streamName) = (stream, revision, streamName)
        (self.following, self.isOnce) = (following, isOnce)
        (self.number, self.payload) = (number, payload)
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

    public func write(to writer: inout WireWriter) {
        writer.bytes(id.bytes, field: 1)
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
