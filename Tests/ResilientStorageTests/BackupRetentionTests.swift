import FoundationEssentials
import ResilientStorage
import Testing

struct BackupRetentionTests {
    private struct Row: CustomTestStringConvertible, Sendable {
        /// What each backup builds on. The first was made on day 0, the next on day 1.
        let references: [Set<Int>]
        let keepLast: Int
        var keepDays = 0
        /// Newest first.
        let removed: [Int]
        var testDescription: String { "\(references) \(keepLast) \(keepDays)" }
    }

    private static let rows = [
        Row(references: [], keepLast: 1, removed: []),
        Row(references: [[]], keepLast: 1, removed: []),
        Row(references: [[], [], []], keepLast: 1, removed: [1, 0]),
        Row(references: [[], [], []], keepLast: 2, removed: [0]),
        Row(references: [[], [], []], keepLast: 9, removed: []),
        // A chain is kept down to its full backup.
        Row(references: [[], [0], [1]], keepLast: 1, removed: []),
        Row(references: [[], [0], [], [2]], keepLast: 1, removed: [1, 0]),
        // Two children of one parent: the other child goes.
        Row(references: [[], [0], [0]], keepLast: 1, removed: [1]),
        // Bytes are needed of a backup further down than the parent.
        Row(references: [[], [], [1, 0]], keepLast: 1, removed: []),
        // Day 4 is now.
        Row(references: [[], [], [], []], keepLast: 1, keepDays: 2, removed: [2, 1, 0]),
        Row(references: [[], [], [], []], keepLast: 1, keepDays: 3, removed: [1, 0]),
        Row(references: [[], [], [], [], [0]], keepLast: 1, keepDays: 2, removed: [2, 1]),
        Row(references: [[], [], [0], []], keepLast: 1, keepDays: 3, removed: [1]),
    ]

    @Test(arguments: rows) private func exactlyTheseAreRemoved(_ row: Row) {
        let backups = Self.backups(row.references)
        let retention = Retention(
            keepLast: row.keepLast, keepFor: .seconds(row.keepDays * 24 * 3600))
        let removed = retention.decide(backups.shuffled(), now: Self.day(4))
        #expect(removed == row.removed.map { backups[$0].id })
    }

    @Test(arguments: UInt64(0)..<200)
    func nothingThatAKeptBackupNeedsIsEverRemoved(round: UInt64) {
        var random = SplitMix64(round: round)
        let count = Int.random(in: 0...20, using: &random)
        let references = (0..<count).map { number in
            let needs = number == 0 ? 0 : Int.random(in: 0...2, using: &random)
            return Set((0..<needs).map { _ in Int.random(in: 0..<number, using: &random) })
        }
        let backups = Self.backups(references)
        let keepLast = Int.random(in: 1...5, using: &random)
        let keepDays = Int.random(in: 0...10, using: &random)
        let retention = Retention(keepLast: keepLast, keepFor: .seconds(keepDays * 24 * 3600))
        let now = Int.random(in: count...count + 5, using: &random)
        let removed = retention.decide(backups, now: Self.day(now))
        let note = Seed.note(round: round)
        #expect(removed == removed.sorted(by: >), note)
        let gone = Set(removed)
        #expect(gone.count == removed.count, note)
        let kept = backups.filter { !gone.contains($0.id) }
        #expect(kept.allSatisfy { $0.references.isDisjoint(with: gone) }, note)
        #expect(backups.suffix(keepLast).allSatisfy { !gone.contains($0.id) }, note)
        // And none is kept without a reason.
        let needed = kept.reduce(into: Set<BackupID>()) { $0.formUnion($1.references) }
        for (number, backup) in backups.dropLast(keepLast).enumerated()
        where !gone.contains(backup.id) {
            #expect(needed.contains(backup.id) || now - number < keepDays, note)
        }
        #expect(retention.decide(kept, now: Self.day(now)) == [], note)
    }

    private static func day(_ number: Int) -> Date {
        Date(timeIntervalSince1970: 1_800_000_000 + Double(number * 24 * 3600))
    }

    private static func backups(_ references: [Set<Int>]) -> [Retention.Backup] {
        let ids = references.indices.map { BackupID(time: BackupTime(day($0)), suffix: "b\($0)") }
        return references.enumerated().map { number, needed in
            Retention.Backup(
                id: ids[number], snapshotPoint: BackupTime(day(number)),
                references: Set(needed.map { ids[$0] }))
        }
    }
}
