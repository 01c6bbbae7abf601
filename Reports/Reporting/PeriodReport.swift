internal import DRTesting
public import EventLog
internal import Merkle
internal import Projections

/// What was tested in a period, and how it went: a value, made of the event stream alone.
///
/// The same log up to the same position gives the same report, whenever it is made.
public struct PeriodReport: Sendable {
    /// Where the report's facts come from, so that anybody can go back to them.
    public struct Origin: Sendable {
        public let logID: String
        /// The last event that was read.
        public let position: UInt64
        public let root: String
        /// Up to where the log is sealed by a checkpoint.
        public let sealedSize: UInt64?
        public let toolVersion: String
    }

    public struct Statistics: Equatable, Sendable {
        /// Finished runs without those that were cancelled.
        public var total = 0
        public var completed = 0
        public var failed = 0
        public var inconclusive = 0
        public var cancelled = 0
        public var running = 0
        /// Of the total: service was lost and not seen to come back.
        public var notRecovered = 0
        /// Per cent; `nil` if there is nothing to divide.
        public var successRate: Double?
        public var averageRTOMs: Double?
        public var rtoCount = 0
        public var averageRPOMs: Double?
        public var rpoCount = 0
    }

    /// Runs of the period that were no drills: proofs and chaos. They say nothing about how well a
    /// storage system does, and are in no figure of a report.
    public struct Uncounted: Equatable, Sendable {
        /// `proof` or `chaos`.
        public let purpose: String
        public let count: Int
    }

    public let period: Period
    public let name: String
    public let origin: Origin
    /// Drills only.
    public let runs: [RunRecord]
    /// By purpose.
    public let uncounted: [Uncounted]
    /// The uncounted ones, if they were asked for.
    public let otherRuns: [RunRecord]
    /// Of the drills.
    public let statistics: Statistics
    public let recommendations: [String]

    /// - Parameters:
    ///   - position: reads the log up to it; `nil` for its head.
    ///   - listsOthers: whether proofs and chaos are listed. They are never counted.
    public init(
        _ reader: EventReader, period: Period, name: String, asOf position: UInt64?,
        listsOthers: Bool = false, toolVersion: String
    ) throws {
        let head = try reader.head()
        let last = min(position ?? head.position, head.position)
        self.period = period
        self.name = name
        let all = try RunCollection(reader, period: period, upTo: last).runs
        runs = all.filter(\.isDrill)
        let others = all.filter { !$0.isDrill }
        uncounted = Dictionary(grouping: others, by: \.requested.purpose)
            .map { Uncounted(purpose: $0.key, count: $0.value.count) }
            .sorted { $0.purpose < $1.purpose }
        otherRuns = listsOthers ? others : []
        statistics = Statistics(runs)
        recommendations = Recommendations.about(runs, statistics)
        origin = Origin(
            logID: reader.logID, position: last, root: "\(try reader.root(ofSize: last))",
            sealedSize: try Self.sealedSize(reader, upTo: last), toolVersion: toolVersion)
    }

    /// `1 run of chaos and 3 runs of proofs`; `nil` if every run was a drill.
    public var uncountedWords: String? {
        uncounted.isEmpty
            ? nil : uncounted.map(\.words).joined(separator: uncounted.count > 2 ? ", " : " and ")
    }

    private static func sealedSize(_ reader: EventReader, upTo last: UInt64) throws -> UInt64? {
        guard let note = try reader.lastCheckpoint() else { return nil }
        return min(try Checkpoint(parsing: note.text).size, last)
    }
}

/// The runs of a period, read from the log in batches.
private struct RunCollection {
    private(set) var runs: [RunRecord] = []

    init(_ reader: EventReader, period: Period, upTo last: UInt64) throws {
        var indexes: [UInt64: Int] = [:]
        // Recorded times are never less than the clock was, so nothing of the period lies before.
        var next = try reader.position(recordedAtOrAfter: period.start)
        while next <= last {
            let events = try reader.events(from: next, limit: 5000)
            guard let end = events.last else { break }
            for event in events where event.position <= last {
                guard let record = TestRecord(event) else { continue }
                if case .runRequested = record.event {
                    guard period.contains(record.time) else { continue }
                    indexes[record.stream] = runs.count
                    runs.append(RunRecord(first: record))
                } else if let index = indexes[record.stream] {
                    runs[index].apply(record.event)
                }
            }
            next = end.position + 1
        }
    }
}

extension PeriodReport.Statistics {
    init(_ runs: [RunRecord]) {
        let finished = runs.filter { $0.run.finished != nil }
        running = runs.count - finished.count
        cancelled = finished.count { $0.run.status == .cancelled }
        let judged = finished.filter { $0.run.status != .cancelled }
        total = judged.count
        completed = judged.count { $0.run.status == .completed }
        failed = judged.count { $0.run.finished?.verdict == .failed }
        inconclusive = judged.count { $0.run.finished?.verdict == .inconclusive }
        notRecovered = judged.count {
            $0.mark("impact") != nil && $0.run.finished?.rtoActualMs == nil
        }
        successRate = total == 0 ? nil : Double(completed) / Double(total) * 100
        let recoveryTimes = judged.compactMap { $0.run.finished?.rtoActualMs }
        let recoveryPoints = judged.compactMap { $0.run.finished?.rpoActualMs }
        (rtoCount, rpoCount) = (recoveryTimes.count, recoveryPoints.count)
        averageRTOMs = Self.average(recoveryTimes)
        averageRPOMs = Self.average(recoveryPoints)
    }

    /// In whole numbers up to the last step, so that the order of the runs does not matter.
    private static func average(_ values: [UInt64]) -> Double? {
        values.isEmpty ? nil : Double(values.reduce(0, +)) / Double(values.count)
    }
}

extension PeriodReport.Uncounted {
    fileprivate var words: String {
        let runs = count.counted("run")
        switch purpose {
        case "proof": return "\(runs) of proofs"
        case "chaos": return "\(runs) of chaos"
        default: return "\(runs) for '\(purpose.printable())'"
        }
    }
}
