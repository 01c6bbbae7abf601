internal import DRTesting

/// Whether the load bore the measures that were made with it. A pure value.
struct LoadJudgement {
    /// A row that is inconclusive; `nil`: the load was put on as planned.
    let result: ResultRecorded?

    /// - Parameter end: of the load.
    init(_ pace: Pace.Record, for recovery: Recovery?, until end: ContinuousClock.Instant) {
        // Shorter ones are part of the resolution.
        let longest = recovery?.span(until: end).map { pace.longestStall(in: $0) } ?? .zero
        guard !pace.isHeld || longest > Pace.patience else {
            self.result = nil
            return
        }
        var result = ResultRecorded()
        (result.component, result.testName) = ("workload", "Load put on as planned")
        result.expectedResult =
            "99 % of the operations sent within \(Pace.patience.words), and all of them while "
            + "recovery was timed"
        result.actualResult =
            "of \(pace.due.counted("operation")) \(pace.overdue) were sent later, "
            + "\(pace.withheld) not at all; one was \(longest.words) late while recovery was timed"
        result.verdict = .inconclusive
        result.errorMessage =
            pace.isHeld
            ? "the runner stalled, so its measures are not to be trusted"
            : "the rate was not held, so the measures are not to be trusted"
        self.result = result
    }
}

extension Recovery {
    /// A stall of the runner lets recovery look later by as much as it lasts: what is known of it
    /// is known no better.
    mutating func coarsen(by pace: Pace.Record, until end: ContinuousClock.Instant) {
        guard let known = resolution, let span = span(until: end) else { return }
        resolution = max(known, pace.longestStall(in: span))
    }

    /// Marks of faults stand where the clock of another machine said.
    mutating func coarsen(by clockError: Duration) {
        resolution = resolution.map { $0 + clockError }
    }

    /// What the measured times rest on. A runner that stalls at any other time spoils none of them.
    fileprivate func span(
        until end: ContinuousClock.Instant
    ) -> ClosedRange<ContinuousClock.Instant>? {
        guard let impact else { return nil }
        let last = [restored, verified].compactMap(\.self).max() ?? end
        return impact...max(last, impact)
    }
}
