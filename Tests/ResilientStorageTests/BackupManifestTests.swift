import FoundationEssentials
import S3
import Testing

@testable import ResilientStorage

struct BackupManifestTests {
    @Test(arguments: UInt64(0)..<50)
    func whatIsReadIsWhatWasWrittenToTheByte(round: UInt64) throws {
        var random = SplitMix64(round: round)
        let manifest = Sample.manifest(using: &random)
        let bytes = try manifest.encoded()
        let read = try BackupManifest(decoding: bytes)
        let note = Seed.note(round: round)
        #expect(try read.encoded() == bytes, note)
        #expect(read.id == manifest.id && read.parent == manifest.parent, note)
        #expect(read.snapshotPoint == manifest.snapshotPoint, note)
        let keys = manifest.entries.map { Array($0.key.utf8) }
        #expect(read.entries.map { Array($0.key.utf8) } == keys, note)
        #expect(read.entries.map(\.sha256) == manifest.entries.map(\.sha256), note)
        #expect(read.entries.map(\.attributes) == manifest.entries.map(\.attributes), note)
        let deleted = manifest.deleted.map { Array($0.utf8) }
        #expect(read.deleted.map { Array($0.utf8) } == deleted, note)
    }

    @Test func theOrderOfWhatIsPutInDoesNotShow() throws {
        var random = SplitMix64(round: 1)
        let manifest = Sample.manifest(using: &random)
        #expect(manifest.entries.count > 5)
        let shuffled = BackupManifest(
            id: manifest.id, parent: manifest.parent, source: manifest.source,
            snapshotPoint: manifest.snapshotPoint, copied: manifest.copied,
            entries: manifest.entries.reversed(), deleted: manifest.deleted.reversed(),
            lateChanges: manifest.lateChanges.reversed())
        #expect(try shuffled.encoded() == manifest.encoded())
    }

    @Test func aPersonCanReadIt() throws {
        let manifest = Sample.manifest(keys: ["p/key"], prefix: "p/")
        let text = String(decoding: try manifest.encoded(), as: UTF8.self)
        for line in [
            "\"key\" : \"p/key\"", "\"snapshot_point\" : \"2027-01-15T08:00:00.000Z\"",
            "\"kind\" : \"full\"", "\"version\" : 1", "\"content_type\" : \"text/plain\"",
        ] {
            #expect(text.contains(line), "\(line) in \(text)")
        }
    }

    /// Each a mistake that would lead a restore or a removal astray.
    @Test(arguments: [
        ("\"key\" : \"p/b\"", "\"key\" : \"p/A\""),
        ("\"key\" : \"p/b\"", "\"key\" : \"p/a\""),
        ("\"key\" : \"p/b\"", "\"key\" : \"q/b\""),
        ("\"size\" : 1", "\"size\" : -1"),
        ("\"stored_key\" : \"objects/", "\"stored_key\" : \"other/"),
        ("\"stored_key\" : \"objects/2027", "\"stored_key\" : \"objects/2028"),
        ("\"holder\" : \"2027", "\"holder\" : \"2026"),
        ("\"kind\" : \"full\"", "\"kind\" : \"incremental\""),
        ("\"kind\" : \"full\"", "\"kind\" : \"other\""),
        ("\"snapshot_point\" : \"2027", "\"snapshot_point\" : \"27"),
        ("\"id\" : \"2027", "\"id\" : \"../2027"),
        ("\"entries\"", "\"entrys\""),
        ("{", "["),
    ])
    func aManifestThatContradictsItselfIsRefused(old: String, new: String) throws {
        let manifest = Sample.manifest(keys: ["p/a", "p/b"], prefix: "p/")
        let text = String(decoding: try manifest.encoded(), as: UTF8.self)
        let changed = text.replacing(old, with: new)
        try #require(changed != text)
        #expect(throws: BackupError.with(.manifestDamaged)) { () throws in
            try BackupManifest(decoding: Array(changed.utf8))
        }
    }

    @Test func aLaterVersionIsRefusedAsSuch() throws {
        let manifest = Sample.manifest(keys: ["p/a"], prefix: "p/")
        let text = String(decoding: try manifest.encoded(), as: UTF8.self)
        let changed = text.replacing("\"version\" : 1", with: "\"version\" : 2")
        #expect(throws: BackupError.with(.unknownVersion)) { () throws in
            try BackupManifest(decoding: Array(changed.utf8))
        }
    }

    @Test func aManifestThatNobodyCouldReadIsNotWritten() {
        let manifest = Sample.manifest(keys: ["p/a", "elsewhere"], prefix: "p/")
        #expect(throws: BackupError.with(.manifestDamaged)) { () throws in
            try manifest.encoded()
        }
    }

    // MARK: Names and times

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"),
        (-1, "1969-12-31T23:59:59.999Z"), (1_800_000_000_050, "2027-01-15T08:00:00.050Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
    ])
    func aTimeIsWrittenAndReadToTheMillisecond(milliseconds: Int64, text: String) {
        let time = BackupTime(milliseconds: milliseconds)
        #expect(time.description == text)
        #expect(BackupTime(text) == time)
        let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        #expect(BackupTime(date) == time)
    }

    @Test(arguments: [
        "", "2027-01-15T08:00:00Z", "2027-01-15T08:00:00.0000Z", "2027-13-15T08:00:00.000Z",
        "2027-01-15 08:00:00.000Z", "2027-01-15T08:00:00.000+", "2027-01-15T08:00:00.+01Z",
    ])
    func anythingElseIsNoTime(_ text: String) { #expect(BackupTime(text) == nil) }

    @Test func aNameIsReadAsItWasWritten() {
        let id = BackupID(time: BackupTime(milliseconds: 1_800_000_000_050), suffix: "k3x9")
        #expect(id.description == "20270115T080000050Z-k3x9")
        #expect(BackupID(id.description) == id)
    }

    @Test(arguments: [
        "", "20270115T080000050Z", "20270115T080000050Z-", "20270115T080000050Z-A",
        "20270115T080000050Z-a/b", "20270115T080000050Z-a-b", "20271315T080000050Z-a",
        "../20270115T080000050Z-a", "20270115T080000050Z-é", "20270115T08000005\u{301}Z-a",
        "20270115T080000050Z-" + String(repeating: "a", count: 33),
    ])
    func anythingElseIsNoName(_ text: String) { #expect(BackupID(text) == nil) }

    @Test(arguments: [(10, nil, 10), (10, 9, 10), (10, 10, 11), (10, 50, 51)])
    func theNextNameIsLaterThanAllBefore(now: Int64, newest: Int64?, expected: Int64) {
        let before = newest.map { BackupID(time: BackupTime(milliseconds: $0), suffix: "z") }
        let next = BackupID.next(
            at: BackupTime(milliseconds: now), after: before, suffix: "a")
        #expect(next.time.milliseconds == expected)
        #expect(before.map { next > $0 } ?? true)
    }
}

private enum Sample {
    static let id = BackupID(time: BackupTime(milliseconds: 1_800_000_000_000), suffix: "a")

    /// A full backup of these keys.
    static func manifest(keys: [String], prefix: String) -> BackupManifest {
        BackupManifest(
            id: id, parent: nil,
            source: BackupManifest.Source(bucket: "source", prefix: prefix),
            snapshotPoint: id.time, copied: id.time, entries: keys.map { entry($0, of: id) },
            deleted: [], lateChanges: [])
    }

    static func entry(_ key: String, of holder: BackupID) -> BackupManifest.Entry {
        BackupManifest.Entry(
            key: key, size: 1, sha256: Digests.sha256(Array(key.utf8)), etag: "e",
            attributes: ObjectAttributes(contentType: "text/plain"),
            storedKey: BackupVault.storedKey(of: key, in: holder, attempt: 1), holder: holder)
    }

    /// An incremental backup of anything.
    static func manifest(using random: inout SplitMix64) -> BackupManifest {
        let parent = BackupID(time: BackupTime(milliseconds: 1_700_000_000_000), suffix: "p")
        let prefix = random.text(upTo: 3)
        var keys: Set<[UInt8]> = []
        while keys.count < 8 { keys.insert(Array((prefix + "/" + random.text(upTo: 20)).utf8)) }
        let entries = keys.map { key in
            let holder = Bool.random(using: &random) ? id : parent
            let text = String(decoding: key, as: UTF8.self)
            return BackupManifest.Entry(
                key: text, size: Int.random(in: 0...Int.max, using: &random),
                sha256: Digests.sha256(key), etag: "e\(key.count)",
                attributes: ObjectAttributes(
                    contentType: "text/plain", metadata: ["a": text, "b": "c", "d": ""]),
                storedKey: BackupVault.storedKey(of: text, in: holder, attempt: 1),
                holder: holder)
        }
        return BackupManifest(
            id: id, parent: BackupReference(id: parent, sha256: Digests.sha256([])),
            source: BackupManifest.Source(bucket: "source", prefix: prefix),
            snapshotPoint: id.time, copied: id.time, entries: entries,
            deleted: [random.text(upTo: 9), random.text(upTo: 9)],
            lateChanges: [
                BackupManifest.LateChange(key: "z", listedETag: "e", outcome: .deleted),
                BackupManifest.LateChange(key: "y", listedETag: "f", outcome: .replaced),
            ])
    }
}
