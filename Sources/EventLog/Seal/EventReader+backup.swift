internal import FoundationEssentials
internal import LMDB
public import Merkle

#if canImport(Glibc)
    internal import Glibc
#endif

/// What a backup holds.
public struct BackupReport: Equatable, Sendable {
    /// The new data directory.
    public let path: String
    /// How many events it has, and the root of the tree over them, as the copy was read again.
    public let size: UInt64
    public let root: MerkleHash
    /// The size of its data file.
    public let byteCount: UInt64
}

extension EventReader {
    /// Copies the log and its keys to a new data directory, while the log may be in use, and checks
    /// the copy: its tree is built again from its events. Where the beginning of the log is
    /// archived, what the views said there is copied too.
    ///
    /// The copy holds the log's secret key. It may be opened in place of the log, not beside it:
    /// two that sign with one key could contradict each other.
    ///
    /// - Parameters:
    ///   - folder: does not exist, or is empty, and lies outside the data directory.
    ///   - progress: gets the last position that was read again.
    /// - Throws: `EventLogError`: `.notOurs` if the folder cannot be used, and nothing was written;
    ///   `.busy` while events are archived; `.writeFailed` if there is no room: what was written is
    ///   removed. `.key` if the keys cannot be read, or were changed meanwhile; `.damaged` if the
    ///   copy is not what the log is: it stays, to be looked at.
    public func backup(
        to folder: String, progress: (UInt64) -> Void = { _ in }
    ) throws -> BackupReport {
        let target = DataDirectory(folder)
        try checkEmpty(target)
        try target.checkFileSystem()
        do {
            try copy(to: target)
        } catch {
            // Half a copy is in the way of the next one, and holds the secret key.
            target.removeLog()
            throw error
        }
        let (size, root) = try check(target, progress: progress)
        var status = stat()
        stat(target.log + "/data.mdb", &status)
        return BackupReport(
            path: target.path, size: size, root: root, byteCount: UInt64(status.st_size))
    }

    private func copy(to target: DataDirectory) throws {
        do {
            for path in [target.path, target.log, target.keys] {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
            }
        } catch {
            throw EventLogError(.writeFailed, "\(target.path) cannot be created", cause: error)
        }
        // It and the log have to be of the same moment.
        let lock = try ArchiveLock(reading: directory)
        defer { lock?.release() }
        try copyKeys(to: target)
        try copyBase(to: target)
        try copyLog(to: target)
        try DurableFile.flush(folder: target.path)
        // To open the copy takes some more: where LMDB's lock file finds no room, the process dies.
        if target.hasLess(than: 262_144) { throw Self.noRoom(in: target) }
    }

    private func copyLog(to target: DataDirectory) throws {
        // Only a whole copy gets the name that makes it a log.
        let unfinished = target.log + "/data.mdb.tmp"
        do {
            try slot.with { try $0.environment.copy(to: unfinished) }
        } catch let error as LMDBError {
            if error.isOutOfSpace { throw Self.noRoom(in: target, cause: error) }
            guard case .system = error.code else {
                throw EventLogError(
                    .damaged, "the log cannot be copied: run dr-audit verify", cause: error)
            }
            throw EventLogError(.writeFailed, "the log was not copied", cause: error)
        }
        try DurableFile.move(unfinished, to: target.log + "/data.mdb")
    }

    private static func noRoom(
        in target: DataDirectory, cause: (any Error)? = nil
    ) -> EventLogError {
        EventLogError(
            .writeFailed, "there is no room for the copy in \(target.path): nothing was left there",
            cause: cause)
    }

    private func checkEmpty(_ target: DataDirectory) throws {
        if directory.contains(target.path) {
            throw EventLogError(
                .notOurs,
                "\(target.path) lies inside the data directory, and would be lost with it")
        }
        guard FileManager.default.fileExists(atPath: target.path) else { return }
        let found: [String]
        do {
            found = try FileManager.default.contentsOfDirectory(atPath: target.path)
        } catch {
            throw EventLogError(.notOurs, "\(target.path) is no folder of ours", cause: error)
        }
        if let first = found.min() {
            throw EventLogError(
                .notOurs,
                "\(target.path) holds '\(first)'; it was left as it is. Choose an empty directory")
        }
    }

    /// Everything but the lock, for the owner alone.
    private func copyKeys(to target: DataDirectory) throws {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory.keys)
        } catch {
            throw EventLogError(.key, "\(directory.keys) cannot be read", cause: error)
        }
        for name in names where name.hasPrefix("checkpoint") && !name.hasSuffix(".tmp") {
            guard let bytes = FileManager.default.contents(atPath: "\(directory.keys)/\(name)")
            else {
                throw EventLogError(.key, "\(directory.keys)/\(name) cannot be read")
            }
            try DurableFile.write(Array(bytes), to: "\(target.keys)/\(name)")
        }
    }

    private func copyBase(to target: DataDirectory) throws {
        guard FileManager.default.fileExists(atPath: directory.base) else { return }
        let copy = try BaseCopy(in: target)
        _ = try ArchiveFile.forEachPiece(of: directory.base) { try copy.append($0) }
        try copy.keep()
    }

    private func check(
        _ target: DataDirectory, progress: (UInt64) -> Void
    ) throws -> (size: UInt64, root: MerkleHash) {
        let copy = try EventReader(target, checkingHeads: false)
        // They were copied first.
        try CheckpointSigner.check(keysIn: target, are: copy.keyChain().newest)
        let size = try copy.head().position
        let first = try copy.firstPosition()
        // What is archived is there by its hashes only.
        var frontier = try copy.frontier(ofSize: first &- 1)
        while frontier.count < size {
            try copy.addLeaves(to: &frontier, upTo: size)
            progress(frontier.count)
        }
        guard try frontier.root == root(ofSize: size) else {
            throw EventLogError(
                .damaged,
                "the copy in \(target.path) has another root than the log: do not rely on it, and "
                    + "run dr-audit verify")
        }
        return (size, frontier.root)
    }

    /// Adds the events that come next, in one short read.
    private func addLeaves(to frontier: inout MerkleFrontier, upTo size: UInt64) throws {
        let start = frontier.count
        try slot.with { log in
            try log.environment.read { transaction in
                try transaction.forEach(in: log.events, from: .integer(start + 1)) { key, value in
                    guard key == .integer(frontier.count + 1) else { return .stop }
                    frontier.append(.leaf(value))
                    return frontier.count < min(size, start + 1000) ? .continue : .stop
                }
            }
        }
        if frontier.count == start {
            throw EventLogError(
                .damaged, "the event at position \(start + 1) is missing in the copy")
        }
    }

    /// The right edge of the tree over the first `size` events, from the stored hashes.
    func frontier(ofSize size: UInt64) throws -> MerkleFrontier {
        try slot.with { log in
            try log.environment.read { try Tiles.frontier(ofSize: size, of: log, in: $0) }
        }
    }
}
