internal import LMDB
internal import Merkle
internal import Wire

#if canImport(Glibc)
    internal import Glibc
#endif

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

    /// - Parameter create: makes what is missing; otherwise the log must be there.
    init(_ directory: DataDirectory, readOnly: Bool, create: Bool, mapSize: Int?) throws {
        var options = Environment.Options()
        options.readOnly = readOnly
        if let mapSize { options.mapSize = mapSize }
        unshared = try readOnly ? UnsharedLog.ifNeeded(directory.log) : nil
        environment = try Self.open(unshared?.folder ?? directory.log, of: directory.log, options)
        unshared?.removeFolder()
        // Before anything is made in it.
        let isNew = try environment.isEmpty()
        if isNew && !create { throw EventLogError(.noLog, "\(directory.log) is empty") }
        if !isNew { try Self.checkMarks(environment, of: directory.log, mayBeUnfinished: create) }
        let databases = try environment.openDatabases(
            [
                .init("meta"), .init("events", keys: .integers), .init("tiles"), .init("streams"),
                .init("appends"), .init("once"), .init("checkpoints"),
            ], create: create)
        (meta, events, tiles, streams) = (databases[0], databases[1], databases[2], databases[3])
        (appends, once, checkpoints) = (databases[4], databases[5], databases[6])
    }

    /// - Parameters:
    ///   - folder: what LMDB opens.
    ///   - log: what people know it by.
    private static func open(
        _ folder: String, of log: String, _ options: Environment.Options
    ) throws -> Environment {
        do {
            return try Environment(path: folder, options: options)
        } catch {
            switch error.code {
            case .invalid, .versionMismatch:
                throw EventLogError(.notOurs, "\(log) is not an event log", cause: error)
            case .system(EACCES), .system(EPERM):
                throw EventLogError(.readOnly, "\(log) may not be opened", cause: error)
            default: throw error
            }
        }
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

    /// - Throws: `.notOurs` unless this is a log that this program reads.
    ///
    /// - Parameter mayBeUnfinished: whoever made it may have died before he wrote the marks.
    private static func checkMarks(
        _ environment: Environment, of log: String, mayBeUnfinished: Bool
    ) throws {
        let notOurs = EventLogError(.notOurs, "\(log) is not an event log")
        let meta: Database
        do {
            meta = try environment.openDatabases([.init("meta")], create: false)[0]
        } catch {
            throw error.code == .notFound || error.code == .incompatible ? notOurs : error
        }
        try environment.read { transaction in
            if try transaction.count(of: meta) == 0 {
                if mayBeUnfinished { return }
                throw EventLogError(.noLog, "\(log) has no event log yet")
            }
            guard try transaction.value(for: .name("magic"), in: meta) == magic,
                let stored = try transaction.value(for: .name("format"), in: meta),
                stored.count == 8
            else { throw notOurs }
            let format = UInt64(bigEndianBytes: stored)
            guard format == Self.format else {
                throw EventLogError(
                    .notOurs,
                    "the log has format \(format); this program reads format \(Self.format)")
            }
        }
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
            guard let row = AppendRow(key: key, value: value), row.stream == stream,
                revision < row.firstRevision + row.count
            else { return .stop }
            found = row.firstPosition + (revision - row.firstRevision)
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
        let value = value.withUnsafeBytes { Array($0) }
        guard case .bytes(let key) = key, key.count == 16, value.count == 16 else { return nil }
        stream = UInt64(bigEndianBytes: key[0..<8])
        firstRevision = UInt64(bigEndianBytes: key[8..<16])
        firstPosition = UInt64(bigEndianBytes: value[0..<8])
        count = UInt64(bigEndianBytes: value[8..<16])
    }

    static func key(stream: UInt64, revision: UInt64) -> Key {
        .bytes(stream.bigEndianBytes + revision.bigEndianBytes)
    }

    var revisions: Range<UInt64> { firstRevision..<firstRevision + count }

    var key: Key { Self.key(stream: stream, revision: firstRevision) }
    var value: [UInt8] { firstPosition.bigEndianBytes + count.bigEndianBytes }
}
