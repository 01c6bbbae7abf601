import ResilientStorage
import S3
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BackupRestoreTests {
    @Test func aTargetThatHoldsObjectsIsRefusedAndStaysAsItIs() async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put("new", to: "key")
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            try await rig.putInTarget("old", to: "in/there")
            let before = try await rig.contents(of: rig.target)
            await #expect(throws: BackupError.with(.targetNotEmpty)) {
                try await backup.restore(
                    run.reference.id, scope: .all,
                    to: RestoreTarget(storage: rig.target, prefix: "in/"))
            }
            #expect(try await rig.contents(of: rig.target) == before)
            // Beside it there is room.
            let restoration = try await backup.restore(
                run.reference.id, scope: .all,
                to: RestoreTarget(storage: rig.target, prefix: "beside/"))
            #expect(restoration.isComplete)
        }
    }

    @Test(arguments: [RestoreTarget.Policy.overwrite, .mirror])
    func onlyAMirrorDeletesWhatTheBackupDoesNotHave(policy: RestoreTarget.Policy) async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put("1", to: "both")
            try await rig.put("1", to: "lost")
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            for key in ["at/both", "at/more", "at/e\u{301}", "beside"] {
                try await rig.putInTarget("2", to: key)
            }
            let restoration = try await backup.restore(
                run.reference.id, scope: .all,
                to: RestoreTarget(storage: rig.target, prefix: "at/", policy: policy))
            #expect(restoration.problems == [])
            #expect(restoration.restoredObjects == 2)
            #expect(restoration.deletedObjects == (policy == .mirror ? 2 : 0))
            let expected = try await rig.contents(of: rig.source)
            let restored = try await rig.contents(of: rig.target, prefix: "at/")
            #expect((restored == expected) == (policy == .mirror))
            #expect(restored.count == (policy == .mirror ? 2 : 4))
            #expect(try await rig.contents(of: rig.target).count == restored.count + 1)
        }
    }

    @Test func aMirrorDeletesNothingAsLongAsSomethingIsMissing() async throws {
        try await withBackupRig { (rig) async throws in
            for key in ["a", "b"] { try await rig.put(key, to: key) }
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            try await rig.spoil(in: run.manifest) { key, bytes in key == "a" ? nil : bytes }
            try await rig.putInTarget("kept", to: "more")
            let restoration = try await backup.restore(
                run.reference.id, scope: .all,
                to: RestoreTarget(storage: rig.target, prefix: "", policy: .mirror))
            #expect(restoration.problems.map(\.kind) == [.missing])
            #expect(restoration.restoredObjects == 1 && restoration.deletedObjects == 0)
            let keys = try await rig.target.list(prefix: "").map(\.key).sorted()
            #expect(keys == ["b", "more"])
        }
    }

    @Test func whatWasDeletedBeforeTheSnapshotDoesNotComeBack() async throws {
        try await withBackupRig { (rig) async throws in
            for key in ["kept", "deleted"] { try await rig.put(key, to: key) }
            let backup = rig.backup()
            _ = try await backup.backUp(.full)
            try await rig.delete("deleted")
            let run = try await backup.backUp(.incremental(since: nil))
            let target = RestoreTarget(storage: rig.source, prefix: "", policy: .mirror)
            let restoration = try await backup.restore(run.reference.id, scope: .all, to: target)
            #expect(restoration.problems == [])
            #expect(try await rig.source.list(prefix: "").map(\.key) == ["kept"])
        }
    }

    @Test func spoiltObjectsAreNotWrittenAndTheOthersAre() async throws {
        try await withBackupRig { (rig) async throws in
            for key in ["corrupt", "cut", "whole"] { try await rig.put("body \(key)", to: key) }
            for key in ["large-corrupt", "large-whole"] {
                try await rig.put(patternBytes(8 << 20 + 10, seed: 2), to: key)
            }
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            try await rig.spoil(in: run.manifest) { key, bytes in
                switch key {
                case _ where key.hasSuffix("corrupt"): bytes.dropLast() + [bytes.last! ^ 1]
                case "cut": bytes.dropLast()
                default: bytes
                }
            }
            let restoration = try await backup.restore(
                run.reference.id, scope: .all, to: RestoreTarget(storage: rig.target, prefix: ""))
            let found = restoration.problems.map { "\($0.key ?? "") \($0.kind.rawValue)" }
            #expect(found == ["corrupt corrupt", "cut wrong size", "large-corrupt corrupt"])
            #expect(restoration.selectedObjects == 5 && restoration.restoredObjects == 2)
            let keys = try await rig.target.list(prefix: "").map(\.key).sorted()
            #expect(keys == ["large-whole", "whole"])
        }
    }

    @Test func aTargetThatRefusesOrSpoilsIsFoundOut() async throws {
        try await withBackupRig { (rig) async throws in
            for key in ["refused", "spoilt", "whole"] { try await rig.put("body \(key)", to: key) }
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            var target = WatchedStorage(storage: rig.target)
            target.beforeWrite = { key in
                if key == "refused" { throw S3Error.of(.accessDenied) }
            }
            target.substitute = { key, bytes in key == "spoilt" ? bytes.reversed() : bytes }
            let restoration = try await backup.restore(
                run.reference.id, scope: .all, to: RestoreTarget(storage: target, prefix: ""))
            #expect(restoration.problems.map(\.kind) == [.notWritten, .notReadBack])
            #expect(restoration.problems.map(\.key) == ["refused", "spoilt"])
            #expect(restoration.restoredObjects == 1)
        }
    }

    /// It goes up in parts, and what belongs to the whole is said before the first of them.
    @Test func aLargeObjectKeepsItsAttributes() async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put(
                patternBytes(8 << 20 + 1, seed: 3), to: "large", metadata: ["name": "value"])
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            #expect(run.manifest.entries.map(\.metadata) == [["name": "value"]])
            let restoration = try await backup.restore(
                run.reference.id, scope: .all, to: RestoreTarget(storage: rig.target, prefix: ""))
            #expect(restoration.isComplete && restoration.restoredObjects == 1)
            let restored = try await rig.target.head("large")
            #expect(restored.attributes.metadata == ["name": "value"])
        }
    }

    @Test func attributesThatTheTargetLosesAreReported() async throws {
        try await withBackupRig { (rig) async throws in
            try await rig.put(Array("body".utf8), to: "key", metadata: ["name": "value"])
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            var target = WatchedStorage(storage: rig.target)
            let storage = rig.target
            target.afterWrite = { key in
                try await storage.write(
                    Array("body".utf8), to: key, attributes: ObjectAttributes(), if: nil)
            }
            let restoration = try await backup.restore(
                run.reference.id, scope: .all, to: RestoreTarget(storage: target, prefix: ""))
            #expect(restoration.problems.map(\.kind) == [.attributesDiffer])
            #expect(restoration.restoredObjects == 1)
        }
    }

    @Test func aPartOfABackupCanBeRestored() async throws {
        try await withBackupRig { (rig) async throws in
            for key in 0..<10 { try await rig.put("body \(key)", to: "key-\(key)") }
            let backup = rig.backup()
            let run = try await backup.backUp(.full)
            let some = try await backup.restore(
                run.reference.id, scope: .sample(count: 4, seed: 7),
                to: RestoreTarget(storage: rig.target, prefix: "some/"))
            #expect(some.isComplete && some.selectedObjects == 4 && some.restoredObjects == 4)
            #expect(try await rig.target.list(prefix: "some/").count == 4)
            let named = try await backup.restore(
                run.reference.id, scope: .keys(["key-3", "key-30"]),
                to: RestoreTarget(storage: rig.target, prefix: "named/"))
            #expect(named.problems.map(\.kind) == [.notInBackup])
            #expect(named.problems.map(\.key) == ["key-30"])
            #expect(named.selectedObjects == 2 && named.restoredObjects == 1)
            let keys = try await rig.target.list(prefix: "named/").map(\.key)
            #expect(keys == ["named/key-3"])
        }
    }
}

extension BackupRig {
    fileprivate func putInTarget(_ text: String, to key: String) async throws {
        try await client.put(Array(text.utf8), to: key, in: target.name)
    }
}
