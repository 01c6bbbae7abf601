public import FoundationEssentials
internal import S3

/// Backs up the objects of a bucket, or those below a prefix, into another storage.
///
/// An object is never held whole in memory if it is larger than 8 MiB. The contracts are those of
/// `BackingUp`. Not kept: versions of objects, access control, and objects of more than 78 GiB,
/// which make a backup fail.
public struct BucketBackup: BackingUp {
    public struct Configuration: Sendable {
        /// Objects on their way at once. Each takes up to 32 MiB of memory.
        public var concurrency = 8
        /// Calls of a storage in trouble, the first included.
        public var attempts = 3
        public var retryDelay: Duration = .milliseconds(200)
        /// Versions of an object that are tried when it is replaced under the copy.
        public var versionAttempts = 5
        /// How old objects without a manifest must be to be cleared away: older than the longest
        /// backup takes.
        public var strayAge: Duration = .seconds(7 * 24 * 3600)

        public init() {}
    }

    /// What is put in from outside.
    public struct Components: Sendable {
        public var now: @Sendable () -> Date = { Date() }
        public var instant: @Sendable () -> ContinuousClock.Instant = { .now }
        /// Gives every backup of a destination another suffix of its name: 1 to 32 lower-case
        /// letters and digits of ASCII.
        public var nameSuffix: @Sendable () -> String = {
            String(UInt64.random(in: .min ... .max), radix: 36)
        }

        public init() {}
    }

    /// S3 takes no more parts for one object than 10,000.
    static let maximumObject = 10_000 * S3Client.partSize

    let source: any ObjectStorage
    let sourcePrefix: String
    let vault: BackupVault
    let configuration: Configuration
    let components: Components

    /// - Parameters:
    ///   - sourcePrefix: only keys that begin with it are backed up.
    ///   - destination: another storage than the source, or a backup would back up itself.
    ///   - destinationPrefix: what the keys of backups begin with, and nothing else does; most
    ///     often with a slash at its end.
    public init(
        source: any ObjectStorage, sourcePrefix: String = "", destination: any ObjectStorage,
        destinationPrefix: String, configuration: Configuration = Configuration(),
        components: Components = Components()
    ) {
        precondition(
            configuration.attempts >= 1 && configuration.versionAttempts >= 1,
            "Everything is tried at least once.")
        self.source = Self.retrying(source, configuration)
        self.sourcePrefix = sourcePrefix
        vault = BackupVault(
            storage: Self.retrying(destination, configuration), prefix: destinationPrefix)
        (self.configuration, self.components) = (configuration, components)
    }

    static func retrying(
        _ storage: any ObjectStorage, _ configuration: Configuration
    ) -> RetryingStorage {
        RetryingStorage(
            storage: storage, attempts: configuration.attempts, delay: configuration.retryDelay)
    }

    public func backups() async throws -> [BackupReference] { try await vault.references() }

    public func manifest(of id: BackupID) async throws -> BackupManifest {
        try await vault.manifest(try await vault.reference(to: id))
    }

    // MARK: Backing up

    public func backUp(_ mode: BackupMode) async throws -> BackupRun {
        let earlier = try await vault.references()
        let parent = try await parent(for: mode, among: earlier)
        let snapshot = components.instant()
        let snapshotPoint = BackupTime(components.now())
        let id = BackupID.next(
            at: snapshotPoint, after: earlier.last?.id, suffix: components.nameSuffix())
        let versions = try await listing()
        let listed = components.instant()
        let plan = BackupPlan(listed: versions, parent: parent?.manifest)
        // After a failure the copies stay: the manifest may have been written although its answer
        // was lost, and a manifest without its objects would be worse than objects without one.
        let copies = try await plan.changed.mapConcurrently(limit: configuration.concurrency) {
            try await copy($0, into: id)
        }
        let entries = plan.unchanged + copies.compactMap(\.entry)
        let manifest = BackupManifest(
            id: id, parent: parent?.reference,
            source: BackupManifest.Source(bucket: source.name, prefix: sourcePrefix),
            snapshotPoint: snapshotPoint, copied: BackupTime(components.now()), entries: entries,
            deleted: BackupPlan.deletedKeys(since: parent?.manifest, now: entries),
            lateChanges: copies.compactMap(\.lateChange))
        // Without a parent that was removed meanwhile, this would be a broken chain.
        if let parent { _ = try await vault.reference(to: parent.reference.id) }
        let reference = try await vault.write(manifest)
        let copied = copies.compactMap(\.entry)
        return BackupRun(
            reference: reference, manifest: manifest, snapshot: snapshot, listed: listed,
            finished: components.instant(), copiedObjects: copied.count,
            copiedBytes: copied.reduce(0) { $0 + $1.size })
    }

    private struct Parent {
        let reference: BackupReference
        let manifest: BackupManifest
    }

    private func parent(
        for mode: BackupMode, among earlier: [BackupReference]
    ) async throws -> Parent? {
        guard case .incremental(let since) = mode else { return nil }
        let reference = since == nil ? earlier.last : earlier.first { $0.id == since }
        guard let reference else {
            let name = since.map { "backup \($0)" } ?? "backup"
            throw BackupError(
                .noSuchBackup, "there is no finished \(name) to build on; make a full one first")
        }
        let manifest = try await vault.manifest(reference)
        let source = BackupManifest.Source(bucket: source.name, prefix: sourcePrefix)
        guard manifest.source == source else {
            throw BackupError(
                .differentSource,
                "backup \(reference.id) is of \(manifest.source.bucket)/\(manifest.source.prefix), "
                    + "not of \(source.bucket)/\(source.prefix); make a full one first")
        }
        return Parent(reference: reference, manifest: manifest)
    }

    private func listing() async throws -> [ObjectVersion] {
        do {
            return try await source.list(prefix: sourcePrefix)
        } catch {
            throw BackupError.because(
                error, .sourceUnreadable, "\(source.name) could not be listed")
        }
    }

    // MARK: One object

    /// Copies the listed version of an object, or, if it is replaced meanwhile, the one after it.
    private func copy(_ listed: ObjectVersion, into id: BackupID) async throws -> ObjectCopy {
        func changed(_ outcome: BackupManifest.LateChange.Outcome) -> BackupManifest.LateChange {
            BackupManifest.LateChange(
                key: listed.key, listedETag: listed.etag, outcome: outcome)
        }
        var version = listed
        for attempt in 1...configuration.versionAttempts {
            let storedKey = BackupVault.storedKey(of: listed.key, in: id, attempt: attempt)
            do {
                let entry = try await copy(version, to: storedKey, of: id)
                return ObjectCopy(
                    entry: entry, lateChange: attempt == 1 ? nil : changed(.replaced))
            } catch ReadFailure.versionGone {
                guard let next = try await newVersion(of: listed.key) else {
                    return ObjectCopy(entry: nil, lateChange: changed(.deleted))
                }
                version = next
            } catch let failure as ReadFailure {
                throw BackupError.because(
                    failure, .sourceUnreadable, "\(listed.key) could not be read")
            } catch {
                throw BackupError.because(
                    error, .destinationUnavailable, "\(listed.key) could not be copied")
            }
        }
        throw BackupError(
            .objectKeepsChanging,
            "\(listed.key) was replaced again and again while it was copied, "
                + "\(configuration.versionAttempts) times; back up when it is written less often")
    }

    private func copy(
        _ version: ObjectVersion, to storedKey: String, of id: BackupID
    ) async throws -> BackupManifest.Entry {
        if version.size > Self.maximumObject {
            throw BackupError(
                .objectTooLarge,
                "\(version.key) has \(version.size) bytes, and no more than "
                    + "\(Self.maximumObject) can be copied; leave it out by a prefix")
        }
        let place = vault.key(of: storedKey)
        let sha256: String
        let attributes: ObjectAttributes
        if version.size <= S3Client.partSize {
            let object = try await source.read(version)
            (sha256, attributes) = (Digests.sha256(object.bytes), object.attributes)
            try await vault.storage.write(
                object.bytes, to: place, attributes: ObjectAttributes(), if: nil)
        } else {
            attributes = try await source.attributes(of: version)
            let bytes = ObjectBytes(storage: source, version: version)
            try await vault.storage.upload(
                bytes, to: place, attributes: ObjectAttributes(), if: nil)
            sha256 = bytes.digest.sha256
        }
        return BackupManifest.Entry(
            key: version.key, size: version.size, sha256: sha256, etag: version.etag,
            attributes: attributes, storedKey: storedKey, holder: id)
    }

    /// What there is now of an object that was replaced or deleted; `nil` if nothing.
    private func newVersion(of key: String) async throws -> ObjectVersion? {
        do {
            let head = try await source.head(key)
            return ObjectVersion(key: key, size: head.size, etag: head.etag)
        } catch let error as S3Error where error.code == .noSuchKey {
            // A bucket that is gone answers the same. A list tells them apart.
            return try await listedVersion(of: key)
        } catch {
            throw BackupError.because(error, .sourceUnreadable, "\(key) could not be read")
        }
    }

    private func listedVersion(of key: String) async throws -> ObjectVersion? {
        do {
            return try await source.list(prefix: key).first { $0.key.utf8.elementsEqual(key.utf8) }
        } catch {
            throw BackupError.because(error, .sourceUnreadable, "\(key) could not be listed")
        }
    }
}

extension ObjectStorage {
    /// - Throws: `ReadFailure`.
    fileprivate func attributes(of version: ObjectVersion) async throws -> ObjectAttributes {
        let head: ObjectRead
        do {
            head = try await self.head(version.key)
        } catch let error as S3Error where error.code == .noSuchKey {
            throw ReadFailure.versionGone
        } catch {
            throw ReadFailure.unreadable(error)
        }
        guard head.etag == version.etag, head.size == version.size else {
            throw ReadFailure.versionGone
        }
        return head.attributes
    }
}
