import DRTesting
import ResilientStorage
import S3
import Testing

@testable import Engine
@testable import FaultProxy

/// Whether a verification has looked, as others see it. Against an embedded storage system.
@Suite(.timeLimit(.minutes(2))) struct VerificationEvidenceTests {
    /// With a backup of three objects.
    private static func withBackup(
        _ sabotage: Sabotage, _ body: (SystemUnderTest, BackupRun) async throws -> Void
    ) async throws {
        let folder = TemporaryDirectory()
        let system = try await SystemUnderTest(
            target: .embedded,
            setting: SystemUnderTest.Setting(
                directory: folder.path, keys: DrillKeys(runKey: "7"), usesFailover: false,
                system: SystemPlan()),
            sabotage: sabotage, observer: { _ in })
        let result: Result<Void, any Error>
        do {
            for name in ["x", "y", "z"] {
                try await system.primary.direct.put(
                    Array(name.utf8), to: system.keys.data + name, in: system.primary.bucket)
            }
            let backups = try #require(system.backups)
            let run = try await backups.backUp(.full)
            result = .success(try await body(system, run))
        } catch {
            result = .failure(error)
        }
        await system.stop()
        withExtendedLifetime(folder) {}
        try result.get()
    }

    private static func expectWhole(_ run: BackupRun, in system: SystemUnderTest) async throws {
        let place = try #require(system.backup)
        for entry in run.manifest.entries {
            let object = try await place.direct.get(
                system.keys.backups + entry.storedKey, in: place.bucket)
            #expect(Digests.sha256(object.body) == entry.sha256, "\(entry.key)")
        }
    }

    @Test(arguments: [(Sabotage.control, 3), (.verifyBackupBlind, 0)])
    func theProxySeesWhichObjectsAreRead(sabotage: Sabotage, count: Int) async throws {
        try await Self.withBackup(sabotage) { system, run in
            let place = try #require(system.backup)
            let backups = try #require(system.backups)
            place.reads.begin(of: SystemUnderTest.Agent.backup)
            let found = try await backups.verify(run.reference.id, scope: .all)
            let read = place.reads.end()
            // They say the same.
            #expect(found.problems.isEmpty)
            #expect(found.checkedObjects == 3)
            let stored = run.manifest.entries.map { system.keys.backups + $0.storedKey }
            #expect(read.intersection(stored).count == count)
            // Nothing else is broken.
            try await Self.expectWhole(run, in: system)
        }
    }

    @Test(arguments: [(Sabotage.control, true), (.verifyBackupBlind, false)])
    func onlyWhoLooksFindsDamage(sabotage: Sabotage, isFound: Bool) async throws {
        try await Self.withBackup(sabotage) { system, run in
            let place = try #require(system.backup)
            let control = DamageControl(
                backups: try #require(system.backups), client: place.direct,
                bucket: place.bucket)
            for entry in run.manifest.entries {
                let isSeen = try await control.finds(
                    damageTo: entry, at: system.keys.backups + entry.storedKey,
                    of: run.reference.id, beside: [])
                #expect(isSeen == isFound, "\(entry.key)")
            }
            try await Self.expectWhole(run, in: system)
        }
    }

    /// Known before, it says nothing about the damage.
    @Test func otherDamageIsToldApart() async throws {
        try await Self.withBackup(.control) { system, run in
            let place = try #require(system.backup)
            let backups = try #require(system.backups)
            let (client, bucket) = (place.direct, place.bucket)
            let control = DamageControl(backups: backups, client: client, bucket: bucket)
            let (id, entries) = (run.reference.id, run.manifest.entries)
            let keys = entries.map { system.keys.backups + $0.storedKey }
            try await client.delete(keys[0], in: bucket)
            let known = try await backups.verify(id, scope: .all).problems
            #expect(known.compactMap(\.key) == [entries[0].key])
            #expect(
                try await control.finds(damageTo: entries[1], at: keys[1], of: id, beside: known))
            let isAlone = try await control.finds(
                damageTo: entries[1], at: keys[1], of: id, beside: [])
            #expect(!isAlone)
        }
    }

    @Test func onlyWhatWasReadWholeByTheOneWhoIsWatchedCounts() {
        func operation(
            _ method: String, _ key: String, of agent: String = "reader", status: Int? = 200,
            fault: Fault.Kind? = nil
        ) -> ProxiedOperation {
            var operation = ProxiedOperation(
                sequence: 1, method: method, bucket: "bucket", key: key, agent: agent,
                metadata: [:], received: .now)
            (operation.status, operation.fault) = (status, fault)
            return operation
        }
        let reads = ReadRecord()
        reads.record(operation("GET", "before"))
        reads.begin(of: "reader")
        reads.record(operation("GET", "whole"))
        reads.record(operation("GET", "whole"))
        reads.record(operation("GET", "part", status: 206))
        reads.record(operation("HEAD", "head"))
        reads.record(operation("PUT", "written"))
        reads.record(operation("GET", ""))
        reads.record(operation("GET", "missing", status: 404))
        reads.record(operation("GET", "lost", status: nil))
        reads.record(operation("GET", "cut", fault: .truncate))
        reads.record(operation("GET", "other", of: "somebody"))
        #expect(reads.end() == ["whole", "part"])
        reads.record(operation("GET", "after"))
        #expect(reads.end() == [])
    }
}
