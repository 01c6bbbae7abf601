internal import FoundationEssentials
internal import Merkle

/// The files in which the keys of the checkpoints are kept.
extension CheckpointSigner {
    static func keyFile(in directory: DataDirectory) -> String {
        directory.keys + "/checkpoint.key"
    }

    /// A key that counts once the log says so.
    private static func nextKeyFile(in directory: DataDirectory) -> String {
        directory.keys + "/checkpoint.next.key"
    }

    private static func publicKeyFile(in folder: String) -> String { folder + "/checkpoint.pub" }

    /// Makes the signing key of a new log. One that has checkpoints lost its key: with another one
    /// it would contradict them, so it is left without.
    static func createKey(for reader: EventReader, within limit: Duration) throws {
        let directory = reader.directory
        if try hasKey(in: directory) { return }
        if try reader.hasCheckpoints() { return }
        let lock = try FileLock(path: directory.keys + "/sign.lock", within: limit)
        defer { lock.release() }
        // Somebody else may have been quicker.
        if try hasKey(in: directory) { return }
        let key = NoteSigningKey(name: reader.origin)
        try DurableFile.write(
            "\(key.verificationKey)\n", to: publicKeyFile(in: directory.keys))
        try DurableFile.write(key.secretText + "\n", to: keyFile(in: directory))
    }

    /// Whoever made the key may have died, or failed, before its name was durable.
    private static func hasKey(in directory: DataDirectory) throws(EventLogError) -> Bool {
        guard FileManager.default.fileExists(atPath: keyFile(in: directory)) else { return false }
        try DurableFile.flush(folder: directory.keys)
        return true
    }

    /// The key that signs now.
    ///
    /// - Throws: `.key` if it cannot be used, or is not the one that the log names.
    func presentKey() throws -> NoteSigningKey {
        let newest = try reader.keyChain().newest
        try settleKeys(newest: newest)
        let key = try Self.signingKey(in: Self.keyFile(in: directory))
        if let newest, newest != key.verificationKey {
            throw EventLogError(
                .key,
                "\(Self.keyFile(in: directory)) is not the key that the log names, \(newest): put "
                    + "back the keys that belong to this log")
        }
        return key
    }

    /// - Throws: `.key` if a folder has a key that signs, and it is not the one that the log names.
    static func check(
        keysIn directory: DataDirectory, are newest: NoteVerificationKey?
    ) throws(EventLogError) {
        let files = [keyFile(in: directory), nextKeyFile(in: directory)]
        let keys = files.compactMap { try? signingKey(in: $0).verificationKey }
        guard let newest, !keys.isEmpty, !keys.contains(newest) else { return }
        throw EventLogError(
            .key,
            "the keys in \(directory.keys) are not those that the log names: they belong to "
                + "another log, or were changed meanwhile; if so, try again")
    }

    /// Ends a change of the key in which somebody was interrupted.
    ///
    /// - Throws: `.key` if it cannot be read which key was to come: it may be the only one left.
    func settleKeys(newest: NoteVerificationKey?) throws {
        let file = Self.nextKeyFile(in: directory)
        guard FileManager.default.fileExists(atPath: file) else { return }
        let present = try? Self.signingKey(in: Self.keyFile(in: directory))
        if newest == nil || present?.verificationKey == newest {
            return try DurableFile.remove(file)
        }
        let next = try Self.signingKey(in: file)
        if next.verificationKey == newest { try adopt(next) }
    }

    /// Keeps a new key where it is found even if the power fails right after the log names it.
    func prepare(_ next: NoteSigningKey) throws {
        try DurableFile.write(next.secretText + "\n", to: Self.nextKeyFile(in: directory))
    }

    /// Makes a prepared key the one that signs. The public half of the old one stays.
    func adopt(_ next: NoteSigningKey) throws {
        if let old = try Self.verificationKey(in: directory.keys), old != next.verificationKey {
            let id = Hexadecimal.encode(UInt64(old.keyID).bigEndianBytes.suffix(4))
            try DurableFile.write("\(old)\n", to: "\(directory.keys)/checkpoint-\(id).pub")
        }
        try DurableFile.write(
            "\(next.verificationKey)\n", to: Self.publicKeyFile(in: directory.keys))
        try DurableFile.move(Self.nextKeyFile(in: directory), to: Self.keyFile(in: directory))
    }

    /// The key that signed the last checkpoint, and its secret half if that is still there: the
    /// keys may be from another time than the log.
    func lastKey() throws -> (signing: NoteSigningKey?, verification: NoteVerificationKey) {
        try settleKeys(newest: reader.keyChain().newest)
        let last: SignedNote?
        do {
            last = try reader.lastCheckpoint()
        } catch let error as NoteError {
            throw EventLogError(.damaged, "the last checkpoint is not valid", cause: error)
        }
        let verification = try publicKeys().first { key in
            last.map { (try? $0.verify(with: [key])) != nil } ?? true
        }
        guard let verification else {
            throw EventLogError(
                .key, "\(directory.keys) holds no key that signed the last checkpoint of this log")
        }
        let signing = try? Self.signingKey(in: Self.keyFile(in: directory))
        return (signing?.verificationKey == verification ? signing : nil, verification)
    }

    /// All that the log and its folder know of, the present ones first.
    private func publicKeys() throws -> [NoteVerificationKey] {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.keys)
            .filter { $0.hasPrefix("checkpoint") && $0.hasSuffix(".pub") }
            .sorted().reversed().map { "\(directory.keys)/\($0)" }
        let kept = files.compactMap { try? Self.verificationKey(of: $0) }
        return try reader.keyChain().keys.reversed() + kept
    }

    private static func signingKey(in file: String) throws -> NoteSigningKey {
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw EventLogError(
                .key,
                "\(file) is missing or cannot be read: put back the keys that belong to this log")
        }
        do {
            return try NoteSigningKey(
                secretText: String(decoding: bytes, as: UTF8.self).filter { $0 != "\n" })
        } catch {
            throw EventLogError(.key, "\(file) holds no signing key", cause: error)
        }
    }

    /// The public key in a folder: of the data directory, or outside.
    static func verificationKey(in folder: String) throws -> NoteVerificationKey? {
        try verificationKey(of: publicKeyFile(in: folder))
    }

    private static func verificationKey(of file: String) throws -> NoteVerificationKey? {
        guard let bytes = FileManager.default.contents(atPath: file) else { return nil }
        return try NoteVerificationKey(String(decoding: bytes.filter { $0 != 10 }, as: UTF8.self))
    }
}
