internal import DRTesting
internal import Wire

/// `statistics`: how the drills of each day went, by type, environment and target.
///
/// A period is read from its days, not from its tests: `StatisticsSummary` puts them together. A
/// drill belongs to the day on which it was asked for, in UTC. Drills alone are counted: proofs
/// and chaos fail on purpose, and would make a storage system look worse, or, where they pass,
/// better than it is. A drill that was cancelled is counted as that, and nothing of it is judged.
public enum StatisticsView: ReadModel {
    public static let name = "statistics"
    public static let version: UInt8 = 1

    /// Requests, starts, results, marks and ends of runs.
    public static func reads(_ number: Int) -> Bool { [20, 21, 24, 27, 38].contains(number) }

    public static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        switch record.event {
        case .runRequested(let request) where request.isDrill:
            try begin(request, record, in: &rows)
        case .runStarted:
            let before = try follow(record, in: &rows) { $0.hasStarted = true }
            guard let course = before, !course.hasStarted else { return }
            try count(in: course.bucket, of: &rows) { counts in
                counts.statuses.leave(isRunning: false)
                counts.statuses.count(.running)
            }
        case .markRecorded(let mark) where mark.mark == "impact":
            _ = try follow(record, in: &rows) { $0.hasImpact = true }
        case .resultRecorded(let result):
            _ = try follow(record, in: &rows) {
                $0.components.count(result.verdict, of: result.component)
            }
        case .runFinished(let finish):
            guard let course = try follow(record, in: &rows, { _ in }) else { return }
            try rows.remove(RowKey.stream(record.stream))
            try count(in: course.bucket, of: &rows) { course.end(finish, in: &$0) }
        default: return
        }
    }

    /// The first request of a run counts.
    private static func begin(
        _ request: RunRequested, _ record: TestRecord, in rows: inout RowTable
    ) throws {
        let key = RowKey.stream(record.stream)
        guard try rows.value(key) == nil else { return }
        var course = DrillCourse()
        course.bucket = try bucket(of: request, record.time, in: &rows)
        try rows.put(course.encoded, key)
        try count(in: course.bucket, of: &rows) { $0.statuses.count(.pending) }
    }

    private static func bucket(
        of request: RunRequested, _ time: UInt64, in rows: inout RowTable
    ) throws -> UInt64 {
        var bucket = StatisticsBucket()
        bucket.day = StatisticsSummary.day(of: time)
        (bucket.testType, bucket.environment) = (request.testType, request.environment)
        bucket.target = request.targetName
        // As yet it has neither an id nor a count: what it is known by.
        let key = RowKey.names(bucket)
        if let id = try rows.value(key) { return RowKey.number(id) }
        bucket.id = try rows.nextID()
        try rows.put(RowKey.bigEndian(bucket.id), key)
        try rows.put(bucket.encoded, RowKey.state(bucket.id))
        return bucket.id
    }

    /// Remembers something of a drill under way.
    ///
    /// - Returns: what was remembered before; `nil` if no drill is under way in the stream.
    private static func follow(
        _ record: TestRecord, in rows: inout RowTable, _ change: (inout DrillCourse) -> Void
    ) throws -> DrillCourse? {
        let key = RowKey.stream(record.stream)
        guard let course = try rows.remembered(key, as: DrillCourse.self) else { return nil }
        var changed = course
        change(&changed)
        if changed != course { try rows.put(changed.encoded, key) }
        return course
    }

    private static func count(
        in id: UInt64, of rows: inout RowTable, _ change: (inout DrillCounts) -> Void
    ) throws {
        let key = RowKey.state(id)
        guard var bucket = try rows.remembered(key, as: StatisticsBucket.self) else { return }
        change(&bucket.counts)
        try rows.put(bucket.encoded, key)
        try rows.put(bucket.row.bytes, RowKey.row(id))
    }
}

/// What is remembered of a drill until it ends.
private struct DrillCourse: WireSchema {
    var bucket: UInt64 = 0
    var hasStarted = false
    /// Service was lost.
    var hasImpact = false
    var components: [ComponentChecks] = []

    static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.bucket), .bool(2, \.hasStarted), .bool(3, \.hasImpact),
        .messages(4, \.components),
    ]

    func end(_ finish: RunFinished, in counts: inout DrillCounts) {
        counts.statuses.leave(isRunning: hasStarted)
        counts.statuses.count(finish.status)
        guard [.completed, .failed].contains(finish.status) else { return }
        counts.verdicts.count(finish.verdict)
        if hasImpact && finish.rtoActualMs == nil { counts.notRecovered += 1 }
        if let time = finish.rtoActualMs { counts.recoveryTimes.add(time) }
        if let point = finish.rpoActualMs { counts.recoveryPoints.add(point) }
        counts.components.add(components)
    }
}
