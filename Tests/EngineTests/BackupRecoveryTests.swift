import DRTesting
import FoundationEssentials
import ResilientStorage
import Testing

@testable import Engine

/// From what a run has learned of backups to its times. Times in seconds after some moment.
struct BackupRecoveryTests {
    private static let start = ContinuousClock.now
    private static let objects = SyntheticObjects(seed: 5, bytes: 64)
    private static let keys = KeySpace(prefix: "", count: 60)

    private static func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private static func compared(
        _ expectations: LedgerExpectations, _ stored: [String: StoredObject]
    ) -> LedgerComparison {
        LedgerComparison(expectations, stored: stored, keys: keys, objects: objects)
    }

    /// Ten objects, a backup from 20 to 25, then 20 creations, 5 overwrites and 5 deletes from 30
    /// on, destruction at 60 and a restore from 70 to 80.
    private struct Course {
        var book = LedgerBook(keys: 60)
        let snapshot: LedgerExpectations
        /// By names.
        var stored: [String: StoredObject] = [:]
        var verification: BackupFacts.Verification? = BackupFacts.Verification(
            finished: at(25), problems: 0, checked: 10, mismatches: 0)
        var problems = 0
        var isCompared = true

        init(creations: Int = 20) throws {
            book.keepEverything(since: at(0))
            for key in 0..<10 { Self.write(.creation, of: key, at: 1 + key, in: &book) }
            for key in 0..<10 {
                stored[keys.names[key]] = StoredObject(objects.body(of: key, sequence: key + 1))
            }
            let taken = book.takeSnapshot(asOf: at(20))
            snapshot = try #require(taken)
            for key in 0..<5 { Self.write(.overwrite, of: key, at: 30, in: &book) }
            for key in 5..<10 { Self.write(.deletion, of: key, at: 31, in: &book) }
            for key in 20..<20 + creations { Self.write(.creation, of: key, at: 32, in: &book) }
        }

        private static func write(
            _ change: OperationMix.Change, of key: Int, at seconds: Int, in book: inout LedgerBook
        ) {
            let write = book.begin(change, of: key, at: at(seconds))
            book.end(write, as: .served, at: at(seconds))
        }

        var facts: BackupFacts {
            var facts = BackupFacts()
            let backup = BackupFacts.Taken(
                id: BackupID(time: BackupTime(milliseconds: 0), suffix: "a"), started: at(20),
                snapshot: at(20), expectations: snapshot, objects: 10, chainLength: 1,
                verification: verification)
            facts.taken = [backup]
            facts.impact = at(60)
            let before = book.expectations()
            var restored = BackupFacts.Restored(
                backup: backup, place: .primary, started: at(70), finished: at(80),
                problems: problems, objects: stored.count, before: before,
                changes: book.changesSinceSnapshot)
            if isCompared {
                restored.comparison = BackupFacts.Comparison(
                    snapshot: compared(snapshot, stored), before: compared(before, stored))
            }
            facts.restored = [restored]
            return facts
        }

        func recovery(isDamagedLater: Bool = false) -> Recovery? {
            let last = compared(snapshot, isDamagedLater ? [:] : stored)
            return facts.recovery(
                firstAcknowledged: book.firstAcknowledged, writersStopped: at(99), last: last)
        }
    }

    @Test func anExactRestoreHasAllItsTimes() throws {
        let recovery = try #require(try Course().recovery())
        #expect(recovery.times[.backupTime] == .seconds(5))
        #expect(recovery.times[.restoreTime] == .seconds(20))
        #expect(recovery.recoveryTime == .seconds(20))
        #expect(recovery.recoveryPoint == .seconds(30))
        #expect(recovery.resolution == .seconds(10))
        #expect(recovery.impact == Self.at(60) && recovery.verified == Self.at(80))
        #expect(recovery.results.map(\.verdict) == [.passed])
    }

    /// What is gone is gone until it begins to come back.
    @Test func theTimeOfARestoreIsSplitWhereItStarts() throws {
        let recovery = try #require(try Course().recovery())
        let course = try #require(recovery.course)
        #expect(
            course
                == Recovery.Course(
                    effective: Self.at(60), detected: nil, lifted: Self.at(70), isOfFault: false))
        let split = recovery.split(by: course)
        #expect(
            split.map(\.name) == ["fault_held_ms", "time_to_detect_ms", "recovery_after_lift_ms"])
        #expect(split.map(\.value) == [.seconds(10), nil, .seconds(10)])
    }

    @Test func aLossFromBeforeTheBackupFails() throws {
        var course = try Course()
        course.stored[Self.keys.names[7]] = nil
        let recovery = try #require(course.recovery())
        #expect(recovery.recoveryTime == nil && recovery.verified == nil)
        #expect(recovery.results.map(\.verdict) == [.failed])
        #expect(recovery.results.map(\.component) == ["backup"])
    }

    @Test func whatIsDamagedLaterWithdrawsTheRestore() throws {
        let course = try Course()
        let recovery = try #require(course.recovery(isDamagedLater: true))
        #expect(recovery.recoveryTime == nil && recovery.times[.restoreTime] == nil)
        #expect(recovery.recoveryPoint == .seconds(30))
        let unknown = course.facts.recovery(
            firstAcknowledged: nil, writersStopped: nil, last: nil)
        #expect(unknown?.recoveryTime == nil)
    }

    @Test func aRestoreThatReportsProblemsOrIsNotComparedHasNoTime() throws {
        var course = try Course()
        course.problems = 1
        #expect(course.recovery()?.recoveryTime == nil)
        course.problems = 0
        course.isCompared = false
        let recovery = try #require(course.recovery())
        #expect(recovery.recoveryTime == nil && recovery.recoveryPoint == nil)
        #expect(recovery.results.isEmpty)
        #expect(recovery.times[.backupTime] == .seconds(5))
    }

    @Test(arguments: [(1, 0), (0, 1)])
    func aBackupThatIsFoundWrongHasNoTime(problems: Int, mismatches: Int) throws {
        var course = try Course()
        course.verification = BackupFacts.Verification(
            finished: Self.at(25), problems: problems, checked: 10, mismatches: mismatches)
        #expect(course.recovery()?.times[.backupTime] == nil)
        course.verification = nil
        #expect(course.recovery()?.times[.backupTime] == nil)
    }

    @Test func afterFewChangesTheLossIsNotKnown() throws {
        let recovery = try #require(try Course(creations: 19).recovery())
        #expect(recovery.recoveryPoint == nil)
        #expect(recovery.recoveryTime == .seconds(20))
    }

    @Test func withoutABackupThereIsNothingToMeasure() {
        let recovery = BackupFacts().recovery(
            firstAcknowledged: nil, writersStopped: nil, last: nil)
        #expect(recovery == nil)
    }
}
