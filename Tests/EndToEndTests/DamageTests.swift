import Foundation
import Testing

/// What `dr-audit verify` says of a log that was changed on the disk.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(5)))
struct DamageTests {
    private static let sampled = [
        "meta": 2, "events": 8, "tiles": 2, "streams": 2, "appends": 2, "once": 1,
        "checkpoints": 1,
    ]

    @Test func aChangedByteInAnyStoredValueIsFoundAndItsPlaceNamed() async throws {
        let workspace = try await CompletedRun.shared.copy()
        var random = SplitMix64(seed: Seed.value)
        let entries = try await workspace.storedEntries().filter { !$0.isMarkOfFormat }
        #expect(Set(entries.map(\.database)) == Set(Self.sampled.keys))
        for (database, count) in Self.sampled.sorted(by: { $0.key < $1.key }) {
            let all = entries.filter { $0.database == database }
            for entry in all.shuffled(using: &random).prefix(count) {
                let index = Int.random(in: 0..<entry.size, using: &random)
                let mask = Int.random(in: 1...255, using: &random)
                let change = ["change", entry.database, entry.key, "\(index)", "\(mask)"]
                try await workspace.damage(change)
                let verify = try await workspace.run(.audit, ["verify"])
                let note = "\(entry), byte \(index), mask \(mask), seed \(Seed.value)\n\(verify)"
                #expect(verify.status == 3, "\(note)")
                #expect(Self.names(verify.output, entry), "\(note)")
                // The same again undoes it.
                try await workspace.damage(change)
            }
        }
        try await workspace.expectIntact()
    }

    /// A checkpoint stands for a size, anything else for a position.
    private static func names(_ output: String, _ entry: StoredEntry) -> Bool {
        let complaints = output.split(separator: "\n").filter { $0.hasPrefix("NOT INTACT: ") }
        if entry.database == "events" {
            return complaints.contains { $0.contains("position \(entry.position): ") }
        }
        return complaints.contains {
            $0.range(of: "(position|size) [0-9]+", options: .regularExpression) != nil
        }
    }

    /// It is then no log that this program reads, which is never a clean one.
    @Test func aChangedMarkOfTheFormatIsNotPassedOver() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let marks = try await workspace.storedEntries().filter(\.isMarkOfFormat)
        #expect(marks.count == 2)
        for mark in marks {
            let change = ["change", mark.database, mark.key, "\(mark.size - 1)", "1"]
            try await workspace.damage(change)
            let verify = try await workspace.run(.audit, ["verify"])
            #expect([3, 64].contains(verify.status), "\(mark)\n\(verify)")
            try await workspace.damage(change)
        }
        try await workspace.expectIntact()
    }

    @Test(arguments: [1, 5, 40]) func eventsCutFromTheEndAreMissed(count: Int) async throws {
        let workspace = try await CompletedRun.shared.copy()
        let last = try await workspace.events().count
        try await workspace.damage(["cut", "\(count)"])
        let verify = try await workspace.run(.audit, ["verify"])
        #expect(verify.status == 3, "\(verify)")
        #expect(verify.output.contains("position \(last - count + 1): "), "\(verify)")
    }

    /// Everything in the older copy fits together; only the checkpoint outside tells.
    @Test func anOlderCopyOfTheWholeDirectoryIsFound() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(Sample.scenario(), to: "short.yaml")
        let first = try await workspace.drill([file])
        try #require(first.status == 0, "\(first)")
        let older = try await workspace.events().count
        let files = FileManager.default
        try files.copyItem(atPath: workspace.data, toPath: workspace.folder + "/older")
        let second = try await workspace.drill([file])
        try #require(second.status == 0, "\(second)")
        try files.removeItem(atPath: workspace.data)
        try files.moveItem(atPath: workspace.folder + "/older", toPath: workspace.data)
        let verify = try await workspace.run(.audit, ["verify"])
        #expect(verify.status == 3, "\(verify)")
        #expect(verify.output.contains("position \(older + 1): "), "\(verify)")
    }
}

/// Bits and pages of the file itself change, as on a bad disk. Whoever reads such a file may crash.
@Suite(.timeLimit(.minutes(10))) struct RawDamageSoakTests {
    private static let pageSize = 4096

    /// Twelve copies; a hundred in the long tests.
    @Test func damageInTheFileIsFoundOrChangesNothingThatIsRead() async throws {
        let original = try await CompletedRun.shared.copy()
        let whole = try await original.run(.audit, ["replay"])
        try #require(whole.status == 0, "\(whole)")
        try await forEachInPairs(Array(0..<Effort.count(12, soak: 100))) { number in
            let workspace = try Workspace(copyOf: original)
            let file = URL(filePath: workspace.data + "/log/data.mdb")
            var bytes = Array(try Data(contentsOf: file))
            let what = Self.damage(&bytes, number)
            try Data(bytes).write(to: file)
            let verify = try await workspace.run(.audit, ["verify"], within: .seconds(60))
            let note = "copy \(number), seed \(Seed.value): \(what)\n\(verify)"
            #expect([0, 3].contains(verify.status), "\(note)")
            if verify.status == 0 {
                let replay = try await workspace.run(.audit, ["replay"])
                #expect(replay.status == 0, "\(note)\n\(replay)")
                #expect(replay.output == whole.output, "\(note)")
            }
        }
    }

    /// Everything hangs from a page behind the end of the file. Read through a map, that kills.
    @Test func aDamagedPageIsNamedAlsoIfReadingTheLogCrashes() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let page = try workspace.leadBehindTheEndOfTheFile()
        let verify = try await workspace.run(.audit, ["verify"])
        #expect(verify.status == 3, "\(verify)")
        #expect(verify.output.hasPrefix("NOT INTACT: page \(page) of data.mdb"), "\(verify)")
        #expect(verify.complaint.contains("the check did not end by itself"), "\(verify)")
    }

    @Test func aReaderThatCrashesSaysWhatToDo() async throws {
        let workspace = try await CompletedRun.shared.copy()
        try workspace.leadBehindTheEndOfTheFile()
        for arguments in [["replay"], ["show", "dr_tests"], ["prove", "3"]] {
            let run = try await workspace.run(.audit, arguments)
            #expect(run.status == 3, "\(run)")
            #expect(run.complaint.hasSuffix("run dr-audit verify\n"), "\(run)")
            #expect(run.complaint.split(separator: "\n").count == 1, "\(run)")
        }
    }

    @Test func aFileThatLostEverythingDoesNotBecomeANewLog() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let file = workspace.data + "/log/data.mdb"
        try Data().write(to: URL(filePath: file))
        for arguments in [
            ["replay"], ["verify"], ["checkpoint"], ["rotate-key", "--reason", "mine"],
        ] {
            let run = try await workspace.run(.audit, arguments)
            #expect(run.status == 3, "\(run)")
            #expect((run.output + run.complaint).contains("data.mdb is empty"), "\(run)")
        }
        #expect(try Data(contentsOf: URL(filePath: file)).isEmpty)
        let verify = try await workspace.run(.audit, ["verify", "--json"])
        #expect(try JSON(parsing: verify.output)["intact"] == .bool(false))
    }

    private static func damage(_ bytes: inout [UInt8], _ number: Int) -> String {
        var random = SplitMix64(seed: Seed.value &+ UInt64(number))
        let page = Int.random(in: 0..<bytes.count / pageSize, using: &random)
        switch number % 4 {
        case 0:
            for _ in 0..<64 { flipOneBit(&bytes, 0..<bytes.count, &random) }
            return "64 bits anywhere"
        case 1:
            for index in page * pageSize..<(page + 1) * pageSize {
                bytes[index] = UInt8.random(in: .min ... .max, using: &random)
            }
            return "garbage in page \(page)"
        case 2:
            let start = page * pageSize
            for _ in 0..<8 { flipOneBit(&bytes, start..<start + 16, &random) }
            return "8 bits in the head of page \(page)"
        default:
            flipOneBit(&bytes, 0..<bytes.count, &random)
            return "one bit anywhere"
        }
    }

    private static func flipOneBit(
        _ bytes: inout [UInt8], _ range: Range<Int>, _ random: inout SplitMix64
    ) {
        let index = Int.random(in: range, using: &random)
        bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
    }
}
