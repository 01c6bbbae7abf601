/// A cadence and when its scenario last succeeded on its target.
public struct CadenceStanding: Equatable, Sendable {
    public let id: UInt64
    public let scenario: String
    public let target: String
    public let intervalMs: UInt64
    public let graceMs: UInt64
    /// Microseconds since 1970, as are all times here: the first moment at which it was due after
    /// its last success.
    public let dueTime: UInt64
    public let lastSuccess: UInt64?

    public init(
        id: UInt64, scenario: String, target: String, intervalMs: UInt64, graceMs: UInt64,
        dueTime: UInt64, lastSuccess: UInt64?
    ) {
        (self.id, self.scenario, self.target) = (id, scenario, target)
        (self.intervalMs, self.graceMs) = (intervalMs, graceMs)
        (self.dueTime, self.lastSuccess) = (dueTime, lastSuccess)
    }
}

/// An excuse, as far as it says which drill need not have been run.
public struct ExcusedDrill: Equatable, Sendable {
    public let scenario: String
    public let target: String
    public let dueTime: UInt64

    public init(scenario: String, target: String, dueTime: UInt64) {
        (self.scenario, self.target, self.dueTime) = (scenario, target, dueTime)
    }
}

/// A drill that should have succeeded by now, has not, and is not excused.
public struct OverdueDrill: Equatable, Sendable {
    public let cadence: CadenceStanding
    /// When it was due. It is due anew after each interval, until it succeeds.
    public let dueTime: UInt64

    public init(cadence: CadenceStanding, dueTime: UInt64) {
        (self.cadence, self.dueTime) = (cadence, dueTime)
    }
}

/// Which drills are overdue. A pure decision.
public enum OverdueDrills {
    /// The drills whose interval and grace are over: of each cadence the one that was due last,
    /// unless that one is excused. An excuse is for the drill that it names and for no later one.
    ///
    /// - Parameters:
    ///   - cadences: the enabled ones.
    ///   - excuses: the enabled ones.
    public static func overdue(
        _ cadences: [CadenceStanding], excuses: [ExcusedDrill], at now: UInt64
    ) -> [OverdueDrill] {
        cadences.compactMap { cadence in
            guard let dueTime = lastDue(cadence, at: now) else { return nil }
            let isExcused = excuses.contains { excuse in
                excuse.scenario == cadence.scenario && excuse.target == cadence.target
                    && isNamed(excuse.dueTime, dueTime, of: cadence)
            }
            return isExcused ? nil : OverdueDrill(cadence: cadence, dueTime: dueTime)
        }
    }

    /// - Returns: `nil` while the first grace is not over.
    private static func lastDue(_ cadence: CadenceStanding, at now: UInt64) -> UInt64? {
        let interval = cadence.intervalMs.microseconds
        let (first, isNever) = cadence.dueTime.addingReportingOverflow(
            cadence.graceMs.microseconds)
        guard !isNever, now > first, interval > 0 else { return nil }
        return cadence.dueTime + (now - first - 1) / interval * interval
    }

    /// Whether an excuse names this moment, or one before the drill was overdue. Tables show times
    /// in whole milliseconds, and people write what they see there.
    private static func isNamed(
        _ excused: UInt64, _ dueTime: UInt64, of cadence: CadenceStanding
    ) -> Bool {
        let shown = dueTime / 1000 * 1000
        return excused >= shown && excused - shown <= cadence.graceMs.microseconds + 1000
    }
}

extension OverdueDrill {
    /// - Parameter text: how a time is written.
    public func alert(_ text: (UInt64) -> String) -> AlertRaised {
        var alert = AlertRaised()
        (alert.alertType, alert.severity) = ("dr_overdue", "medium")
        alert.serviceName = AlertRules.serviceName
        alert.message =
            "Disaster Recovery test overdue: "
            + "\(cadence.scenario) on \(cadence.target)".shortened(to: 1000)
        alert.details = [
            NamedValue("cadence_id", "\(cadence.id)"),
            NamedValue("scenario", cadence.scenario.shortened(to: 1000)),
            NamedValue("target", cadence.target.shortened(to: 1000)),
            NamedValue("due_at", text(dueTime)),
            NamedValue("last_success", cadence.lastSuccess.map(text) ?? "never"),
        ]
        return alert
    }
}

extension UInt64 {
    /// Of milliseconds. What is longer than all times is the longest.
    fileprivate var microseconds: UInt64 {
        let (product, isTooLong) = multipliedReportingOverflow(by: 1000)
        return isTooLong ? .max : product
    }
}
