internal import DRTesting
public import EventLog
public import Logging
public import Projections
public import ServiceLifecycle
internal import Wire

/// Finds out whether a log is intact.
public protocol IntegrityChecking: Sendable {
    /// - Returns: what is wrong with it; nothing if it is intact.
    /// - Throws: if it could not be found out.
    func problems() async throws -> [String]
}

/// Raises the alerts that no run can: of drills that nobody ran, and of a log that was changed.
public final class AlertWatch: ServiceLifecycle.Service {
    private static let pause: Duration = .seconds(60)
    private static let hour: UInt64 = 3_600_000_000
    private static let day: UInt64 = 86_400_000_000

    private let store: EventStore
    private let views: ViewStore
    private let desk: AlertDesk
    private let integrity: (any IntegrityChecking)?
    private let clock: LogClock
    private let logger: Logger

    /// - Parameter integrity: asked once on each day in UTC; `nil`: the log is not checked here.
    public init(
        store: EventStore, views: ViewStore, integrity: (any IntegrityChecking)?,
        clock: LogClock = .system, logger: Logger
    ) {
        (self.store, self.views, self.integrity) = (store, views, integrity)
        (self.clock, self.logger) = (clock, logger)
        desk = AlertDesk(store: store)
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var nextCheck: UInt64 = 0
            while !Task.isCancelled {
                await self.attempt("overdue drills") { try await self.lookForOverdue() }
                if self.clock.now() >= nextCheck { nextCheck = await self.check() }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// Checks the log.
    ///
    /// - Returns: when it is to be checked next: a check that came to no end is made again soon.
    func check() async -> UInt64 {
        let now = clock.now()
        let isChecked = await attempt("the log") { try await checkIntegrity() }
        return isChecked ? (now / Self.day + 1) * Self.day : now + Self.hour
    }

    /// - Returns: whether it was done.
    @discardableResult
    private func attempt(_ what: String, _ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return true
        } catch {
            if !Task.isCancelled {
                logger.error("\(what) cannot be looked at", metadata: ["cause": "\(error)"])
            }
            return false
        }
    }

    /// Raises one alert for each time that a drill was due and is overdue.
    func lookForOverdue() async throws {
        let (cadences, excuses) = try await store.read {
            [views] _ -> ([CadenceStanding], [ExcusedDrill]) in
            try views.catchUp([CadencesView.self, ExcusesView.self])
            return (
                try views.table(CadencesView.self).rows.compactMap { try CadenceStanding(row: $0) },
                try views.table(ExcusesView.self).rows.compactMap { try ExcusedDrill(row: $0) }
            )
        }
        for drill in OverdueDrills.overdue(cadences, excuses: excuses, at: clock.now()) {
            try await desk.raise(
                drill.alert(RFC3339.text),
                cause: "dr_overdue \(drill.cadence.id) \(drill.dueTime)")
        }
    }

    /// Raises an alert on each day on which the log is not intact.
    func checkIntegrity() async throws {
        guard let problems = try await integrity?.problems(), let first = problems.first else {
            return
        }
        var alert = AlertRaised()
        (alert.alertType, alert.severity) = ("dr_integrity", "critical")
        (alert.serviceName, alert.message) = ("dr_testing", "The log is not intact")
        alert.details = [
            NamedValue("failure_reason", String(first.prefix(1000))),
            NamedValue("problems", "\(problems.count)"),
        ]
        try await desk.raise(alert, cause: "dr_integrity \(clock.now() / Self.day)")
    }
}

extension CadenceStanding {
    /// - Returns: `nil` for a row that is disabled.
    fileprivate init?(row: [UInt8]) throws {
        let row = try JSONValue(json: row)
        guard row["enabled"]?.boolValue == true, let id = row["id"]?.intValue,
            let interval = row["interval_ms"]?.intValue, let grace = row["grace_ms"]?.intValue,
            let due = row["due_at"]?.stringValue.flatMap({ RFC3339.time($0) })
        else { return nil }
        self.init(
            id: UInt64(id), scenario: row["scenario"]?.stringValue ?? "",
            target: row["target"]?.stringValue ?? "", intervalMs: UInt64(interval),
            graceMs: UInt64(grace), dueTime: due,
            lastSuccess: row["last_success"]?.stringValue.flatMap { RFC3339.time($0) })
    }
}

extension ExcusedDrill {
    /// - Returns: `nil` for a row that is disabled.
    fileprivate init?(row: [UInt8]) throws {
        let row = try JSONValue(json: row)
        guard row["enabled"]?.boolValue == true,
            let due = row["due_at"]?.stringValue.flatMap({ RFC3339.time($0) })
        else { return nil }
        self.init(
            scenario: row["scenario"]?.stringValue ?? "", target: row["target"]?.stringValue ?? "",
            dueTime: due)
    }
}
