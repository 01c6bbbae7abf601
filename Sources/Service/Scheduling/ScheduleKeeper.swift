internal import DRTesting
internal import EventLog
internal import Logging

/// Starts what is due, and records what came of it.
///
/// First the run is started, by a key that follows from the schedule and the moment, then it is
/// recorded that the schedule fired, by an id that follows from them too. Whoever is interrupted in
/// between, or was second, is given the run that is there.
actor ScheduleKeeper {
    /// Who is said to execute the runs.
    static let author = "scheduler"
    /// So long a run is tried again while others are in its way, and so often; in microseconds.
    static let patience: UInt64 = 3_600_000_000
    static let retryPause: UInt64 = 5_000_000
    private static let maximumAttempts = 10

    /// A run that others are in the way of.
    private struct Waiting {
        let dueTime: UInt64
        let since: UInt64
        let nextTry: UInt64
    }

    private let store: EventStore
    private let runs: any RunStarting
    private let zones: ZoneFiles
    private let clock: LogClock
    private let logger: Logger
    private var times = ScheduleClock()
    private var scenarios = Scenarios()
    /// How far the streams have been read, by their names.
    private var revisions: [String: UInt64] = [:]
    /// By the id of the schedule.
    private var waiting: [UInt64: Waiting] = [:]
    private var missingZones: Set<String> = []

    init(
        store: EventStore, runs: any RunStarting, zones: ZoneFiles, clock: LogClock, logger: Logger
    ) {
        (self.store, self.runs, self.zones) = (store, runs, zones)
        (self.clock, self.logger) = (clock, logger)
    }

    /// Looks once what is due.
    ///
    /// - Returns: when a schedule comes due next, in microseconds since 1970; `nil` if none does.
    func round() async throws -> UInt64? {
        try await readOn()
        noteMissingZones()
        let due = times.due(at: clock.now(), zones: zones.known)
        let ids = Set(due.map(\.schedule.id))
        waiting = waiting.filter { ids.contains($0.key) }
        for run in due where !Task.isCancelled { try await take(run) }
        return times.nextDueTime(after: clock.now(), zones: zones.known)
    }

    // MARK: What is known

    private func readOn() async throws {
        for (event, _) in try await news(ofStream: Scenarios.stream) { scenarios.apply(event) }
        for (event, time) in try await news(ofStream: Schedules.stream) {
            times.apply(event, at: time)
        }
    }

    private func news(ofStream name: String) async throws -> [(TestEvent, UInt64)] {
        var news: [(TestEvent, UInt64)] = []
        var known = revisions[name] ?? 0
        while true {
            let batch = try await store.read { [known] reader in
                try reader.events(ofStream: name, after: known)
            }
            guard let last = batch.last else { break }
            for record in batch.map(\.record) {
                // What a newer program has recorded is passed over.
                let event = try TestEvent(number: record.number, payload: record.payload)
                if let event { news.append((event, record.clock)) }
            }
            known = last.record.revision
        }
        revisions[name] = known
        return news
    }

    private func noteMissingZones() {
        for row in times.schedules.rows.present where row.isEnabled {
            let zone = row.definition.timeZone
            guard zones.known(zone) == nil, missingZones.insert(zone).inserted else { continue }
            let id = row.definition.id
            logger.error("schedule \(id) cannot run: its time zone is not known on this machine")
        }
    }

    // MARK: Starting

    private func take(_ run: DueRun) async throws {
        let (id, now) = (run.schedule.id, clock.now())
        if let earlier = waiting[id], earlier.dueTime != run.dueTime {
            waiting[id] = nil
            try await recordFailure(
                of: run.schedule, dueTime: earlier.dueTime,
                "other tests were in its way until it was due again")
        }
        let key = Self.key(of: id, dueTime: run.dueTime, logID: store.reader.logID)
        if try await store.read({ try $0.position(ofOnce: key) }) != nil {
            // Whoever started it was interrupted before he could record that.
            waiting[id] = nil
            let fired = Self.fired(run.schedule, run.dueTime, runKey: "\(key)")
            if isAccepted(fired) { try await record(fired) }
            return
        }
        guard let wait = waiting[id] else {
            if run.isSkipped {
                return try await recordFailure(
                    of: run.schedule, dueTime: run.dueTime,
                    "missed while no server kept the time; such runs are skipped")
            }
            return try await start(run, key, at: now)
        }
        if now >= wait.nextTry { try await start(run, key, at: now) }
    }

    /// Of the run that is started at that moment, whoever starts it.
    static func key(of schedule: UInt64, dueTime: UInt64, logID: String) -> EventID {
        DerivedID(["scheduled run", logID, "\(schedule)", "\(dueTime)"]).key(at: dueTime)
    }

    private func start(_ run: DueRun, _ key: EventID, at now: UInt64) async throws {
        let (schedule, dueTime) = (run.schedule, run.dueTime)
        let fired = Self.fired(schedule, dueTime, runKey: "\(key)")
        guard isAccepted(fired) else { return }
        switch await attempt(schedule, key: key) {
        case .started: try await record(fired)
        // It was not refused, but this server is going down: the next one starts it.
        case _ where Task.isCancelled: return
        case .busy where now < since(run, now) + Self.patience:
            waiting[schedule.id] = Waiting(
                dueTime: dueTime, since: since(run, now), nextTry: now + Self.retryPause)
            return
        case .busy(let problem), .refused(let problem):
            try await recordFailure(of: schedule, dueTime: dueTime, problem)
        }
        waiting[schedule.id] = nil
    }

    private enum Attempt {
        case started
        case busy(String)
        case refused(String)
    }

    private func attempt(_ schedule: ScheduleDefinition, key: EventID) async -> Attempt {
        let id = schedule.scenarioID
        guard let scenario = scenarios.rows[id], !scenario.isRemoved else {
            // Those that come with the program are recorded when the first server starts.
            return Scenarios.builtin.contains(id)
                ? .busy("scenario \(id) is not recorded yet")
                : .refused("there is no scenario \(id)")
        }
        if !scenario.isEnabled { return .refused("scenario \(id) is disabled") }
        do throws(RunRefusal) {
            _ = try await runs.start(Self.order(schedule, scenario.definition, key: key))
            return .started
        } catch {
            if case .busy = error { return .busy("\(error)") }
            return .refused("\(error)")
        }
    }

    /// When others were in its way first.
    private func since(_ run: DueRun, _ now: UInt64) -> UInt64 {
        waiting[run.schedule.id]?.since ?? now
    }

    private static func order(
        _ schedule: ScheduleDefinition, _ scenario: ScenarioDefinition, key: EventID
    ) -> RunOrder {
        let isBuiltin = Scenarios.builtin.contains(scenario.id)
        return RunOrder(
            scenario: RunOrder.ScenarioReference(
                id: scenario.id, name: scenario.scenarioName,
                text: isBuiltin ? nil : scenario.scenarioText),
            target: schedule.targetName.isEmpty ? nil : schedule.targetName,
            environment: schedule.environment.isEmpty ? nil : schedule.environment,
            by: author, requestedBy: schedule.by,
            variables: schedule.variables.map { (name: $0.name, value: $0.value) }, key: key)
    }

    // MARK: Recording

    private static func fired(
        _ schedule: ScheduleDefinition, _ dueTime: UInt64, runKey: String = "",
        problem: String = ""
    ) -> ScheduleFired {
        var fired = ScheduleFired()
        (fired.scheduleID, fired.dueTime) = (schedule.id, dueTime)
        (fired.runKey, fired.problem) = (runKey, problem)
        return fired
    }

    private func recordFailure(
        of schedule: ScheduleDefinition, dueTime: UInt64, _ problem: String
    ) async throws {
        let fired = Self.fired(schedule, dueTime, problem: problem)
        // The schedule may have been changed, and not name that moment any more.
        if isAccepted(fired) { try await record(fired) }
    }

    private func isAccepted(_ fired: ScheduleFired) -> Bool {
        let news = try? Schedules.decide(
            .fire(fired), in: times.schedules, scenarios: scenarios, zones: zones.known)
        return news?.isEmpty == false
    }

    /// Whoever else has recorded the same moment was first, and that is well.
    private func record(_ fired: ScheduleFired) async throws {
        let event = TestEvent.scheduleFired(fired)
        let id = DerivedID(["schedule fired", "\(fired.scheduleID)", "\(fired.dueTime)"]).eventID
        let new = NewEvent(id: id, number: event.number, payload: event.payload, isOnce: true)
        for attempt in 1... {
            do {
                _ = try await store.append([new], to: Schedules.stream, expecting: .any)
                return
            } catch let error as EventLogError {
                switch error.code {
                case .idTaken: return
                case .outcomeUnknown where attempt < Self.maximumAttempts: continue
                default: throw error
                }
            }
        }
    }
}
