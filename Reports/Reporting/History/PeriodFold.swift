internal import DRTesting
internal import EventLog
internal import Merkle
internal import Projections

/// Folds the events of a period: what runs became that ended in it.
///
/// Of a run that is under way everything that is measured is kept, of one that ended its measures.
struct PeriodFold {
    /// A run under way.
    private final class OpenRun {
        let first: RecordedEvent
        var record: RunRecord

        init?(_ first: RecordedEvent) {
            guard let record = TestRecord(first), case .runRequested = record.event else {
                return nil
            }
            (self.first, self.record) = (first, RunRecord(first: record))
        }
    }

    /// Ended, in the order of their ends.
    private(set) var runs: [DrillRun] = []
    /// Events that end a run, counted by their kind alone: as many as `runs`, or some of these
    /// could not be read.
    private(set) var ends = 0
    private(set) var notes: [LogNote] = []

    private let scope: HistoryScope
    private let reader: EventReader
    private let keptRecords: Int
    private var values: SharedValues
    /// Runs that began before the period, and of which it has no event yet: their first events, by
    /// the numbers of their streams.
    private var waiting: [UInt64: RecordedEvent]
    private var underWay: [UInt64: OpenRun] = [:]
    private var recordCount = 0

    /// - Parameters:
    ///   - open: the runs that had not ended before the period, by the numbers of their streams.
    ///   - keptRecords: of so many drills that did not pass everything is kept.
    ///   - values: what summaries and measures have in common.
    init(
        _ scope: HistoryScope, _ reader: EventReader, open: [UInt64: RecordedEvent],
        keptRecords: Int, sharing values: SharedValues
    ) {
        (self.scope, self.reader, waiting) = (scope, reader, open)
        (self.keptRecords, self.values) = (keptRecords, values)
    }

    /// Whether events of a number are looked at: most of a log are not.
    static func reads(_ number: Int) -> Bool {
        RunEvent.isMeasured(number) || LogNote.isMade(ofEventsNumbered: number)
    }

    /// Adds the events that come next, of those that are looked at.
    mutating func add(_ hashed: HashedEvents) throws {
        for (index, event) in hashed.events.enumerated() {
            if RunEvent.isMeasured(event.record.number) {
                try add(event, leaf: hashed.leaves[index])
            } else if let note = LogNote(event) {
                notes.append(note)
            }
        }
    }

    private mutating func add(_ event: RecordedEvent, leaf: MerkleHash) throws {
        let stream = event.record.stream
        if let incident = scope.incident, stream != incident { return }
        if event.record.number == RunEvent.finished { ends += 1 }
        if event.record.revision == 1 {
            underWay[stream] = OpenRun(event)
            return
        }
        guard let run = try self.run(ofStream: stream), let record = TestRecord(event) else {
            return
        }
        run.record.apply(record)
        if case .runFinished = record.event { try end(run, event, leaf) }
    }

    /// The run of a stream. One that began before the period is read up to there first.
    private mutating func run(ofStream stream: UInt64) throws -> OpenRun? {
        if let run = underWay[stream] { return run }
        guard let first = waiting.removeValue(forKey: stream), let run = OpenRun(first) else {
            return nil
        }
        let last = scope.first.subtractingClamped(1)
        try reader.forEachEvent(following: first, upTo: last) { event in
            guard RunEvent.isMeasured(event.record.number), let record = TestRecord(event) else {
                return
            }
            run.record.apply(record)
        }
        underWay[stream] = run
        return run
    }

    private mutating func end(
        _ run: OpenRun, _ event: RecordedEvent, _ leaf: MerkleHash
    ) throws {
        underWay[event.record.stream] = nil
        guard let end = DrillSummary.End(event), var opening = RunOpening(run.first) else { return }
        values.share(&opening)
        let summary = DrillSummary(opening, of: run.first, end: end)
        var measures = DrillMeasures(run.record)
        values.share(&measures)
        let isKept = keeps(summary)
        if isKept { recordCount += 1 }
        let record =
            isKept ? try RunRecord.test(summary.id, upTo: event.position, reader) : nil
        runs.append(
            DrillRun(summary: summary, measures: measures, endLeaf: "\(leaf)", record: record))
    }

    private func keeps(_ summary: DrillSummary) -> Bool {
        if scope.incident != nil { return true }
        return summary.isDrill && summary.isJudged && !summary.isPassed
            && recordCount < keptRecords
    }

    /// The runs that had not ended by the head, in the order in which they were asked for.
    var unfinished: [DrillSummary] {
        if scope.incident != nil { return [] }
        let first = Array(waiting.values) + underWay.values.map(\.first)
        return first.sorted { $0.position < $1.position }.compactMap { first in
            RunOpening(first).map { DrillSummary($0, of: first, end: nil) }
        }
    }
}
