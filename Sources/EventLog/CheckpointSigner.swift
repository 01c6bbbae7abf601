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
        try reader.slot.with { log in
            try log.environment.write { transaction in
                let stored = Array(note.encoded.utf8)
                try transaction.put(
                    stored, for: .bytes(checkpoint.size.bigEndianBytes), in: log.checkpoints)
                try transaction.commit()
            }
        }
        // Inside first: a crash in between leaves the copy behind, never ahead.
        let problem = copy(note, to: outside, key: key.verificationKey)
        return SignedCheckpoint(note: note, checkpoint: checkpoint, outsideProblem: problem)
    }

    private func checkLast(
        continuesTo next: Checkpoint, key: NoteVerificationKey
    ) throws {
        guard let note = try reader.lastCheckpoint() else { return }
        try note.verify(with: [key])
        let last = try Checkpoint(parsing: note.text)
        guard last.origin == next.origin, last.size <= next.size,
            try reader.root(ofSize: last.size) == last.root
        else {
            throw EventLogError(
                .damaged,
                "the log does not continue its last checkpoint of size \(last.size): "
                    + "run dr-audit verify; nothing was signed")
        }
    }

    private func copy(
        _ note: SignedNote, to outside: OutsideCheckpoints?, key: NoteVerificationKey
    ) -> String? {
        guard let outside else { return "no directory outside is set (DR_CHECKPOINT_DIR)" }
        if outside.isInside(reader.directory) {
            return "\(outside.directory) lies inside the data directory"
        }
        do {
            try FileManager.default.createDirectory(
                atPath: outside.directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try DurableFile.write("\(key)\n", to: outside.directory + "/checkpoint.pub")
            try DurableFile.write(note.encoded, to: outside.file)
            return nil
        } catch {
            return "\(outside.directory): \(error)"
        }
    }

    // MARK: Keys

    static func keyFile(in directory: DataDirectory) -> String { directory.keys + "/checkpoint.key" }

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
        return try NoteSigningKey(secretText: text)
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
