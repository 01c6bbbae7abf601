import ResilientStorage
import S3
import Testing

/// Retention over stored backups.
@Suite(.timeLimit(.minutes(5)))
struct BackupRemovalTests {
    @Test func expiredChainsGoWithTheirObjectsAndKeptOnesStayWhole() async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.client.put([1], to: "kept/other", in: rig.vault.name)
            let backup = rig.backup()
            var runs: [BackupRun] = []
            for mode in [
                BackupMode.full, .incremental(since: nil), .full, .incremental(since: nil),
            ] {
                try await rig.put("\(runs.count)", to: "key-\(runs.count)")
                runs.append(try await backup.backUp(mode))
            }
            let removal = try await backup.removeExpired(Retention(keepLast: 1))
            #expect(removal.removed == [runs[1].reference.id, runs[0].reference.id])
            #expect(removal.strayObjects == 0)
            #expect(try await backup.backups() == [runs[2].reference, runs[3].reference])
            let last = runs[3].reference.id
            #expect(try await backup.verify(last, scope: .all).problems == [])
            for run in runs[..<2] {
                let folder = "\(BackupRig.vaultPrefix)objects/\(run.reference.id)/"
                #expect(try await rig.vault.list(prefix: folder).isEmpty)
            }
            #expect(try await rig.client.get("kept/other", in: rig.vault.name).body == [1])
            #expect(try await backup.removeExpired(Retention(keepLast: 1)).removed == [])
        }
    }

    @Test func whatAKeptBackupBuildsOnIsKept() async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put("1", to: "key")
            let backup = rig.backup()
            _ = try await backup.backUp(.full)
            _ = try await backup.backUp(.incremental(since: nil))
            let last = try await backup.backUp(.incremental(since: nil))
            let removal = try await backup.removeExpired(Retention(keepLast: 1))
            #expect(removal == BackupRemoval(removed: [], strayObjects: 0))
            #expect(try await backup.backups().count == 3)
            #expect(try await backup.verify(last.reference.id, scope: .all).problems == [])
        }
    }

    @Test func whatAnInterruptedBackupLeftIsClearedAwayOnceItIsOld() async throws {
        try await withBackupRig { (rig) async throws in
            for key in 0..<5 { try await rig.put("\(key)", to: "key-\(key)") }
            var destination = WatchedStorage(storage: rig.vault)
            destination.beforeWrite = { key in
                if key.hasSuffix(".json") { throw S3Error.of(.accessDenied) }
            }
            await #expect(throws: BackupError.self) {
                try await rig.backup(destination: destination).backUp(.full)
            }
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            rig.clock.advance(days: 6)
            let early = try await backup.removeExpired(Retention(keepLast: 1))
            #expect(early == BackupRemoval(removed: [], strayObjects: 0))
            rig.clock.advance(days: 2)
            let late = try await backup.removeExpired(Retention(keepLast: 1))
            #expect(late == BackupRemoval(removed: [], strayObjects: 5))
            #expect(try await backup.verify(run.reference.id, scope: .all).problems == [])
        }
    }

    @Test func aRemovalThatStopsHalfwayLeavesNoBackupWithoutItsObjects() async throws {
        try await withBackupRig { (rig) async throws in
            for key in 0..<3 { try await rig.put("\(key)", to: "key-\(key)") }
            let backup = rig.backup()
            let old = try await backup.backUp(.full)
            let new = try await backup.backUp(.full)
            let removed = KeyRecorder()
            var destination = WatchedStorage(storage: rig.vault)
            destination.beforeRemove = { key in
                removed.add(key)
                if key.contains("/objects/") { throw S3Error.of(.accessDenied) }
            }
            await #expect(throws: BackupError.with(.destinationUnavailable)) {
                try await rig.backup(destination: destination).removeExpired(
                    Retention(keepLast: 1))
            }
            #expect(removed.all.first == rig.manifestKey(old.reference))
            #expect(try await backup.backups() == [new.reference])
            rig.clock.advance(days: 8)
            let rest = try await backup.removeExpired(Retention(keepLast: 1))
            #expect(rest == BackupRemoval(removed: [], strayObjects: 3))
            #expect(try await backup.verify(new.reference.id, scope: .all).problems == [])
        }
    }

    @Test func withAManifestThatCannotBeReadNothingIsRemoved() async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put("1", to: "key")
            let backup = rig.backup()
            for _ in 0..<3 { _ = try await backup.backUp(.full) }
            let references = try await backup.backups()
            try await rig.client.put(
                [1, 2, 3], to: rig.manifestKey(references[1]), in: rig.vault.name)
            let before = try await rig.contents(of: rig.vault)
            await #expect(throws: BackupError.with(.manifestDamaged)) {
                try await backup.removeExpired(Retention(keepLast: 1))
            }
            #expect(try await rig.contents(of: rig.vault) == before)
        }
    }
}
