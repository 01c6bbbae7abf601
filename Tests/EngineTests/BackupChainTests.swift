import FoundationEssentials
import ResilientStorage
import S3
import Testing

@testable import Engine

/// What a backup storage shows to anybody.
struct BackupChainTests {
    private static let prefix = "drill/backups/"

    private struct Kept {
        let manifest: BackupManifest
        let reference: BackupReference
        let bytes: [UInt8]

        var key: String {
            "\(BackupChainTests.prefix)manifests/\(reference.id).\(reference.sha256).json"
        }
    }

    /// A backup of two objects, the bytes of which are their keys.
    private static func backup(_ number: Int64, after parent: Kept?) throws -> Kept {
        let time = BackupTime(milliseconds: 1_800_000_000_000 + number)
        let id = BackupID(time: time, suffix: "a")
        let entries = ["x", "y"].map { key in
            BackupManifest.Entry(
                key: key, size: 1, sha256: Digests.sha256(Array(key.utf8)), etag: key,
                attributes: ObjectAttributes(), storedKey: "objects/\(id)/\(key)", holder: id)
        }
        let manifest = BackupManifest(
            id: id, parent: parent?.reference,
            source: BackupManifest.Source(bucket: "bucket", prefix: ""), snapshotPoint: time,
            copied: time, entries: entries, deleted: [], lateChanges: [])
        let bytes = try manifest.encoded()
        return Kept(
            manifest: manifest, reference: BackupReference(id: id, sha256: Digests.sha256(bytes)),
            bytes: bytes)
    }

    private static func chain() throws -> [Kept] {
        let full = try backup(1, after: nil)
        let second = try backup(2, after: full)
        return [full, second, try backup(3, after: second)]
    }

    private func seen(_ kept: [Kept], _ change: (inout [String: [UInt8]]) -> Void) -> BackupChain {
        var files = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.bytes) })
        change(&files)
        return BackupChain(files, below: Self.prefix)
    }

    @Test func aChainLeadsFromTheNewestToAFullBackup() throws {
        let kept = try Self.chain()
        for count in 1...3 {
            let chain = seen(Array(kept.prefix(count))) { $0[Self.prefix + "manifests/other"] = [] }
            #expect(chain.length == count)
            #expect(chain.newest?.id == kept[count - 1].reference.id)
        }
        let none = seen([]) { _ in }
        #expect(none.length == 0 && none.newest == nil)
        #expect(none.objects(among: []) == 0)
        #expect(none.mismatches(with: [:]) == nil)
    }

    @Test(arguments: 0..<3, [true, false])
    func aChainWithoutOneOfItsManifestsIsNone(_ index: Int, isMissing: Bool) throws {
        let kept = try Self.chain()
        let chain = seen(kept) { files in
            files[kept[index].key] = isMissing ? nil : kept[index].bytes + [32]
        }
        // Without the newest, the one before it is.
        #expect(chain.length == (index == 2 && isMissing ? 2 : 0))
        #expect((chain.newest == nil) == (index == 2 && !isMissing))
    }

    @Test func theObjectsOfTheNewestBackupAreHashedAgain() throws {
        let kept = try Self.chain()
        let chain = seen(kept) { _ in }
        let names = kept[2].manifest.entries.map { Self.prefix + $0.storedKey }
        let whole = Dictionary(
            uniqueKeysWithValues: zip(names, ["x", "y"].map { StoredObject(Array($0.utf8)) }))
        #expect(chain.objects(among: Set(names)) == 2)
        #expect(chain.mismatches(with: whole) == 0)
        for damaged in [nil, StoredObject([]), StoredObject(Array("z".utf8))] {
            var stored = whole
            stored[names[0]] = damaged
            #expect(chain.mismatches(with: stored) == 1)
        }
        #expect(chain.objects(among: [names[1], "x"]) == 1)
    }
}
