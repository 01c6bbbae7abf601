import ResilientStorage
import S3
import Synchronization
import Testing

/// Full backups, and what happens to the source or the destination while one is made.
@Suite(.timeLimit(.minutes(5)))
struct BackupTests {
    private static let keys = [
        "plain", "with space", "a//b/", "../up", "a/../../b", "ü/日本語/😀", "quotes\"'<&>",
        // One character of two code points, and the same character of one.
        "e\u{301}", "\u{e9}", "100%25+", String(repeating: "k", count: 900),
    ]

    @Test func everyObjectComesBackAsItWas() async throws {
        try await withBackupRig { (rig) async throws in
            for (index, key) in Self.keys.enumerated() {
                try await rig.put(
                    patternBytes(index * 1000, seed: UInt64(index)), to: key,
                    metadata: ["number": "\(index)"], contentType: "text/x-\(index)")
            }
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            #expect(run.manifest.kind == .full && run.manifest.parent == nil)
            #expect(run.manifest.entries.count == Self.keys.count)
            #expect(run.manifest.lateChanges.isEmpty && run.manifest.deleted.isEmpty)
            #expect(run.copiedObjects == Self.keys.count)
            #expect(run.snapshot <= run.finished)
            #expect(try await backup.backups() == [run.reference])

            let verification = try await backup.verify(run.reference.id, scope: .all)
            #expect(verification.problems == [])
            #expect(verification.checkedObjects == Self.keys.count)
            let restoration = try await backup.restore(
                run.reference.id, scope: .all,
                to: RestoreTarget(storage: rig.target, prefix: "back/"))
            #expect(restoration.problems == [])
            #expect(restoration.restoredObjects == Self.keys.count)
            let expected = try await rig.contents(of: rig.source)
            #expect(expected.count == Self.keys.count)
            #expect(try await rig.contents(of: rig.target, prefix: "back/") == expected)
        }
    }

    /// On both sides of one part, at the end of a part, and 20 MiB.
    @Test(arguments: [8 << 20, 8 << 20 + 1, 16 << 20, 20 << 20])
    func largeObjectsGoThroughInParts(size: Int) async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put(patternBytes(size, seed: UInt64(size)), to: "large")
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            #expect(run.copiedBytes == size)
            let head = try await rig.client.head(
                rig.storedKey("large", in: run.manifest), in: rig.vault.name)
            // An ETag of parts ends in their number.
            #expect(head.etag.contains("-") == (size > S3Client.partSize))
            #expect(try await backup.verify(run.reference.id, scope: .all).problems == [])
            let restoration = try await backup.restore(
                run.reference.id, scope: .all, to: RestoreTarget(storage: rig.target, prefix: ""))
            #expect(restoration.problems == [])
            #expect(restoration.restoredBytes == size)
            let expected = try await rig.contents(of: rig.source)
            #expect(try await rig.contents(of: rig.target) == expected)
        }
    }

    @Test func anEmptyBucketIsBackedUpAndRestoredAsOne() async throws {
        try await withBackupRig { (rig) async throws in
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            #expect(run.manifest.entries.isEmpty)
            let verification = try await backup.verify(run.reference.id, scope: .all)
            #expect(verification.isClean && verification.checkedObjects == 0)
            let restoration = try await backup.restore(
                run.reference.id, scope: .all, to: RestoreTarget(storage: rig.target, prefix: ""))
            #expect(restoration.isComplete && restoration.restoredObjects == 0)
            #expect(try await rig.contents(of: rig.target).isEmpty)
        }
    }

    @Test func onlyKeysWithThePrefixAreBackedUpAndThePrefixIsExchanged() async throws {
        try await withBackupRig { (rig) async throws in
            for key in ["in/a", "in/b/c", "in", "out"] { try await rig.put(key, to: key) }
            let backup = rig.backup(sourcePrefix: "in/")
            let run = try await backup.backUp(.full)
            #expect(run.manifest.entries.map(\.key) == ["in/a", "in/b/c"])
            _ = try await backup.restore(
                run.reference.id, scope: .all, to: RestoreTarget(storage: rig.target, prefix: "x/"))
            let keys = try await rig.target.list(prefix: "").map(\.key).sorted()
            #expect(keys == ["x/a", "x/b/c"])
        }
    }

    // MARK: The source changes

    /// - Parameter size: the large one is replaced between two of its parts.
    @Test(arguments: [100, 9 << 20])
    func anObjectReplacedWhileItIsCopiedIsKeptAsItIsThen(size: Int) async throws {
        try await withBackupRig { (rig) async throws in
            let old = patternBytes(size, seed: 1)
            let new = patternBytes(size, seed: 2)
            try await rig.put(old, to: "changing")
            try await rig.put("still", to: "still")
            let listedETag = try await rig.client.head("changing", in: rig.source.name).etag
            let reads = KeyRecorder()
            var source = WatchedStorage(storage: rig.source)
            source.beforeRead = { key in
                // Of a large object: what it is, the first part, the second.
                let turn = size > S3Client.partSize ? 3 : 1
                if key == "changing" && reads.add(key) == turn { try await rig.put(new, to: key) }
            }
            let backup = rig.backup(source: source)
            let run = try await backup.backUp(.full)
            let entry = try #require(run.manifest.entries.first { $0.key == "changing" })
            #expect(entry.sha256 == Digests.sha256(new))
            let changes = run.manifest.lateChanges
            #expect(changes.map(\.key) == ["changing"])
            #expect(changes.map(\.outcome) == [.replaced])
            #expect(changes.map(\.listedETag) == [listedETag])
            #expect(try await backup.verify(run.reference.id, scope: .all).problems == [])
        }
    }

    @Test(arguments: [100, 9 << 20])
    func anObjectDeletedBeforeItIsCopiedIsLeftOutAndNamed(size: Int) async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put(patternBytes(size, seed: 1), to: "going")
            try await rig.put("still", to: "still")
            var source = WatchedStorage(storage: rig.source)
            source.beforeRead = { key in if key == "going" { try await rig.delete(key) } }
            let backup = rig.backup(source: source)
            let run = try await backup.backUp(.full)
            #expect(run.manifest.entries.map(\.key) == ["still"])
            #expect(run.manifest.lateChanges.map(\.outcome) == [.deleted])
            #expect(try await backup.verify(run.reference.id, scope: .all).problems == [])
        }
    }

    @Test func anObjectThatNeverRestsFailsTheBackup() async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put("0", to: "restless")
            let reads = KeyRecorder()
            var source = WatchedStorage(storage: rig.source)
            source.beforeRead = { key in try await rig.put("\(reads.add(key))", to: key) }
            let backup = rig.backup(source: source)
            await #expect(throws: BackupError.with(.objectKeepsChanging)) {
                try await backup.backUp(.full)
            }
            #expect(try await backup.backups() == [])
        }
    }

    /// That nothing is found in it must not look like a bucket from which everything was deleted.
    @Test(arguments: [100, 9 << 20])
    func aBucketThatVanishesFailsTheBackup(size: Int) async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put(patternBytes(size, seed: 1), to: "last")
            let isFirst = Mutex(true)
            var source = WatchedStorage(storage: rig.source)
            source.beforeRead = { key in
                guard isFirst.withLock({ exchange(&$0, with: false) }) else { return }
                try await rig.delete(key)
                try await rig.client.deleteBucket(rig.source.name)
            }
            let backup = rig.backup(source: source)
            await #expect(throws: BackupError.with(.sourceUnreadable)) {
                try await backup.backUp(.full)
            }
            #expect(try await backup.backups() == [])
        }
    }

    // MARK: The destination fails

    /// - Parameter place: which writes are counted until one fails.
    @Test(arguments: [".json", "/objects/"])
    func aBackupThatStopsHalfwayIsNotListed(place: String) async throws {
        try await withBackupRig { (rig) async throws in
            for key in 0..<6 { try await rig.put("\(key)", to: "key-\(key)") }
            let writes = KeyRecorder()
            var destination = WatchedStorage(storage: rig.vault)
            destination.beforeWrite = { key in
                // The third object, or the manifest.
                let turn = place == ".json" ? 1 : 3
                if key.contains(place) && writes.add(place) == turn {
                    throw S3Error.of(.accessDenied)
                }
            }
            await #expect(throws: BackupError.with(.destinationUnavailable)) {
                try await rig.backup(destination: destination).backUp(.full)
            }
            #expect(!writes.all.isEmpty)
            let backup = rig.backup()
            #expect(try await backup.backups() == [])
            let run = try await backup.backUp(.full)
            #expect(try await backup.backups() == [run.reference])
        }
    }

    @Test func aCancelledBackupIsNotListed() async throws {
        try await withBackupRig { (rig) async throws in
            for key in 0..<6 { try await rig.put("\(key)", to: "key-\(key)") }
            let writes = KeyRecorder()
            var destination = WatchedStorage(storage: rig.vault)
            destination.beforeWrite = { key in
                writes.add(key)
                // Until it is cancelled.
                try await Task.sleep(for: .seconds(3600))
            }
            let backup = rig.backup(destination: destination)
            let task = Task { try await backup.backUp(.full) }
            try await eventually("objects are on their way") { !writes.all.isEmpty }
            task.cancel()
            let result = await task.result
            #expect(throws: BackupError.with(.cancelled)) { () throws in try result.get() }
            #expect(try await rig.backup().backups() == [])
        }
    }

    @Test func aStorageInTroubleIsAskedAgain() async throws {
        try await withBackupRig { (rig) async throws in
            for key in 0..<6 { try await rig.put("\(key)", to: "key-\(key)") }
            let attempts = KeyRecorder()
            let failTwice: @Sendable (String) async throws -> Void = { key in
                if attempts.add(key) <= 2 { throw S3Error.of(.serviceUnavailable) }
            }
            var source = WatchedStorage(storage: rig.source)
            source.beforeRead = failTwice
            var destination = WatchedStorage(storage: rig.vault)
            destination.beforeWrite = failTwice
            let run = try await rig.backup(source: source, destination: destination).backUp(.full)
            #expect(run.copiedObjects == 6)
            #expect(run.manifest.lateChanges.isEmpty)
            // Six objects read and written, and one manifest, each three times.
            #expect(attempts.all.count == 39)
        }
    }

    @Test func aManifestWhoseAnswerWasLostIsFoundWritten() async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put("body", to: "key")
            let writes = KeyRecorder()
            var destination = WatchedStorage(storage: rig.vault)
            destination.afterWrite = { key in
                if key.hasSuffix(".json") && writes.add(key) == 1 { throw S3Error.of(.timedOut) }
            }
            let backup = rig.backup(destination: destination)
            let run = try await backup.backUp(.full)
            #expect(try await backup.backups() == [run.reference])
        }
    }

    @Test func aClockSetBackDoesNotMakeABackupOlder() async throws {
        try await withBackupRig { (rig) async throws in
            let backup = rig.backup()
            let first = try await backup.backUp(.full)
            rig.clock.advance(days: -30)
            let second = try await backup.backUp(.full)
            #expect(second.manifest.snapshotPoint < first.manifest.snapshotPoint)
            #expect(try await backup.backups() == [first.reference, second.reference])
        }
    }
}
