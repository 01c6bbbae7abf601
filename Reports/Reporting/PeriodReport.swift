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

    public let period: Period
    public let name: String
    public let origin: Origin
    /// Drills only: proofs and chaos are not evidence.
    public let runs: [RunRecord]
    public let statistics: Statistics
    public let recommendations: [String]

    /// - Parameter position: reads the log up to it; `nil` for its head.
    public init(
        _ reader: EventReader, period: Period, name: String, asOf position: UInt64?,
        toolVersion: String
    ) throws {
        let head = try reader.head()
        let last = min(position ?? head.position, head.position)
        self.period = period
        self.name = name
        let runs = try RunCollection(reader, period: period, upTo: last).runs
        self.runs = runs.filter { $0.requested.purpose == "drill" }
        statistics = Statistics(self.runs)
        recommendations = Recommendations.about(self.runs, statistics)
        origin = Origin(
            logID: reader.logID, position: last, root: "\(try reader.root(ofSize: last))",
            sealedSize: try Self.sealedSize(reader, upTo: last), toolVersion: toolVersion)
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
        notRecovered = judged.count { $0.mark("impact") != nil && $0.mark("verified") == nil }
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

/// What follows from the results, in sentences.
enum Recommendations {
    static func about(_ runs: [RunRecord], _ statistics: PeriodReport.Statistics) -> [String] {
        var sentences: [String] = []
        if statistics.total == 0 {
            sentences.append(
                "No drill was judged in this period: run one, so that there is evidence.")
        }
        var byComponent: [String: (steps: Set<String>, ids: [UInt64])] = [:]
        for run in runs {
            for result in run.run.results where result.verdict == .failed {
                byComponent[result.component, default: ([], [])].steps.insert(result.testName)
                byComponent[result.component]?.ids.append(run.id)
            }
        }
        for (component, found) in byComponent.sorted(by: { $0.key < $1.key }) {
            let ids = Set(found.ids).sorted().map(String.init).joined(separator: ", ")
            sentences.append(
                "Look into \(component): \(found.steps.sorted().joined(separator: ", ")) failed in "
                    + "test \(ids).")
        }
        if statistics.inconclusive > 0 {
            sentences.append(
                "\(statistics.inconclusive) of \(statistics.total) drills proved nothing; "
                    + "repeat them when what kept them from it is mended.")
        }
        for run in runs { sentences += narrowObjectives(of: run) }
        return sentences
    }

    /// An objective that was met with less than a fifth to spare.
    private static func narrowObjectives(of run: RunRecord) -> [String] {
        ["rto_actual_ms", "rpo_actual_ms"].compactMap { name in
            guard let metric = run.metric(name), let value = metric.value,
                let limit = metric.threshold, value <= limit, value > limit * 0.8
            else { return nil }
            let label = name.prefix(3).uppercased()
            return "Test \(run.id) met its \(label) with little to spare: "
                + "\(Duration.milliseconds(Int64(value)).words) of at most "
                + "\(Duration.milliseconds(Int64(limit)).words)."
        }
    }
}
