internal import LMDB
internal import Merkle

#if canImport(Glibc)
    internal import Glibc
#endif

/// Opens the log of a data directory for writing, and makes it if there is none: whole, or not at
/// all.
///
/// A new log is built and flushed in a folder beside its place, and then moved there. A process
/// that dies on the way, or a power cut, leaves at most that folder, which the next one clears
/// away. A log that is there is opened without waiting for anybody.
struct LogCreation {
    let directory: DataDirectory
    let turnstile: Turnstile
    let mapSize: Int?

    /// - Throws: `.busy` if somebody else is making the log, and does not come to an end.
    func open(clock: LogClock, within limit: Duration) throws -> LogSlot {
        let slot = try existing() ?? made(clock: clock, within: limit)
        try flushFolders()
        return slot
    }

    private func existing() throws -> LogSlot? {
        do {
            return try slot()
        } catch let error as EventLogError where error.code == .noLog {
            return nil
        }
    }

    private func slot() throws -> LogSlot {
        try LogSlot { [directory, mapSize] in
            try LogFile(directory, readOnly: false, mapSize: mapSize)
        }
    }

    private func made(clock: LogClock, within limit: Duration) throws -> LogSlot {
        // Only one at a time: what is unfinished then is of nobody who lives.
        try turnstile.enter(within: limit)
        defer { turnstile.leave() }
        // Somebody else may have been quicker.
        if let slot = try existing() { return slot }
        if directory.hasLog {
            // An earlier version began it in its place, and died.
            try fill(directory.log, at: clock.now())
        } else {
            try build(at: clock.now())
        }
        return try slot()
    }

    private func build(at time: UInt64) throws {
        let folder = directory.unfinishedLog
        Self.remove(["data.mdb", "lock.mdb"], of: folder)
        if mkdir(folder, 0o700) != 0 {
            throw EventLogError.system(errno, "\(folder) cannot be made")
        }
        try fill(folder, at: time)
        try DurableFile.flush(folder: folder)
        // A lock file is left where somebody took the log away; alone it means nothing.
        Self.remove(["lock.mdb"], of: directory.log)
        // The folders beside it have to be there first: a log without one for its keys is refused.
        try DurableFile.flush(folder: directory.path)
        try DurableFile.move(folder, to: directory.log)
    }

    /// Whatever else is in the folder stays, and then the folder does.
    private static func remove(_ files: [String], of folder: String) {
        for file in files { unlink("\(folder)/\(file)") }
        rmdir(folder)
    }

    /// When it returns, everything is durable but the names of the files.
    private func fill(_ folder: String, at time: UInt64) throws {
        var generator = SystemRandomNumberGenerator()
        let logID = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let id = EventID(time: time, using: &generator)
        try LogFile(makingIn: folder, mapSize: mapSize).begin(logID: logID, eventID: id, time: time)
    }

    /// After a power cut a new folder is there only if the folders that lead to it were flushed
    /// too.
    ///
    /// Done at each opening for writing: whoever made the log may have died before he came to it.
    private func flushFolders() throws(EventLogError) {
        var folder = directory.path
        try DurableFile.flush(folder: folder)
        let fileSystem = Self.fileSystem(of: folder)
        while let end = folder.lastIndex(of: "/"), folder != "/" {
            folder = end == folder.startIndex ? "/" : String(folder[..<end])
            // What may not be written was not made here, and what is mounted was there before.
            guard access(folder, R_OK | W_OK) == 0, Self.fileSystem(of: folder) == fileSystem else {
                return
            }
            try DurableFile.flush(folder: folder)
        }
    }

    private static func fileSystem(of folder: String) -> UInt {
        var status = stat()
        stat(folder, &status)
        return UInt(status.st_dev)
    }
}

extension LogFile {
    /// Writes the marks and the first event of a new log.
    ///
    /// - Throws: `.damaged` if there is anything in it.
    func begin(logID: [UInt8], eventID: EventID, time: UInt64) throws {
        try environment.write { transaction in
            for database in [meta, events, tiles, streams, appends, once, checkpoints] {
                if try transaction.count(of: database) == 0 { continue }
                throw EventLogError(.damaged, "\(environment.path) holds a log without its marks")
            }
            try transaction.put(Self.magic, for: .name("magic"), in: meta)
            try transaction.put(Self.format.bigEndianBytes, for: .name("format"), in: meta)
            try transaction.put(logID, for: .name("log_id"), in: meta)
            try transaction.put(UInt64(1).bigEndianBytes, for: .name("first"), in: meta)
            var planner = GroupPlanner(
                log: self, head: LogHead(position: 0, recorded: 0), edge: TreeEdge(),
                streamCount: 0, endsHeldBack: false, now: time)
            let created = NewEvent(
                id: eventID, number: LogEvent.created,
                payload: LogEvent.created(logID: logID, format: Self.format))
            try planner.add(created, in: transaction)
            try planner.finished().write(to: self, in: transaction)
            try transaction.commit()
        }
    }
}
