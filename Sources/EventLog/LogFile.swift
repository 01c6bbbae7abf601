internal import LMDB
internal import Merkle
internal import Wire

/// The open environment of a log and its databases.
final class LogFile: Sendable {
    static let magic = Array("dr-testing event log".utf8)
    static let format: UInt64 = 1

    let environment: Environment
    private let unshared: UnsharedLog?
    let meta: Database
    let events: Database
    let tiles: Database
    let streams: Database
    let appends: Database
    let once: Database
    let checkpoints: Database

    /// Opens a log that is there, and waits for no writer: one may stand still.
    ///
    /// - Throws: `.noLog` also for a file in which nothing was written yet.
    convenience init(_ directory: DataDirectory, readOnly: Bool, mapSize: Int?) throws {
        // LMDB would make a file of its own.
        try directory.requireLog()
        let unshared = try readOnly ? UnsharedLog.ifNeeded(directory.log) : nil
        let options = Self.options(readOnly: readOnly, mapSize: mapSize)
        let environment = try Self.open(
            unshared?.folder ?? directory.log, of: directory.log, options)
        unshared?.removeFolder()
        if try environment.isEmpty() {
            throw EventLogError(.noLog, "\(directory.log) is empty")
        }
        try Self.checkMarks(environment, of: directory.log)
        try self.init(environment, unshared, create: false)
    }

    /// Makes the databases of a new log; only `LogCreation` does.
    convenience init(makingIn folder: String, mapSize: Int?) throws {
        let options = Self.options(readOnly: false, mapSize: mapSize)
        try self.init(Self.open(folder, of: folder, options), nil, create: true)
    }

    private init(_ environment: Environment, _ unshared: UnsharedLog?, create: Bool) throws {
        (self.environment, self.unshared) = (environment, unshared)
        let databases = try Self.databases(of: environment, create: create)
        (meta, events, tiles, streams) = (databases[0], databases[1], databases[2], databases[3])
        (appends, once, checkpoints) = (databases[4], databases[5], databases[6])
    }

    /// Runs `body`, and sees to it that all that it read was of one piece.
    func whole<Result>(_ body: () throws -> Result) throws -> Result {
        guard let unshared else { return try body() }
        try unshared.checkUnchanged()
        let result = Swift.Result { try body() }
        // Pages that were reused meanwhile look like damage.
        try unshared.checkUnchanged()
        return try result.get()
    }

    /// 16 bytes.
    func logID() throws -> [UInt8] {
        try environment.read { transaction in
            guard let id = try transaction.value(for: .name("log_id"), in: meta), id.count == 16
            else {
                throw EventLogError(.damaged, "the log has no valid 'log_id' mark")
            }
            return id
        }
    }

    func head(in transaction: borrowing some Transaction & ~Copyable) throws -> LogHead {
        LogHead(
            position: try number("last", in: transaction),
            recorded: try number("recorded", in: transaction))
    }

    func write(_ head: LogHead, in transaction: borrowing WriteTransaction) throws {
        try transaction.put(head.position.bigEndianBytes, for: .name("last"), in: meta)
        try transaction.put(head.recorded.bigEndianBytes, for: .name("recorded"), in: meta)
    }

    func number(
        _ name: String, in transaction: borrowing some Transaction & ~Copyable
    ) throws -> UInt64 {
        guard let bytes = try transaction.value(for: .name(name), in: meta), bytes.count == 8 else {
            throw EventLogError(.damaged, "the log has no valid '\(name)' mark")
        }
        return UInt64(bigEndianBytes: bytes)
    }

    func record(
        at position: UInt64, in transaction: borrowing some Transaction & ~Copyable
    ) throws -> Record {
        let found = try transaction.withValue(for: .integer(position), in: events) {
            try Self.decode($0, at: position)
        }
        guard let found else { throw try missing(position, in: transaction) }
        return found
    }

    static func decode(_ value: [UInt8], at position: UInt64) throws -> Record {
        try decode(value.span.bytes, at: position)
    }

    static func decode(_ value: RawSpan, at position: UInt64) throws -> Record {
        do {
            return try Record(stored: value)
        } catch {
            throw EventLogError(
                .damaged, "the event at position \(position) cannot be read", cause: error)
        }
    }

    func stream(
        _ name: String, in transaction: borrowing some Transaction & ~Copyable
    ) throws -> StreamHead? {
        try transaction.value(for: .name(name), in: streams).map { try StreamHead(stored: $0) }
    }

    /// Where event `revision` of a stream stands.
    func position(
        ofRevision revision: UInt64, inStream stream: UInt64,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws -> UInt64? {
        var found: UInt64?
        let key = AppendRow.key(stream: stream, revision: revision)
        try transaction.forEach(in: appends, from: key, direction: .backward) { key, value in
            // A damaged row may say anything.
            guard let row = AppendRow(key: key, value: value), row.stream == stream,
                row.firstRevision <= revision, revision - row.firstRevision < row.count
            else { return .stop }
            found = row.firstPosition &+ (revision - row.firstRevision)
            return .stop
        }
        return found
    }
}

extension LogFile {
    /// Where a stream ends, as the index of appends has it.
    func end(
        ofStream number: UInt64, in transaction: borrowing some Transaction & ~Copyable
    ) throws -> StreamHead? {
        var found: StreamHead?
        let key = AppendRow.key(stream: number, revision: .max)
        try transaction.forEach(in: appends, from: key, direction: .backward) { key, value in
            guard let row = AppendRow(key: key, value: value), row.stream == number else {
                return .stop
            }
            found = StreamHead(
                number: number, revision: row.firstRevision &+ row.count &- 1,
                position: row.firstPosition &+ row.count &- 1)
            return .stop
        }
        return found
    }
}

/// The row of a stream: its number and where it ends.
struct StreamHead: Equatable {
    let number: UInt64
    var revision: UInt64
    var position: UInt64

    init(number: UInt64, revision: UInt64, position: UInt64) {
        (self.number, self.revision, self.position) = (number, revision, position)
    }

    init(stored: [UInt8]) throws(EventLogError) {
        guard stored.count == 24 else { throw EventLogError(.damaged, "a stream's row is damaged") }
        number = UInt64(bigEndianBytes: stored[0..<8])
        revision = UInt64(bigEndianBytes: stored[8..<16])
        position = UInt64(bigEndianBytes: stored[16..<24])
    }

    var stored: [UInt8] {
        number.bigEndianBytes + revision.bigEndianBytes + position.bigEndianBytes
    }
}

/// One call of `append`: where its events are.
struct AppendRow: Equatable {
    let stream: UInt64
    let firstRevision: UInt64
    let firstPosition: UInt64
    let count: UInt64

    init(stream: UInt64, firstRevision: UInt64, firstPosition: UInt64, count: UInt64) {
        (self.stream, self.firstRevision) = (stream, firstRevision)
        (self.firstPosition, self.count) = (firstPosition, count)
    }

    init?(key: Key, value: RawSpan) {
        guard case .bytes(let key) = key, key.count == 16, value.byteCount == 16 else {
            return nil
        }
        stream = UInt64(bigEndianBytes: key[0..<8])
        firstRevision = UInt64(bigEndianBytes: key[8..<16])
        firstPosition = value.bigEndian(at: 0)
        count = value.bigEndian(at: 8)
    }

    static func key(stream: UInt64, revision: UInt64) -> Key {
        .bytes(stream.bigEndianBytes + revision.bigEndianBytes)
    }

    var revisions: Range<UInt64> { firstRevision..<firstRevision + count }

    var key: Key { Self.key(stream: stream, revision: firstRevision) }
    var value: [UInt8] { firstPosition.bigEndianBytes + count.bigEndianBytes }
}
