internal import LMDB
internal import Merkle

#if canImport(Glibc)
    internal import Glibc
#endif

/// The steps of opening a log.
extension LogFile {
    static func databases(of environment: Environment, create: Bool) throws -> [Database] {
        do {
            return try environment.openDatabases(
                [
                    .init("meta"), .init("events", keys: .integers), .init("tiles"),
                    .init("streams"), .init("appends"), .init("once"), .init("checkpoints"),
                ], create: create)
        } catch {
            guard error.code == .notFound else { throw error }
            throw EventLogError(.damaged, "the log lacks one of its databases", cause: error)
        }
    }

    static func options(readOnly: Bool, mapSize: Int?) -> Environment.Options {
        var options = Environment.Options()
        options.readOnly = readOnly
        if let mapSize { options.mapSize = mapSize }
        return options
    }

    /// - Parameters:
    ///   - folder: what LMDB opens.
    ///   - log: what people know it by.
    static func open(
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
            case .system(EBUSY):
                throw EventLogError(
                    .busy, "another process opens \(log), and does not come to an end",
                    cause: error)
            default: throw error
            }
        }
    }

    /// - Throws: `.notOurs` unless this is a log that this program reads; `.noLog` if whoever made
    ///   it died before he wrote the marks.
    static func checkMarks(_ environment: Environment, of log: String) throws {
        let notOurs = EventLogError(.notOurs, "\(log) is not an event log")
        let meta: Database
        do {
            meta = try environment.openDatabases([.init("meta")], create: false)[0]
        } catch {
            throw error.code == .notFound || error.code == .incompatible ? notOurs : error
        }
        try environment.read { transaction in
            if try transaction.count(of: meta) == 0 {
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
}
