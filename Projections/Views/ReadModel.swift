public import DRTesting
public import EventLog

/// A table that is derived from the log: a pure fold.
///
/// The same events give the same rows, in whatever batches they come: no clock, no randomness, no
/// order of a hash table goes into them. A row of the table has a key that begins with `RowKey.row`
/// and its JSON as value; whatever else a fold has to remember are rows of other kinds.
public protocol ReadModel: Sendable {
    static var name: String { get }
    /// Raised whenever the same events would give other rows.
    static var version: UInt8 { get }
    /// Whether events of a number (their field in `Record`) change anything. The others are not
    /// shown to the fold.
    static func reads(_ number: Int) -> Bool
    static func apply(_ record: TestRecord, to rows: inout RowTable) throws
    /// Drops the rows that are older than what is to be kept.
    static func apply(_ retention: RetentionApplied, to rows: inout RowTable) throws
    /// Writes the rows that were put off with `RowTable.putOff`. Called at the end of each batch.
    static func finish(_ rows: inout RowTable) throws
}

extension ReadModel {
    public static func reads(_ number: Int) -> Bool { true }
    public static func apply(_ retention: RetentionApplied, to rows: inout RowTable) throws {}
    public static func finish(_ rows: inout RowTable) throws {}
}

/// An event about a test, and where it stands.
public struct TestRecord: Sendable {
    public let position: UInt64
    /// Microseconds since 1970, as the clock said.
    public let time: UInt64
    /// Microseconds since 1970: never less than of the event before.
    public let recorded: UInt64
    public let stream: UInt64
    public let event: TestEvent

    /// - Returns: `nil` for an event that is not about a test, or that is not known here.
    public init?(_ recorded: RecordedEvent) {
        let record = recorded.record
        guard let event = try? TestEvent(number: record.number, payload: record.payload) else {
            return nil
        }
        (position, time, self.recorded) = (recorded.position, record.clock, record.recorded)
        (stream, self.event) = (record.stream, event)
    }
}

/// The kinds of rows, and their keys.
public enum RowKey {
    /// A row of the table, by its id.
    public static let row: UInt8 = 0x72
    /// From a test to its rows, and to when the events of these were recorded.
    static let index: UInt8 = 0x69
    /// What the fold remembers of a stream.
    static let stream: UInt8 = 0x73
    static let count: [UInt8] = [0x63]

    public static func row(_ id: UInt64) -> [UInt8] { [row] + bigEndian(id) }
    static func stream(_ number: UInt64) -> [UInt8] { [stream] + bigEndian(number) }
    static func index(test: UInt64, row: UInt64) -> [UInt8] {
        [index] + bigEndian(test) + bigEndian(row)
    }

    static func bigEndian(_ number: UInt64) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Byte by byte, as keys are stored.
    static func isBefore(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.lexicographicallyPrecedes(right)
    }
}
