import Testing

@testable import Engine

/// Times in seconds after some moment. The snapshot is of 20.
struct BackupAnalysisTests {
    private static let start = ContinuousClock.now
    private static let objects = SyntheticObjects(seed: 5, bytes: 64)
    private static let keys = KeySpace(prefix: "", count: 40)
    private static let snapshot = 20

    private static func at(_ seconds: Int?) -> ContinuousClock.Instant? {
        seconds.map { start + .seconds($0) }
    }

    private static func write(
        _ change: OperationMix.Change, of key: Int, at seconds: Int, in book: inout LedgerBook
    ) {
        let write = book.begin(change, of: key, at: start + .seconds(seconds))
        book.end(write, as: .served, at: start + .seconds(seconds))
    }

    /// What was there at the snapshot, changed afterwards by 20 creations, 5 overwrites and 5
    /// deletes, the first of them an overwrite at 30.
    private struct History {
        var book = LedgerBook(keys: 40)
        let snapshot: LedgerExpectations?

        init() {
            book.keepEverything(since: BackupAnalysisTests.start)
            for key in 0..<12 { write(.creation, of: key, at: key, in: &book) }
            // The second write of key 0, and the third, which is the first change.
            write(.overwrite, of: 0, at: 15, in: &book)
            for key in 0..<5 { write(.overwrite, of: key, at: 30 + key, in: &book) }
            for key in 5..<10 { write(.deletion, of: key, at: 35 + key, in: &book) }
            for key in 12..<32 { write(.creation, of: key, at: 35 + key, in: &book) }
            snapshot = book.takeSnapshot(
                asOf: BackupAnalysisTests.start + .seconds(BackupAnalysisTests.snapshot))
        }

        /// As it was at the snapshot: sequence 1 to 12 of keys 0 to 11, but 13 of key 0.
        var restored: [String: StoredObject] {
            var stored: [String: StoredObject] = [:]
            for key in 0..<12 {
                let body = objects.body(of: key, sequence: key == 0 ? 13 : key + 1)
                stored[keys.names[key]] = StoredObject(body)
            }
            return stored
        }
    }

    private func analysis(
        _ history: History, _ stored: [String: StoredObject], impact: Int? = 80,
        restoreVerified: Int? = 95
    ) throws -> BackupAnalysis {
        let course = BackupAnalysis.Course(
            backupStarted: Self.at(19), backupVerified: Self.at(26), impact: Self.at(impact),
            restoreVerified: Self.at(restoreVerified), writersStopped: Self.at(78))
        func compared(_ expectations: LedgerExpectations) -> LedgerComparison {
            LedgerComparison(
                expectations, stored: stored, keys: Self.keys, objects: Self.objects)
        }
        return BackupAnalysis(
            course, changes: history.book.changesSinceSnapshot,
            snapshot: compared(try #require(history.snapshot)),
            now: compared(history.book.expectations()),
            firstAcknowledged: history.book.firstAcknowledged)
    }

    @Test func anExactRestoreLosesWhatCameAfterTheSnapshot() throws {
        let history = History()
        let analysis = try analysis(history, history.restored)
        #expect(analysis.isTelling)
        #expect(analysis.deviations == 0)
        #expect(analysis.backupTime.value == .seconds(7))
        #expect(analysis.backupTime.name == "backup_rto_ms")
        #expect(analysis.restoreTime.value == .seconds(15))
        #expect(analysis.restoreTime.name == "restore_rto_ms")
        // The oldest change was at 30.
        #expect(analysis.recoveryPoint == .seconds(50))
    }

    struct Damage: CustomTestStringConvertible, Sendable {
        let claim: String
        let damage: @Sendable (inout [String: StoredObject]) -> Void
        var recoveryPoint = 50

        var testDescription: String { claim }
    }

    static let damages: [Damage] = [
        Damage(
            claim: "an object is missing that never changed", damage: { $0[name(11)] = nil },
            // It was written at 11.
            recoveryPoint: 69),
        Damage(claim: "an object is missing that changed later", damage: { $0[name(3)] = nil }),
        Damage(
            claim: "an object is older than the snapshot",
            damage: { $0[name(0)] = StoredObject(objects.body(of: 0, sequence: 1)) }),
        Damage(claim: "an object is corrupt", damage: { $0[name(4)] = StoredObject([1]) }),
        Damage(
            claim: "there is an object that nobody wrote", damage: { $0["x"] = StoredObject([]) }),
        Damage(
            claim: "there is one from after the snapshot",
            damage: { $0[name(20)] = StoredObject(objects.body(of: 20, sequence: 32)) }),
    ]

    private static func name(_ key: Int) -> String { keys.names[key] }

    @Test(arguments: BackupAnalysisTests.damages)
    func aRestoreThatIsNotExactHasNoTime(_ damage: Damage) throws {
        let history = History()
        var stored = history.restored
        damage.damage(&stored)
        let analysis = try analysis(history, stored)
        #expect(analysis.deviations == 1)
        #expect(analysis.restoreTime.value == nil)
        #expect(analysis.backupTime.value == .seconds(7))
        #expect(analysis.recoveryPoint == .seconds(damage.recoveryPoint))
    }

    @Test func deletedBeforeTheSnapshotAndBackIsADeviation() throws {
        var book = LedgerBook(keys: 40)
        book.keepEverything(since: Self.start)
        Self.write(.creation, of: 1, at: 5, in: &book)
        Self.write(.deletion, of: 1, at: 10, in: &book)
        Self.write(.creation, of: 2, at: 25, in: &book)
        let taken = book.takeSnapshot(asOf: Self.start + .seconds(Self.snapshot))
        let snapshot = try #require(taken)
        let stored = [Self.name(1): StoredObject(Self.objects.body(of: 1, sequence: 1))]
        let comparison = LedgerComparison(
            snapshot, stored: stored, keys: Self.keys, objects: Self.objects)
        #expect(comparison.offences.map(\.finding) == [.resurrected])
        #expect(comparison.keys == 1)
    }

    @Test func whatNeverHappenedHasNoTime() throws {
        let history = History()
        let unharmed = try analysis(history, history.restored, impact: nil)
        #expect(unharmed.restoreTime.value == nil)
        let unverified = try analysis(history, history.restored, restoreVerified: nil)
        #expect(unverified.restoreTime.value == nil)
        #expect(unverified.recoveryPoint == .seconds(50))
    }

    @Test(
        arguments: zip(
            [(20, 5, 5), (19, 5, 5), (20, 4, 5), (20, 5, 4), (0, 0, 0)],
            [true, false, false, false, false]))
    func tooFewChangesTellNothing(counts: (Int, Int, Int), isTelling: Bool) {
        let changes = LedgerBook.Changes(
            creations: counts.0, overwrites: counts.1, deletions: counts.2)
        let nothing = LedgerComparison(
            LedgerExpectations(), stored: [:], keys: Self.keys, objects: Self.objects)
        let analysis = BackupAnalysis(
            BackupAnalysis.Course(), changes: changes, snapshot: nothing, now: nothing,
            firstAcknowledged: nil)
        #expect(analysis.isTelling == isTelling)
        #expect(analysis.recoveryPoint == nil)
    }
}
