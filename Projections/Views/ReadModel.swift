public import DRTesting
public import EventLog
internal import Wire

/// The rows of one view while events are folded into it.
public protocol RowTable: ~Copyable {
    func value(_ key: [UInt8]) throws -> [UInt8]?
    mutating func put(_ value: [UInt8], _ key: [UInt8]) throws
    mutating func remove(_ key: [UInt8]) throws
}

/// A table that is derived from the log: a pure fold.
///
/// The same events give the same rows, in whatever batches they come: no clock, no randomness, no
/// order of a hash table goes into them. A row of the table has a key that begins with `RowKey.row`
/// and its JSON as value; whatever else a fold has to remember are rows of other kinds.
public protocol ReadModel: Sendable {
    static var name: String { get }
    /// Raised whenever the same events would give other rows.
    static var version: UInt8 { get }
    static func apply<Rows: RowTable & ~Copyable>(_ event: TestRecord, to rows: inout Rows) throws
}

/// An event about a test, and where it stands.
public struct TestRecord: Sendable {
    public let position: UInt64
    /// Microseconds since 1970, as the clock said.
    public let time: UInt64
    public let stream: UInt64
    public let event: TestEvent

    /// - Returns: `nil` for an event that is not about a test, or that is not known here.
    public init?(_ recorded: RecordedEvent) {
        let record = recorded.record
        guard let event = try? TestEvent(number: record.number, payload: record.payload) else {
            return nil
        }
        (position, time) = (recorded.position, record.clock)
        (stream, self.event) = (record.stream, event)
    }
}

/// The kinds of rows, and their keys.
public enum RowKey {
    /// A row of the table, by its id.
    public static let row: UInt8 = 0x72
    /// From a test to its rows.
    static let index: UInt8 = 0x69
    /// What the fold remembers of a stream.
    static let stream: UInt8 = 0x73
    static let count: [UInt8] = [0x63]

    public static func row(_ id: UInt64) -> [UInt8] { [row] + bigEndian(id) }
    static func stream(_ number: UInt64) -> [UInt8] { [stream] + bigEndian(number) }
    static func index(test: UInt64, row: UInt64) -> [UInt8] {
        [index] + bigEndian(test) + bigEndian(row)
    }
    static func index(test: UInt64) -> [UInt8] { [index] + bigEndian(test) }

    static func bigEndian(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
    }

    static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension RowTable where Self: ~Copyable {
    /// The test that a stream is about: remembered from its first event.
    mutating func test(of record: TestRecord) throws -> UInt64? {
        if case .runRequested = record.event {
            try put(RowKey.bigEndian(record.position), RowKey.stream(record.stream))
            return record.position
        }
        return try value(RowKey.stream(record.stream)).map { RowKey.number($0) }
    }

    /// Adds a row with the next id, and its place in the index of its test.
    mutating func add(to test: UInt64, _ json: (UInt64) -> JSONWriter) throws {
        let id = (try value(RowKey.count).map { RowKey.number($0) } ?? 0) + 1
        try put(RowKey.bigEndian(id), RowKey.count)
        try put(json(id).bytes, RowKey.row(id))
        try put([], RowKey.index(test: test, row: id))
    }
}

extension JSONWriter {
    mutating func member(_ name: String, _ value: String?) {
        self.name(name)
        string(value)
    }

    mutating func member(_ name: String, _ value: UInt64?) {
        self.name(name)
        integer(value)
    }

    mutating func member(_ name: String, _ value: Double?) {
        self.name(name)
        number(value)
    }

    mutating func member(_ name: String, _ value: Bool?) {
        self.name(name)
        bool(value)
    }

    mutating func member(_ name: String, time: UInt64?) {
        member(name, time.map { RFC3339.text($0) })
    }

    /// Text that is there, or `null`.
    mutating func member(_ name: String, orNull text: String) {
        member(name, text.isEmpty ? nil : text)
    }

    mutating func member(_ name: String, verdict: Verdict) {
        member(name, verdict == .none ? nil : "\(verdict)")
    }

    mutating func object(_ name: String, _ values: [NamedValue]) {
        self.name(name)
        object { writer in
            for value in values { writer.member(value.name, value.value) }
        }
    }
}
