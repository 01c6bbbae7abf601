/// Which schedules are due: what has become of them so far, held against a clock.
///
/// What was due before a schedule was made, changed or enabled is not caught up.
public struct ScheduleClock: Equatable, Sendable {
    /// Later than this after its time, in microseconds, a run was missed.
    public static let tolerance: UInt64 = 60_000_000

    public private(set) var schedules = Schedules()
    /// By the id of a schedule: what comes after this moment is due.
    private var starts: [UInt64: UInt64] = [:]

    public init() {}

    /// - Parameter time: when it was recorded, in microseconds since 1970.
    public mutating func apply(_ event: TestEvent, at time: UInt64) {
        schedules.apply(event)
        switch event {
        case .scheduleCreated(let row), .scheduleChanged(let row): advance(row.id, to: time)
        case .scheduleEnabled(let change): advance(change.id, to: time)
        case .scheduleFired(let fired): advance(fired.scheduleID, to: fired.dueTime)
        default: break
        }
    }

    /// A clock that went back brings back nothing.
    private mutating func advance(_ id: UInt64, to time: UInt64) {
        starts[id] = max(starts[id] ?? 0, time)
    }

    /// What is to be run now, or was to be: of each schedule only the last time that has come.
    ///
    /// A schedule whose time zone is not known is never due.
    public func due(at now: UInt64, zones: (String) -> TimeZoneRules?) -> [DueRun] {
        schedules.rows.present.filter(\.isEnabled).compactMap { row in
            guard let times = ScheduleTimes(row.definition, zones: zones),
                let dueTime = times.last(after: starts[row.definition.id] ?? 0, until: now)
            else { return nil }
            return DueRun(
                schedule: row.definition, dueTime: dueTime,
                isMissed: now - dueTime > Self.tolerance)
        }
    }

    /// When the next of all schedules comes due after `now`; `nil` if none does.
    public func nextDueTime(after now: UInt64, zones: (String) -> TimeZoneRules?) -> UInt64? {
        schedules.rows.present.filter(\.isEnabled)
            .compactMap { Self.nextRun(of: $0.definition, after: now, zones: zones) }.min()
    }

    /// When a schedule is run next after `time`, if it is enabled; `nil` if never, or if its time
    /// zone is not known.
    public static func nextRun(
        of schedule: ScheduleDefinition, after time: UInt64, zones: (String) -> TimeZoneRules?
    ) -> UInt64? {
        ScheduleTimes(schedule, zones: zones)?.next(after: time)
    }
}

/// A schedule came due and has not been run for it.
public struct DueRun: Equatable, Sendable {
    public let schedule: ScheduleDefinition
    /// The moment that its expression names, in microseconds since 1970.
    public let dueTime: UInt64
    /// Whether that moment passed and nobody kept the time.
    public let isMissed: Bool

    /// Whether it is not run any more.
    public var isSkipped: Bool { isMissed && schedule.catchUp == "skip" }
}

/// The times that a schedule names.
struct ScheduleTimes {
    /// How far back the last time that has come is looked for, in microseconds, each step after
    /// the one before it: an hour, a day, a month, a year, eight years.
    private static let steps: [UInt64] = [1, 24, 744, 8784, 70_272].map { $0 * 3_600_000_000 }

    let cron: CronExpression
    let zone: TimeZoneRules

    init(cron: CronExpression, zone: TimeZoneRules) { (self.cron, self.zone) = (cron, zone) }

    /// - Returns: `nil` if the time zone or the expression cannot be read.
    init?(_ schedule: ScheduleDefinition, zones: (String) -> TimeZoneRules?) {
        guard
            let zone = schedule.timeZone == "UTC"
                ? TimeZoneRules.utc : zones(schedule.timeZone),
            let cron = try? CronExpression(schedule.cronExpression)
        else { return nil }
        self.init(cron: cron, zone: zone)
    }

    func next(after time: UInt64) -> UInt64? { cron.next(after: time, in: zone) }

    /// The last time after `start` that is not after `end`.
    func last(after start: UInt64, until end: UInt64) -> UInt64? {
        guard var last = first(after: start, until: end) else { return nil }
        // However many there are, only those at the end are gone through.
        for step in Self.steps where step < end && end - step > last {
            if let found = first(after: end - step, until: end) {
                last = found
                break
            }
        }
        while let later = first(after: last, until: end) { last = later }
        return last
    }

    private func first(after start: UInt64, until end: UInt64) -> UInt64? {
        next(after: start).flatMap { $0 <= end ? $0 : nil }
    }
}
