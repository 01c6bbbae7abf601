import S3
import Testing

@testable import ResilientStorage

struct BackupPlanTests {
    @Test func withoutAParentEverythingIsCopied() {
        let plan = BackupPlan(listed: [version("b", 2, "2"), version("a", 1, "1")], parent: nil)
        #expect(plan.unchanged.isEmpty)
        #expect(plan.changed.map(\.key) == ["a", "b"])
    }

    private struct Row: CustomTestStringConvertible, Sendable {
        let size: Int
        let etag: String
        var key = "key"
        let isCopied: Bool
        var testDescription: String { "\(key) \(size) \(etag)" }
    }

    /// Against a parent that holds `key` with 5 bytes and the ETag `e`, and one without an ETag.
    @Test(arguments: [
        Row(size: 5, etag: "e", isCopied: false), Row(size: 6, etag: "e", isCopied: true),
        Row(size: 5, etag: "f", isCopied: true), Row(size: 5, etag: "", isCopied: true),
        Row(size: 5, etag: "", key: "blank", isCopied: true),
        Row(size: 5, etag: "e", key: "other", isCopied: true),
        // Other bytes for what Swift takes for the same string.
        Row(size: 5, etag: "e", key: "\u{e9}", isCopied: false),
        Row(size: 5, etag: "e", key: "e\u{301}", isCopied: true),
    ])
    private func onlyTheSameETagAndSizeOfTheSameKeyAreTakenOver(_ row: Row) {
        let parent = manifest([
            version("key", 5, "e"), version("blank", 5, ""), version("\u{e9}", 5, "e"),
        ])
        let plan = BackupPlan(listed: [version(row.key, row.size, row.etag)], parent: parent)
        #expect(plan.changed.count == (row.isCopied ? 1 : 0))
        #expect(plan.unchanged.count == (row.isCopied ? 0 : 1))
        #expect(plan.unchanged.allSatisfy { $0.key.utf8.elementsEqual(row.key.utf8) })
    }

    @Test func whatIsListedTwiceIsCopiedOnce() {
        let listed = [version("a", 1, "1"), version("a", 2, "2")]
        #expect(BackupPlan(listed: listed, parent: nil).changed.map(\.etag) == ["2"])
    }

    @Test(arguments: UInt64(0)..<200)
    func everyKeyIsTakenOverCopiedOrDeletedAndNoneTwice(round: UInt64) {
        var random = SplitMix64(round: round)
        let before = versions(using: &random)
        let listed = versions(using: &random)
        let parent = manifest(before)
        let plan = BackupPlan(listed: listed, parent: parent)
        let note = Seed.note(round: round)
        let expected = listed.filter { version in
            !before.contains {
                $0.key == version.key && $0.etag == version.etag && $0.size == version.size
            }
        }
        #expect(Set(plan.changed.map(\.key)) == Set(expected.map(\.key)), note)
        #expect(plan.changed.count == expected.count, note)
        let all = plan.changed.map(\.key) + plan.unchanged.map(\.key)
        #expect(all.sorted() == listed.map(\.key).sorted(), note)

        let deleted = BackupPlan.deletedKeys(
            since: parent, now: plan.unchanged + manifest(plan.changed).entries)
        let gone = Set(before.map(\.key)).subtracting(listed.map(\.key))
        #expect(Set(deleted) == gone && deleted.count == gone.count, note)
    }

    // MARK: Scope

    @Test func aSampleIsOfItsSizeOfItsSeedAndInOrder() {
        let entries = manifest((0..<40).map { version("key-\($0)", 1, "e") }).entries
        let whole = entries.map(\.key)
        var samples: Set<[String]> = []
        for seed in UInt64(0)..<20 {
            let scope = BackupScope.sample(count: 7, seed: seed)
            let chosen = scope.select(from: entries).entries.map(\.key)
            #expect(chosen.count == 7 && Set(chosen).count == 7)
            #expect(chosen == whole.filter { chosen.contains($0) })
            #expect(chosen == scope.select(from: entries.reversed()).entries.map(\.key).reversed())
            samples.insert(chosen)
        }
        #expect(samples.count == 20)
        #expect(samples.reduce(into: Set<String>()) { $0.formUnion($1) }.count == 40)
        let all = BackupScope.sample(count: 99, seed: 1).select(from: entries)
        #expect(all.entries.map(\.key) == whole)
    }

    @Test func keysAreChosenByTheirBytes() {
        let entries = manifest([version("a", 1, "e"), version("\u{e9}", 1, "e")]).entries
        let selection = BackupScope.keys(["e\u{301}", "a"]).select(from: entries)
        #expect(selection.entries.map(\.key) == ["a"])
        #expect(selection.absent == ["e\u{301}"])
    }

    @Test func aSampleOfNothingTraps() async {
        await #expect(processExitsWith: .failure) {
            _ = BackupScope.sample(count: 0, seed: 1).select(from: [])
        }
    }

    private func version(_ key: String, _ size: Int, _ etag: String) -> ObjectVersion {
        ObjectVersion(key: key, size: size, etag: etag)
    }

    private func versions(using random: inout SplitMix64) -> [ObjectVersion] {
        (0..<10).compactMap { number in
            guard Int.random(in: 0..<3, using: &random) > 0 else { return nil }
            return version(
                "key-\(number)", Int.random(in: 0...1, using: &random),
                "e\(Int.random(in: 0...1, using: &random))")
        }
    }

    private func manifest(_ versions: [ObjectVersion]) -> BackupManifest {
        let id = BackupID(time: BackupTime(milliseconds: 0), suffix: "a")
        let entries = versions.map {
            BackupManifest.Entry(
                key: $0.key, size: $0.size, sha256: Digests.sha256([]), etag: $0.etag,
                attributes: ObjectAttributes(),
                storedKey: BackupVault.storedKey(of: $0.key, in: id, attempt: 1), holder: id)
        }
        return BackupManifest(
            id: id, parent: nil, source: BackupManifest.Source(bucket: "source", prefix: ""),
            snapshotPoint: id.time, copied: id.time, entries: entries, deleted: [],
            lateChanges: [])
    }
}
