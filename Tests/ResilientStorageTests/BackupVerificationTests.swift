import ResilientStorage
import S3
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BackupVerificationTests {
    @Test func everyProblemIsListedAndNotOnlyTheFirst() async throws {
        try await withBackupRig { (rig) async throws in
            for key in ["corrupt", "cut", "missing", "whole"] {
                try await rig.put("the body of \(key)", to: key)
            }
            for key in ["large-corrupt", "large-cut", "large-missing", "large-whole"] {
                try await rig.put(patternBytes(8 << 20 + 10, seed: 1), to: key)
            }
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            try await rig.spoil(in: run.manifest) { key, bytes in
                switch key {
                case _ where key.hasSuffix("corrupt"): bytes.dropLast() + [bytes.last! ^ 1]
                case _ where key.hasSuffix("cut"): bytes.dropLast()
                case _ where key.hasSuffix("missing"): nil
                default: bytes
                }
            }
            let verification = try await backup.verify(run.reference.id, scope: .all)
            let found = verification.problems.map { "\($0.key ?? "") \($0.kind.rawValue)" }
            let expected = [
                "corrupt corrupt", "cut wrong size", "large-corrupt corrupt",
                "large-cut wrong size", "large-missing missing", "missing missing",
            ]
            #expect(found == expected)
            #expect(verification.problems.allSatisfy { $0.backup == run.reference.id })
            #expect(verification.checkedObjects == 8)
            #expect(!verification.isClean)
        }
    }

    @Test func whatIsSpoiltOnItsWayIsFound() async throws {
        try await withBackupRig { (rig) async throws in
            for key in 0..<9 { try await rig.put("body \(key)", to: "key-\(key)") }
            let writes = KeyRecorder()
            var destination = WatchedStorage(storage: rig.vault)
            destination.substitute = { key, bytes in
                let isHit = key.contains("/objects/") && writes.add("object") % 3 == 0
                return isHit ? bytes.reversed() : bytes
            }
            let backup = rig.backup(destination: destination)
            let run = try await backup.backUp(.full)
            let verification = try await backup.verify(run.reference.id, scope: .all)
            #expect(verification.problems.map(\.kind) == [.corrupt, .corrupt, .corrupt])
        }
    }

    @Test func whatCannotBeReadIsNoProof() async throws {
        try await withBackupRig { (rig) async throws in
            for key in 0..<3 { try await rig.put("body \(key)", to: "key-\(key)") }
            let run = try await rig.backup().backUp(.full)
            let hidden = try rig.storedKey("key-1", in: run.manifest)
            var destination = WatchedStorage(storage: rig.vault)
            destination.beforeRead = { key in
                if key == hidden { throw S3Error.of(.accessDenied) }
            }
            let backup = rig.backup(destination: destination)
            let verification = try await backup.verify(run.reference.id, scope: .all)
            #expect(verification.problems.map(\.kind) == [.unreadable])
            #expect(verification.problems.map(\.key) == ["key-1"])
        }
    }

    @Test func aSampleReadsOnlySoManyObjects() async throws {
        try await withBackupRig { (rig) async throws in
            for key in 0..<12 { try await rig.put("body \(key)", to: "key-\(key)") }
            let run = try await rig.backup().backUp(.full)
            var read: [Set<String>] = []
            for _ in 0..<2 {
                let reads = KeyRecorder()
                var destination = WatchedStorage(storage: rig.vault)
                destination.beforeRead = { key in
                    if key.contains("/objects/") { reads.add(key) }
                }
                let verification = try await rig.backup(destination: destination).verify(
                    run.reference.id, scope: .sample(count: 5, seed: Seed.value))
                #expect(verification.problems == [] && verification.checkedObjects == 5)
                #expect(reads.all.count == 5)
                read.append(Set(reads.all))
            }
            #expect(read[0] == read[1])
        }
    }

    // MARK: The chain

    enum Damage: CaseIterable {
        case parentMissing, parentChanged, parentReplaced
    }

    @Test(arguments: Damage.allCases)
    func aBrokenChainIsFound(_ damage: Damage) async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put("1", to: "key")
            let backup = rig.backup()
            let full = try await backup.backUp(.full)
            let middle = try await backup.backUp(.incremental(since: nil))
            let last = try await backup.backUp(.incremental(since: nil))
            let place = rig.manifestKey(middle.reference)
            let bytes = try await rig.client.get(place, in: rig.vault.name).body
            let changed = Array(
                String(decoding: bytes, as: UTF8.self)
                    .replacing("late_changes", with: "late_change2").utf8)
            #expect(changed != bytes)
            switch damage {
            case .parentMissing: try await rig.vault.remove(place)
            case .parentChanged: try await rig.client.put(changed, to: place, in: rig.vault.name)
            case .parentReplaced:
                // With a name that fits, but not what the child refers to.
                try await rig.vault.remove(place)
                let other = BackupReference(
                    id: middle.reference.id, sha256: Digests.sha256(changed))
                try await rig.client.put(
                    changed, to: rig.manifestKey(other), in: rig.vault.name)
            }
            let verification = try await backup.verify(last.reference.id, scope: .all)
            #expect(verification.problems.map(\.kind) == [.brokenChain])
            #expect(verification.problems.map(\.backup) == [middle.reference.id])
            #expect(verification.chain == [last.reference.id])
            // The objects are looked at all the same.
            #expect(verification.checkedObjects == 1)
            #expect(try await backup.verify(full.reference.id, scope: .all).problems == [])
        }
    }

    @Test func aChangedManifestIsFoundAndNotRestored() async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put("1", to: "key-1")
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            let place = rig.manifestKey(run.reference)
            let bytes = try await rig.client.get(place, in: rig.vault.name).body
            let text = String(decoding: bytes, as: UTF8.self)
            try await rig.client.put(
                Array(text.replacing("key-1", with: "key-2").utf8), to: place, in: rig.vault.name)
            let verification = try await backup.verify(run.reference.id, scope: .all)
            #expect(verification.problems.map(\.kind) == [.brokenChain])
            #expect(verification.checkedObjects == 0 && verification.chain == [])
            await #expect(throws: BackupError.with(.manifestDamaged)) {
                try await backup.restore(
                    run.reference.id, scope: .all,
                    to: RestoreTarget(storage: rig.target, prefix: ""))
            }
            #expect(try await rig.contents(of: rig.target).isEmpty)
        }
    }

    @Test func whatWasNeverBackedUpCannotBeVerified() async throws {
        try await withBackupRig { (rig) async throws in
            let backup = rig.backup()
            _ = try await backup.backUp(.full)
            let id = BackupID(time: BackupTime(milliseconds: 0), suffix: "none")
            await #expect(throws: BackupError.with(.noSuchBackup)) {
                try await backup.verify(id, scope: .all)
            }
        }
    }
}

extension BackupRig {
    /// Writes other bytes in the place of stored objects, or removes them.
    func spoil(
        in manifest: BackupManifest, _ change: (String, [UInt8]) -> [UInt8]?
    ) async throws {
        for entry in manifest.entries {
            let place = Self.vaultPrefix + entry.storedKey
            let bytes = try await client.get(place, in: vault.name).body
            let changed = change(entry.key, bytes)
            if let changed, changed != bytes {
                try await client.put(changed, to: place, in: vault.name)
            } else if changed == nil {
                try await vault.remove(place)
            }
        }
    }
}
