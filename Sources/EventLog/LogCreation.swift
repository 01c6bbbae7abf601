internal import LMDB
internal import Merkle

#if canImport(Glibc)
    internal import Glibc
#endif

extension LogFile {
    /// Makes the marks and the first event of a new log, unless it has them.
    /// - Throws: `.notOurs` if the file is not empty and not a log; it is then left as it is.
    func createIfNeeded(logID: [UInt8], eventID: EventID, time: UInt64) throws {
        try environment.write { transaction in
            if try transaction.count(of: meta) > 0 { return }
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
        try flushFolders()
    }

    /// After a power cut a new file is there only if the folders that lead to it were flushed too.
    ///
    /// Done at each opening for writing: whoever made the log may have died before he came to it.
    private func flushFolders() throws(EventLogError) {
        var folder = environment.path
        // The log's own, the data directory, and the one that this was made in.
        for _ in 1...3 where !folder.isEmpty {
            // A folder that may not be read was not made here.
            if access(folder, R_OK) == 0 { try DurableFile.flush(folder: folder) }
            folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
        }
    }
}
