internal import DRTesting
internal import Wire

/// `test_schedules`: which scenario is run when, and how that went so far.
///
/// A run that did not pass is a failure of its schedule, and so is a moment at which none could be
/// started: there was no run then. One that was cancelled is none.
public enum SchedulesView: ReadModel {
    public static let name = "test_schedules"
    public static let version: UInt8 = 3

    /// What is done to schedules, and requests and ends of runs.
    public static func reads(_ number: Int) -> Bool {
        (60...65).contains(number) || number == 20 || number == 38
    }

    public static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        switch record.event {
        case .scheduleFired(let fired): try fire(fired, in: &rows)
        case .runRequested(let request):
            var run = RunName()
            run.key = request.runKey
            try rows.put(run.encoded, RowKey.stream(record.stream))
        case .runFinished(let finish):
            let key = RowKey.stream(record.stream)
            guard let run = try rows.remembered(key, as: RunName.self) else { return }
            try rows.remove(key)
            try end(run, hasFailed: finish.status == .failed, in: &rows)
        default: try edit(record, in: &rows)
        }
    }

    private static func edit(_ record: TestRecord, in rows: inout RowTable) throws {
        guard let (id, edit) = change(of: record.event),
            let kept = try rows.edit(id, edit, at: record.time)
        else { return }
        var course = try rows.remembered(courseKey(id), as: ScheduleCourse.self) ?? ScheduleCourse()
        // What was due before is not caught up on. A clock that went back brings back nothing.
        if edit != .enable(false) { course.nextAfter = max(course.nextAfter, record.time) }
        try put(kept, course, id, in: &rows)
    }

    private static func change(of event: TestEvent) -> (UInt64, RowEdit)? {
        switch event {
        case .scheduleCreated(let row): (row.id, .create(definition: row.encoded))
        case .scheduleChanged(let row): (row.id, .change(definition: row.encoded))
        case .scheduleDisabled(let change): (change.id, .enable(false))
        case .scheduleEnabled(let change): (change.id, .enable(true))
        case .scheduleRemoved(let change): (change.id, .remove)
        default: nil
        }
    }

    // MARK: Runs

    private static func fire(_ fired: ScheduleFired, in rows: inout RowTable) throws {
        let id = fired.scheduleID
        guard let kept = try rows.remembered(RowKey.state(id), as: KeptRow.self) else { return }
        var course = try rows.remembered(courseKey(id), as: ScheduleCourse.self) ?? ScheduleCourse()
        course.nextAfter = max(course.nextAfter, fired.dueTime)
        if fired.runKey.isEmpty {
            course.failureCount += 1
        } else {
            course.lastRun = fired.dueTime
            course.runCount += 1
            if try isFailed(fired, in: &rows) { course.failureCount += 1 }
        }
        try put(kept, course, id, in: &rows)
    }

    /// Whether the run has failed already. Otherwise it is remembered whose it is.
    private static func isFailed(_ fired: ScheduleFired, in rows: inout RowTable) throws -> Bool {
        var run = RunName()
        run.key = fired.runKey
        let key = RowKey.names(run)
        if try rows.value(key) == failed {
            try rows.remove(key)
            return true
        }
        try rows.put(RowKey.bigEndian(fired.scheduleID), key)
        return false
    }

    private static func end(_ run: RunName, hasFailed: Bool, in rows: inout RowTable) throws {
        let key = RowKey.names(run)
        guard let known = try rows.value(key), known != failed else {
            // That a schedule started it may be recorded after its end.
            if hasFailed { try rows.put(failed, key) }
            return
        }
        try rows.remove(key)
        let id = RowKey.number(known)
        guard hasFailed, let kept = try rows.remembered(RowKey.state(id), as: KeptRow.self),
            var course = try rows.remembered(courseKey(id), as: ScheduleCourse.self)
        else { return }
        course.failureCount += 1
        try put(kept, course, id, in: &rows)
    }

    /// Stands for a run that failed, and of which no schedule is known: ids are not 0.
    private static let failed = RowKey.bigEndian(0)

    private static func courseKey(_ id: UInt64) -> [UInt8] { [0x75] + RowKey.bigEndian(id) }

    private static func put(
        _ kept: KeptRow, _ course: ScheduleCourse, _ id: UInt64, in rows: inout RowTable
    ) throws {
        let schedule = try kept.read(as: ScheduleDefinition.self)
        try rows.put(course.encoded, courseKey(id))
        try rows.put(course.row(schedule, kept).bytes, RowKey.row(id))
    }
}

/// The key of a run: by its stream, and to look up its schedule.
private struct RunName: WireSchema {
    var key = ""

    static let fields: [WireFieldSchema<Self>] = [.string(1, \.key)]
}

/// How it went with a schedule so far.
private struct ScheduleCourse: WireSchema {
    var lastRun: UInt64?
    /// It is next due after this moment.
    var nextAfter: UInt64 = 0
    var runCount: UInt64 = 0
    var failureCount: UInt64 = 0

    static let fields: [WireFieldSchema<Self>] = [
        .optionalUInt64(1, \.lastRun), .uint64(2, \.nextAfter), .uint64(3, \.runCount),
        .uint64(4, \.failureCount),
    ]

    func row(_ schedule: ScheduleDefinition, _ kept: KeptRow) -> JSONWriter {
        // A fold reads no files, and what a zone says may change: others work it out.
        let isUTC = schedule.timeZone == "UTC"
        let cron = isUTC ? try? CronExpression(schedule.cronExpression) : nil
        var writer = JSONWriter()
        writer.object { row in
            row.member("id", schedule.id)
            row.member("scenario_id", schedule.scenarioID)
            row.member("schedule_name", schedule.scheduleName)
            row.member("cron_expression", schedule.cronExpression)
            row.member("time_zone", schedule.timeZone)
            row.member("enabled", kept.isEnabled)
            row.member("last_run", time: lastRun)
            row.member("next_run", time: kept.isEnabled ? cron?.next(after: nextAfter) : nil)
            row.member("run_count", runCount)
            row.member("failure_count", failureCount)
            row.times(of: kept)
        }
        return writer
    }
}
