internal import FoundationEssentials
internal import LMDB
public import Merkle

#if canImport(Glibc)
    internal import Glibc
#endif

/// A checkpoint that was just signed, and whether its copy outside could be written.
public struct SignedCheckpoint: Sendable {
    public let note: SignedNote
    public let checkpoint: Checkpoint
    /// Why there is no copy outside; `nil` if it is there.
    public let outsideProblem: String?

    /// How many events it covers.
    public var size: UInt64 { checkpoint.size }
}

/// Signs heads, never two that contradict each other: under a lock, and only what continues the
/// last checkpoint.
struct CheckpointSigner: Sendable {
    let reader: EventReader
    let turnstile: Turnstile

    func sign(outside: OutsideCheckpoints?) throws -> SignedCheckpoint {
        let lock = try FileLock(path: reader.directory.keys + "/sign.lock")
        defer { lock.release() }
        let key = try Self.signingKey(in: reader.directory)
        // Read in a transaction, so it is committed, and so it is durable.
        let head = try reader.head()
        let checkpoint = Checkpoint(
            origin: reader.origin, size: head.position,
            root: try reader.root(ofSize: head.position))
        try checkLast(continuesTo: checkpoint, key: key.verificationKey)
        let note = try checkpoint.signed(by: key)
        try store(note, of: checkpoint)
        // Inside first: a crash in between leaves the copy behind, never ahead.
        let problem = copy(note, of: checkpoint, to: outside, key: key.verificationKey)
        return SignedCheckpoint(note: note, checkpoint: checkpoint, outsideProblem: problem)
    }

    private func store(_ note: SignedNote, of checkpoint: Checkpoint) throws {
        turnstile.enter()
        defer { turnstile.leave() }
        try reader.slot.with { log in
            try log.environment.write { transaction in
                let size = Key.bytes(checkpoint.size.bigEndianBytes)
                try transaction.put(Array(note.encoded.utf8), for: size, in: log.checkpoints)
                try transaction.commit()
            }
        }
    }

    private func checkLast(
        continuesTo next: Checkpoint, key: NoteVerificationKey
    ) throws {
        do {
            guard let note = try reader.lastCheckpoint() else { return }
            if try isContinued(note, by: next, key: key) { return }
        } catch let error as NoteError {
            throw EventLogError(.damaged, "the last checkpoint is not valid", cause: error)
        }
        throw EventLogError(
            .damaged,
            "the log does not continue its last checkpoint: run dr-audit verify; nothing was signed"
        )
    }

    /// Whether the log still is what an earlier checkpoint covers.
    private func isContinued(
        _ note: SignedNote, by next: Checkpoint, key: NoteVerificationKey
    ) throws -> Bool {
        try note.verify(with: [key])
        let last = try Checkpoint(parsing: note.text)
        return try last.origin == next.origin && last.size <= next.size
            && reader.root(ofSize: last.size) == last.root
    }

    // MARK: Outside

    /// - Returns: why there is no copy outside now; `nil` if it is there.
    private func copy(
        _ note: SignedNote, of checkpoint: Checkpoint, to outside: OutsideCheckpoints?,
        key: NoteVerificationKey
    ) -> String? {
        guard let outside else { return "no directory outside is set (DR_CHECKPOINT_DIR)" }
        if outside.isInside(reader.directory) {
            return "\(outside.directory) lies inside the data directory"
        }
        do {
            try FileManager.default.createDirectory(
                atPath: outside.directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            // What is there may be all that shows that the log was replaced: it is never lost.
            if let reason = try reasonToKeep(outside, next: checkpoint, key: key) { return reason }
            try DurableFile.write("\(key)\n", to: outside.directory + "/checkpoint.pub")
            try DurableFile.write(note.encoded, to: outside.file)
            return nil
        } catch {
            return "\(outside.directory): \(error)"
        }
    }

    private func reasonToKeep(
        _ outside: OutsideCheckpoints, next: Checkpoint, key: NoteVerificationKey
    ) throws -> String? {
        let kept = try Self.verificationKey(in: outside.directory)
        if let kept, kept != key {
            return "\(outside.directory) holds the key of another log, or another key; it was kept"
        }
        guard let bytes = FileManager.default.contents(atPath: outside.file) else { return nil }
        let note = try SignedNote(parsing: String(decoding: bytes, as: UTF8.self))
        return try isContinued(note, by: next, key: key)
            ? nil
            : "the checkpoint in \(outside.directory) is not of this log as it is; it was kept: "
                + "run dr-audit verify"
    }

    // MARK: Keys

    static func keyFile(in directory: DataDirectory) -> String {
        directory.keys + "/checkpoint.key"
    }

    /// Makes the signing key of a new log.
    static func createKey(in directory: DataDirectory, origin: String) throws {
        let lock = try FileLock(path: directory.keys + "/sign.lock")
        defer { lock.release() }
        if FileManager.default.fileExists(atPath: keyFile(in: directory)) { return }
        let key = NoteSigningKey(name: origin)
        try DurableFile.write("\(key.verificationKey)\n", to: directory.keys + "/checkpoint.pub")
        try DurableFile.write(key.secretText + "\n", to: keyFile(in: directory))
    }

    static func signingKey(in directory: DataDirectory) throws -> NoteSigningKey {
        guard let bytes = FileManager.default.contents(atPath: keyFile(in: directory)) else {
            throw EventLogError(.key, "\(keyFile(in: directory)) is missing or cannot be read")
        }
        let text = String(decoding: bytes, as: UTF8.self).filter { $0 != "\n" }
        do {
            return try NoteSigningKey(secretText: text)
        } catch {
            throw EventLogError(
                .key, "\(keyFile(in: directory)) holds no signing key", cause: error)
        }
    }

    /// The public key in a folder: of the data directory, or outside.
    static func verificationKey(in folder: String) throws -> NoteVerificationKey? {
        guard let bytes = FileManager.default.contents(atPath: folder + "/checkpoint.pub") else {
            return nil
        }
        return try NoteVerificationKey(String(decoding: bytes.filter { $0 != 10 }, as: UTF8.self))
    }
}

/// An exclusive lock on a file of its own, between processes.
struct FileLock: ~Copyable {
    private let descriptor: Int32

    init(path: String) throws(EventLogError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw EventLogError.system(errno, "\(path) cannot be opened") }
        while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
    }

    borrowing func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }
}

/// Replaces a file so that after a crash there is the old one or the new one, whole.
enum DurableFile {
    static func write(_ text: String, to path: String) throws(EventLogError) {
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw EventLogError.system(errno, "\(temporary) cannot be written") }
        let bytes = Array(text.utf8)
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let isFlushed = written == bytes.count && fsync(descriptor) == 0
        let problem = errno
        close(descriptor)
        guard isFlushed, rename(temporary, path) == 0 else {
            unlink(temporary)
            throw EventLogError.system(isFlushed ? errno : problem, "\(path) cannot be written")
        }
        let folder = open(String(path[..<path.lastIndex(of: "/")!]), O_RDONLY | O_CLOEXEC)
        fsync(folder)
        close(folder)
    }
}
