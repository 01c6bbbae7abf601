/// When which scenario is run by itself.
public struct Schedules: Equatable, Sendable {
    public enum Command: Equatable, Sendable {
        case keep(RowCommand<ScheduleDefinition>)
        case fire(ScheduleFired)
    }

    public enum Refusal: Error, Equatable, Sendable, RowRefusal {
        case unknownID(UInt64)
        case removed(UInt64)
        case anonymous
        /// More than a record of the log holds.
        case tooLarge
        case emptyName
        case nameTaken(id: UInt64)
        case unknownScenario(UInt64)
        case badCron(CronError)
        case unknownTimeZone(String)
        /// Neither `once` nor `skip`.
        case badCatchUp(String)
        /// A field that names a target or an environment, and cannot.
        case badName(field: String)
        case variableTwice(String)
        case disabled(UInt64)
        /// The expression does not name this moment.
        case notDue
        /// It fired at that moment or later, and otherwise than is said now.
        case alreadyFired
    }

    public static let stream = "schedules"

    public private(set) var rows = KeptRows<ScheduleDefinition>()
    /// By the id of the schedule.
    public private(set) var lastFires: [UInt64: ScheduleFired] = [:]

    public init() {}

    public mutating func apply(_ event: TestEvent) {
        switch event {
        case .scheduleCreated(let row): rows.apply(.created(row))
        case .scheduleChanged(let row): rows.apply(.changed(row))
        case .scheduleDisabled(let change): rows.apply(.disabled(change))
        case .scheduleEnabled(let change): rows.apply(.enabled(change))
        case .scheduleRemoved(let change): rows.apply(.removed(change))
        case .scheduleFired(let fired): lastFires[fired.scheduleID] = fired
        default: break
        }
    }

    /// - Parameter zones: the rules of a time zone by its name; `nil` if there is none. It is not
    ///   asked for UTC.
    public static func decide(
        _ command: Command, in schedules: Schedules, scenarios: Scenarios,
        zones: (String) -> TimeZoneRules?
    ) throws(Refusal) -> [TestEvent] {
        switch command {
        case .keep(let command):
            let news = try schedules.rows.decide(command) { (row) throws(Refusal) in
                try check(row, in: schedules, scenarios: scenarios)
                _ = try times(of: row, zones: zones)
            }
            return news.map(event)
        case .fire(let fired): return try decide(fired, in: schedules, zones: zones)
        }
    }

    private static func decide(
        _ fired: ScheduleFired, in schedules: Schedules, zones: (String) -> TimeZoneRules?
    ) throws(Refusal) -> [TestEvent] {
        let last = schedules.lastFires[fired.scheduleID]
        if last == fired { return [] }
        guard let row = schedules.rows[fired.scheduleID] else {
            throw .unknownID(fired.scheduleID)
        }
        if row.isRemoved { throw .removed(fired.scheduleID) }
        if !row.isEnabled { throw .disabled(fired.scheduleID) }
        if let last, last.dueTime >= fired.dueTime { throw .alreadyFired }
        let times = try times(of: row.definition, zones: zones)
        guard fired.dueTime > 0, times.next(after: fired.dueTime - 1) == fired.dueTime else {
            throw .notDue
        }
        return [.scheduleFired(fired)]
    }

    private static func check(
        _ schedule: ScheduleDefinition, in schedules: Schedules, scenarios: Scenarios
    ) throws(Refusal) {
        if schedule.scheduleName.isBlank { throw .emptyName }
        for row in schedules.rows.present where row.definition.id != schedule.id {
            if row.definition.scheduleName.isSameName(as: schedule.scheduleName) {
                throw .nameTaken(id: row.definition.id)
            }
        }
        if !scenarios.knows(schedule.scenarioID) { throw .unknownScenario(schedule.scenarioID) }
        guard ["", "once", "skip"].contains(schedule.catchUp) else {
            throw .badCatchUp(schedule.catchUp)
        }
        if !isName(schedule.targetName) { throw .badName(field: "target_name") }
        if !isName(schedule.environment) { throw .badName(field: "environment") }
        var names: Set<String> = []
        for variable in schedule.variables where !names.insert(variable.name).inserted {
            throw .variableTwice(variable.name)
        }
    }

    /// Whether it can be the name of a file, and of no file elsewhere; or none is given.
    private static func isName(_ text: String) -> Bool {
        text.utf8.count <= 64 && text.first != "."
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }

    private static func times(
        of schedule: ScheduleDefinition, zones: (String) -> TimeZoneRules?
    ) throws(Refusal) -> ScheduleTimes {
        let zone = schedule.timeZone == "UTC" ? TimeZoneRules.utc : zones(schedule.timeZone)
        guard let zone else { throw .unknownTimeZone(schedule.timeZone) }
        do throws(CronError) {
            return ScheduleTimes(cron: try CronExpression(schedule.cronExpression), zone: zone)
        } catch {
            throw .badCron(error)
        }
    }

    private static func event(_ event: RowEvent<ScheduleDefinition>) -> TestEvent {
        switch event {
        case .created(let row): .scheduleCreated(row)
        case .changed(let row): .scheduleChanged(row)
        case .disabled(let change): .scheduleDisabled(change)
        case .enabled(let change): .scheduleEnabled(change)
        case .removed(let change): .scheduleRemoved(change)
        }
    }
}

extension ScheduleDefinition: RowDefinition {}

extension Schedules.Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownID(let id): "there is no schedule \(id)"
        case .removed(let id): "schedule \(id) was removed"
        case .anonymous: "nobody is named who wants it"
        case .tooLarge: tooLargeForRecord
        case .emptyName: "schedule_name is empty"
        case .nameTaken(let id): "schedule \(id) has this name; choose another"
        case .unknownScenario(let id): "there is no scenario \(id) to be scheduled"
        case .badCron(let error): "cron_expression: \(error)"
        case .unknownTimeZone(let name):
            "the time zone '\(name)' is not known; accepted: UTC, and names like Europe/Berlin"
        case .badCatchUp(let text): "catch_up is '\(text)'; accepted: once, skip"
        case .badName(let field):
            "\(field) is no name; accepted: at most 64 letters, digits, '.', '_' and '-', not "
                + "beginning with '.'"
        case .variableTwice(let name): "the variable '\(name)' is given twice"
        case .disabled(let id): "schedule \(id) is disabled; enable it first"
        case .notDue: "the schedule is not due at that moment"
        case .alreadyFired: "the schedule fired at that moment or later"
        }
    }
}
