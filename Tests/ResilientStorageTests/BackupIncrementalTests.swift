import ResilientStorage
import S3
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BackupIncrementalTests {
    @Test func onlyWhatChangedIsCopied() async throws {
        try await withBackupRig { (rig) async throws in
            for key in ["same", "replaced", "deleted"] { try await rig.put("1", to: key) }
            let backup = rig.backup()
            let full = try await backup.backUp(.full)
            try await rig.put("2", to: "replaced")
            try await rig.put("2", to: "new")
            try await rig.delete("deleted")
            let next = try await backup.backUp(.incremental(since: nil))
            let manifest = next.manifest
            #expect(manifest.kind == .incremental && manifest.parent == full.reference)
            #expect(next.copiedObjects == 2)
            let holders = manifest.entries.map { "\($0.key) in \($0.holder)" }
            let (old, new) = (full.reference.id, next.reference.id)
            #expect(holders == ["new in \(new)", "replaced in \(new)", "same in \(old)"])
            #expect(manifest.deleted == ["deleted"])
            let verification = try await backup.verify(new, scope: .all)
            #expect(verification.problems == [])
            #expect(verification.chain == [new, old])
        }
    }

    /// Three backups, the later ones incremental, with random changes between them.
    @Test(arguments: UInt64(0)..<4)
    func everyBackupOfAChainRestoresTheSourceOfItsTime(round: UInt64) async throws {
        try await withBackupRig { (rig) async throws in
            var random = SplitMix64(round: round)
            let backup = rig.backup()
            var states: [[[UInt8]: Held]] = []
            var runs: [BackupRun] = []
            for mode in [BackupMode.full, .incremental(since: nil), .incremental(since: nil)] {
                for _ in 0..<10 {
                    let key = "key-\(Int.random(in: 0..<12, using: &random))"
                    if Int.random(in: 0..<3, using: &random) == 0 {
                        try await rig.delete(key)
                    } else {
                        try await rig.put(random.bytes(50), to: key)
                    }
                }
                states.append(try await rig.contents(of: rig.source))
                runs.append(try await backup.backUp(mode))
            }
            for (number, run) in runs.enumerated() {
                let prefix = "\(number)/"
                let restoration = try await backup.restore(
                    run.reference.id, scope: .all,
                    to: RestoreTarget(storage: rig.target, prefix: prefix))
                #expect(restoration.problems == [], Seed.note(round: round))
                let restored = try await rig.contents(of: rig.target, prefix: prefix)
                #expect(restored == states[number], Seed.note(round: round))
            }
        }
    }

    @Test func aBackupCanBuildOnANamedOne() async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put("1", to: "key")
            let backup = rig.backup()
            let first = try await backup.backUp(.full)
            try await rig.put("2", to: "key")
            _ = try await backup.backUp(.full)
            try await rig.put("1", to: "key")
            let third = try await backup.backUp(.incremental(since: first.reference.id))
            #expect(third.manifest.parent == first.reference)
            #expect(third.copiedObjects == 0)
            #expect(try await backup.verify(third.reference.id, scope: .all).problems == [])
        }
    }

    @Test func anObjectDeletedUnderTheBackupIsDeletedInIt() async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put("1", to: "going")
            _ = try await rig.backup().backUp(.full)
            try await rig.put("2", to: "going")
            var source = WatchedStorage(storage: rig.source)
            source.beforeRead = { key in try await rig.delete(key) }
            let run = try await rig.backup(source: source).backUp(.incremental(since: nil))
            #expect(run.manifest.entries.isEmpty)
            #expect(run.manifest.deleted == ["going"])
            #expect(run.manifest.lateChanges.map(\.outcome) == [.deleted])
        }
    }

    @Test func withoutABackupThereIsNothingToBuildOn() async throws {
        try await withBackupRig { (rig) async throws in
            let backup = rig.backup()
            await #expect(throws: BackupError.with(.noSuchBackup)) {
                try await backup.backUp(.incremental(since: nil))
            }
            let run = try await backup.backUp(.full)
            try await rig.vault.remove(rig.manifestKey(run.reference))
            await #expect(throws: BackupError.with(.noSuchBackup)) {
                try await backup.backUp(.incremental(since: run.reference.id))
            }
            #expect(try await backup.backups() == [])
        }
    }

    @Test func aBackupOfAnotherPlaceIsNotBuiltOn() async throws {
        try await withBackupRig { (rig) async throws in
            _ = try await rig.backup(sourcePrefix: "a/").backUp(.full)
            await #expect(throws: BackupError.with(.differentSource)) {
                try await rig.backup(sourcePrefix: "b/").backUp(.incremental(since: nil))
            }
        }
    }

    @Test func aParentThatIsRemovedMeanwhileFailsTheBackup() async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put("1", to: "key")
            let full = try await rig.backup().backUp(.full)
            try await rig.put("2", to: "key")
            var source = WatchedStorage(storage: rig.source)
            source.beforeRead = { _ in try await rig.vault.remove(rig.manifestKey(full.reference)) }
            let backup = rig.backup(source: source)
            await #expect(throws: BackupError.with(.noSuchBackup)) {
                try await backup.backUp(.incremental(since: nil))
            }
            #expect(try await backup.backups() == [])
        }
    }

    /// Backups of a source that does not show everything. Nothing in the destination can tell:
    /// only what is restored, beside what there was.
    @Test func whatAListingHidesIsMissedByVerifyingAndFoundByComparing() async throws {
        try await withBackupRig { (rig) async throws in
            for key in ["a", "b", "c"] { try await rig.put("1", to: key) }
            var hiding = WatchedStorage(storage: rig.source)
            hiding.listed = { $0.filter { $0.key != "b" } }
            let first = try await rig.source.list(prefix: "")
            var stale = WatchedStorage(storage: rig.source)
            stale.listed = { _ in first }
            let incomplete = try await rig.backup(source: hiding).backUp(.full)
            _ = try await rig.backup(source: stale).backUp(.full)
            try await rig.put("2", to: "c")
            let old = try await rig.backup(source: stale).backUp(.incremental(since: nil))
            let expected = try await rig.contents(of: rig.source)
            for run in [incomplete, old] {
                let backup = rig.backup()
                let verification = try await backup.verify(run.reference.id, scope: .all)
                #expect(verification.problems == [])
                let prefix = "\(run.reference.id)/"
                _ = try await backup.restore(
                    run.reference.id, scope: .all,
                    to: RestoreTarget(storage: rig.target, prefix: prefix))
                #expect(try await rig.contents(of: rig.target, prefix: prefix) != expected)
            }
        }
    }
}
