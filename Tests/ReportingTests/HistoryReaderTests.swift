import DRTesting
import EventLog
import Foundation
import Synchronization
import Testing

@testable import Reporting

/// What is read of a log for the week 2026-W48. Until the clock is set, it is Wednesday of the week
/// before.
struct HistoryReaderTests {
    private static let week = Period(week: "2026-W48")!
    private let log = SampleLog()

    private func at(_ hours: UInt64) { log.setClock(Self.week.start + hours * 3_600_000_000) }

    private func read(
        _ period: Period = HistoryReaderTests.week, asOf: UInt64? = nil, incident: UInt64? = nil,
        judgement: HistoryRequest.Judgement? = nil
    ) throws -> (history: History, seal: SealStatus) {
        var request = HistoryRequest(
            period: period, toolVersion: "1.0.0", command: "dr-weekly-report --week 2026-W48")
        (request.asOf, request.incident) = (asOf, incident)
        request.judgement = judgement
        return try HistoryReader(log.reader()).read(request)
    }

    private func refusal(_ body: () throws -> Void) -> EventLogError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? EventLogError)?.code
        }
    }

    private func historyRefusal(_ body: () throws -> Void) -> HistoryError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? HistoryError)?.code
        }
    }

    // MARK: The head

    @Test func theHeadIsTheLastEventOfThePeriodThatIsAboutNoReport() async throws {
        var end: UInt64 = 0
        try await log.write { writer in
            at(1)
            end = try await writer.run(.passed).end
            at(2)
            try await writer.add([.report, .report], toStream: "reports")
        }
        let origin = try read().history.origin
        #expect(origin.head == end)
        #expect(origin.generatedAt == Self.week.start + 3_600_000_000)
        #expect(origin.range.last == end)
        #expect(
            origin.command == "dr-weekly-report --week 2026-W48 --as-of \(end) --judge-at head")
    }

    @Test func moreReportsThanOneReadGivesDoNotHideTheHead() async throws {
        var end: UInt64 = 0
        try await log.write { writer in
            at(1)
            end = try await writer.run(.passed).end
            let reports = [TestEvent](repeating: .report, count: 150)
            try await writer.add(reports, toStream: "reports")
        }
        #expect(try read().history.origin.head == end)
    }

    @Test func anEmptyPeriodIsOfTheLastEventBeforeIt() async throws {
        var end: UInt64 = 0
        try await log.write { writer in
            end = try await writer.run(.passed).end
            at(24 * 9)
            try await writer.run(.passed)
        }
        let history = try read().history
        #expect(history.origin.head == end)
        #expect(history.origin.generatedAt == SampleLog.start)
        #expect(history.runs.isEmpty && history.origin.counts.events == 0)
        #expect(history.origin.range.hashed == 0 && history.origin.range.stored == end)
        #expect(history.earlier.count == 1)
        #expect(history.judgedAt == Self.week.end)
    }

    @Test func aPeriodBeforeTheLogShowsThatItBeganLater() async throws {
        try await log.write { try await $0.run(.passed) }
        let history = try read(#require(Period(week: "2026-W01"))).history
        #expect(history.origin.head == 1)
        #expect(history.runs.isEmpty && history.earlier.isEmpty && history.underWay.isEmpty)
    }

    @Test func aPositionThatTheLogDoesNotHaveIsRefused() async throws {
        try await log.write { try await $0.run(.passed) }
        let head = try log.reader().head().position
        #expect(historyRefusal { _ = try read(asOf: head + 1) } == .noEvent)
        #expect(historyRefusal { _ = try read(asOf: 0) } == .noEvent)
        #expect(historyRefusal { _ = try read(asOf: head) } == nil)
    }

    /// The log itself is the only clock.
    @Test func whatIsDueIsJudgedAtTheEndOnceTheLogGoesOnAfterIt() async throws {
        try await log.write { writer in
            at(1)
            try await writer.run(.passed)
        }
        let running = try read().history
        #expect(running.judgedAt == Self.week.start + 3_600_000_000)
        try await log.write { writer in
            at(24 * 8)
            try await writer.add([.report], toStream: "reports")
        }
        #expect(try read().history.judgedAt == running.judgedAt)
        try await log.write { try await $0.add([.cadence()], toStream: Cadences.stream) }
        let over = try read().history
        #expect(over.judgedAt == Self.week.end)
        #expect(over.origin.range == running.origin.range)
        // The commands that they print make them again.
        #expect(running.origin.command.hasSuffix("--judge-at head"))
        #expect(over.origin.command.hasSuffix("--judge-at end"))
        let again = try read(judgement: .head).history
        #expect(again.judgedAt == running.judgedAt && again.origin == running.origin)
    }

    /// A log in which nobody records anything does not show that time goes by.
    @Test func whoeverKnowsThatThePeriodIsOverHasItJudgedAtItsEnd() async throws {
        try await log.write { writer in
            at(1)
            try await writer.run(.passed)
        }
        let quiet = try read(judgement: .end).history
        #expect(quiet.judgedAt == Self.week.end)
        try await log.write { writer in
            at(24 * 8)
            try await writer.run(.passed)
        }
        let over = try read().history
        #expect(over.judgedAt == quiet.judgedAt && over.origin == quiet.origin)
    }

    /// What was run after it is not looked at, so that nobody was late with it.
    @Test func aHeadInTheMiddleOfThePeriodIsJudgedAtItsOwnTime() async throws {
        var head: UInt64 = 0
        try await log.write { writer in
            at(1)
            head = try await writer.run(.passed).end
        }
        let before = try read(asOf: head).history
        try await log.write { writer in
            at(24 * 6)
            try await writer.run(.passed)
            at(24 * 8)
            try await writer.run(.passed)
        }
        let history = try read(asOf: head).history
        #expect(history.judgedAt == Self.week.start + 3_600_000_000)
        #expect(history.judgedAt == before.judgedAt && history.origin == before.origin)
        #expect(try read(asOf: head, judgement: .end).history.judgedAt == before.judgedAt)
        #expect(try read().history.judgedAt == Self.week.end)
    }

    @Test func aHeadAfterThePeriodIsJudgedAtItsEnd() async throws {
        var late: UInt64 = 0
        try await log.write { writer in
            at(1)
            try await writer.run(.passed)
            at(24 * 8)
            late = try await writer.run(.failed).end
        }
        let history = try read(asOf: late).history
        #expect(history.judgedAt == Self.week.end)
        #expect(history.origin.head == late && history.origin.range.size == late)
        #expect(history.origin.range.last == late - 3)
        #expect(history.runs.count == 1)
    }

    // MARK: What was recorded

    @Test func aHistoryAsOfAHeadIsTheSameWhileTheLogGrows() async throws {
        try await log.write { writer in
            try await writer.run(.failed, message: "first")
            try await writer.add([.cadence()], toStream: Cadences.stream)
            at(1)
            let open = try await writer.begin()
            try await writer.run(.passed, rto: 4000)
            let end = try await writer.run(.failed, message: "second").end
            var request = HistoryRequest(
                period: Self.week, toolVersion: "1.0.0", command: "dr-weekly-report")
            request.asOf = end
            let reader = HistoryReader(writer.store.reader)
            let before = try reader.read(request).history
            #expect(before.runs.count == 2 && before.underWay.map(\.id) == [open.id])
            let growth = Task {
                try await writer.add([.finished(.completed, .passed)], to: open)
                for _ in 0..<30 { try await writer.run(.failed) }
                try await writer.add([.cadence(days: 1, isChange: true)], toStream: "cadences")
            }
            for _ in 0..<5 { expectSame(try reader.read(request).history, before) }
            try await growth.value
            expectSame(try reader.read(request).history, before)
        }
    }

    private func expectSame(_ history: History, _ other: History) {
        #expect(history.origin == other.origin)
        #expect(history.judgedAt == other.judgedAt)
        #expect(history.runs.map(\.summary) == other.runs.map(\.summary))
        #expect(history.runs.map(\.measures) == other.runs.map(\.measures))
        #expect(history.runs.map(\.endLeaf) == other.runs.map(\.endLeaf))
        #expect(history.underWay == other.underWay)
        #expect(history.earlier == other.earlier)
        #expect(history.catalog.cadences == other.catalog.cadences)
        #expect(history.catalog.changes == other.catalog.changes)
        #expect(history.notes == other.notes)
    }

    @Test func aChangedByteIsDamage() async throws {
        try await log.write { writer in
            at(1)
            try await writer.run(.failed, message: "the queue lost 17 keys")
            try await writer.run(.passed)
        }
        #expect(refusal { _ = try read() } == nil)
        try log.replaceStored("the queue lost 17 keys", with: "the queue lost 00 keys")
        #expect(refusal { _ = try read() } == .damaged)
    }

    @Test func aCheckpointByAnotherKeyIsDamage() async throws {
        let other = SampleLog()
        try await other.write { _ in }
        try await log.write { writer in
            at(1)
            try await writer.run(.passed)
            _ = try await writer.store.signCheckpoint(outside: nil)
        }
        #expect(refusal { _ = try read() } == nil)
        let key = try Data(contentsOf: URL(filePath: other.folder + "/keys/checkpoint.pub"))
        try key.write(to: URL(filePath: log.folder + "/keys/checkpoint.pub"))
        #expect(refusal { _ = try read() } == .damaged)
    }

    @Test func theSealSaysWhetherTheHeadIsUnderACheckpoint() async throws {
        try await log.write { writer in
            at(1)
            try await writer.run(.passed)
        }
        let none = SealStatus(checkpoint: nil, checkpointSize: nil, coversHead: false, key: nil)
        #expect(try read().seal == none)
        try await log.write { _ = try await $0.store.signCheckpoint(outside: nil) }
        let (history, seal) = try read()
        #expect(seal.coversHead && seal.checkpointSize == history.origin.head)
        #expect(seal.checkpoint?.contains("\n\(history.origin.head)\n") == true)
        #expect(seal.key?.hasPrefix(history.origin.logOrigin) == true)
        try await log.write { try await $0.run(.passed) }
        let later = try read().seal
        #expect(!later.coversHead && later.checkpointSize == seal.checkpointSize)
    }

    @Test func whatTheLogSaysOfItselfIsNoted() async throws {
        try await log.write { writer in
            at(1)
            _ = try await writer.store.rotateKey(reason: "yearly", by: "ada")
            _ = try await writer.store.applyRetention(
                logCutOff: SampleLog.start, resultCutOff: 0, by: "nightly")
        }
        let notes = try read().history.notes
        #expect(notes.map(\.name) == ["key_rotated", "retention_applied"])
        #expect(notes.first?.words.contains("replaced by ada: yearly") == true)
        #expect(notes.last?.words.contains("2026-11-18T12:00:00.000Z") == true)
    }

    @Test func whatWasArchivedIsNotReadAndThePeriodMustBeHeld() async throws {
        let archive = log.folder + "-archive"
        defer { try? FileManager.default.removeItem(atPath: archive) }
        try await log.write { writer in
            try await writer.run(.passed)
            try await writer.add([.cadence()], toStream: Cadences.stream)
            at(1)
            let kept = try await writer.run(.passed)
            _ = try await writer.store.archive(
                before: kept.id, to: DirectoryArchive(archive),
                base: { _, position in
                    let pieces = Mutex([Array("rows".utf8)])
                    return ArchiveBase(position: position) { pieces.withLock { $0.popLast() } }
                },
                isFinished: { $0.contains { $0.record.number == 38 } }, by: "nightly")
        }
        let history = try read().history
        #expect(history.origin.firstHeld == history.runs.first?.summary.id)
        #expect(history.runs.count == 1 && history.earlier.isEmpty)
        #expect(history.catalog.cadences.count == 1)
        #expect(history.notes.map(\.name) == ["segment_archived"])
        let code = refusal { _ = try read(Period(.weekly, containing: SampleLog.start)) }
        guard case .archived? = code else {
            Issue.record("\(String(describing: code))")
            return
        }
    }

    // MARK: One test

    @Test func anIncidentIsTheHistoryOfOneTest() async throws {
        var (id, end): (UInt64, UInt64) = (0, 0)
        try await log.write { writer in
            try await writer.run(.failed)
            at(1)
            let run = try await writer.begin()
            try await writer.run(.failed)
            at(2)
            id = run.id
            end = try await writer.add([.finished(.completed, .passed)], to: run)
            try await writer.run(.failed)
        }
        let history = try read(incident: id).history
        #expect(history.runs.map(\.summary.id) == [id])
        #expect(history.runs.first?.record?.id == id)
        #expect(history.earlier.count == 1 && history.underWay.isEmpty)
        #expect(history.origin.head == end)
        #expect(history.origin.range.first == id && history.origin.range.last == end)
        #expect(history.period.kind == .incident)
        #expect(history.period.start == Self.week.start + 3_600_000_000)
        #expect(history.period.end == Self.week.start + 7_200_000_001)
        #expect(history.judgedAt == history.period.end)
    }

    @Test func anIncidentNeedsATestThatHasEnded() async throws {
        var (id, end): (UInt64, UInt64) = (0, 0)
        var open: UInt64 = 0
        try await log.write { writer in
            (id, end) = try await writer.run(.passed)
            open = try await writer.begin().id
        }
        #expect(historyRefusal { _ = try read(incident: id + 1) } == .noTest)
        #expect(historyRefusal { _ = try read(incident: 0) } == .noTest)
        #expect(historyRefusal { _ = try read(incident: open) } == .notEnded)
        #expect(historyRefusal { _ = try read(asOf: end - 1, incident: id) } == .notEnded)
        #expect(historyRefusal { _ = try read(asOf: end, incident: id) } == nil)
    }
}
