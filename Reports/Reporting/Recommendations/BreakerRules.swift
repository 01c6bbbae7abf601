internal import DRTesting

/// R11 and R12: whether the circuit breaker opens when it should, and only then.
enum BreakerRules {
    /// Scenarios in which everything fails, so that a breaker must open.
    private static let opening: [CatalogScenario] = [.completeOutage, .circuitBreaker]

    static func all(_ book: DrillBook) -> [Recommendation] {
        book.subjects.flatMap { subject -> [Recommendation] in
            let runs = book.judged(of: subject)
            return [late(subject, runs), unprovoked(subject, runs)].compactMap { $0 }
        }
    }

    /// R11, of drills in which a check of the breaker failed, or everything failed and it stayed
    /// closed.
    private static func late(_ subject: Subject, _ runs: [DrillRun]) -> Recommendation? {
        let wrong = runs.filter { !$0.breakerChecks.isEmpty || $0.breakerStayedClosed }
        guard let last = wrong.last else { return nil }
        let names = last.breakerChecks.map { $0.name.printable() }
        let fact =
            names.isEmpty ? "the breaker never opened" : "\(names.joined(separator: ", ")) failed"
        let rate = last.measures.unservedShare.map {
            ", while \(ReportText.decimal($0 * 100)) % of the operations were not served"
        }
        return Recommendation(
            .breakerLate, .high,
            "\(subject.words): \(fact)\(rate ?? ""). Look at the threshold of the breaker, and "
                + "lower it.",
            evidence: wrong.flatMap { run in
                [run.summary.id] + run.breakerChecks.map(\.position)
            })
    }

    /// R12, of drills in which the breaker opened before anything was broken, or nothing was.
    private static func unprovoked(_ subject: Subject, _ runs: [DrillRun]) -> Recommendation? {
        let wrong = runs.filter(\.breakerOpenedUnprovoked)
        if wrong.isEmpty { return nil }
        return Recommendation(
            .breakerUnprovoked, .medium,
            "\(subject.words): the breaker opened in \(wrong.count.counted("drill")) while nothing "
                + "was broken. Raise its threshold, or lengthen its window.",
            evidence: wrong.map(\.summary.id))
    }

    fileprivate static func mustOpen(_ drill: DrillSummary) -> Bool {
        let scenario = CatalogScenario(scenarioID: drill.scenarioID, testType: drill.testType)
        return scenario.map { opening.contains($0) } ?? false
    }
}

extension DrillRun {
    /// Checks of the breaker that failed.
    fileprivate var breakerChecks: [DrillMeasures.FailedCheck] {
        measures.failedChecks.filter {
            $0.component == "circuit_breaker" && $0.verdict == .failed
        }
    }

    fileprivate var breakerStayedClosed: Bool {
        BreakerRules.mustOpen(summary) && measures.faults > 0
            && !measures.breakerChanges.contains { $0.to == "open" }
    }

    /// What is not known to have been broken at some moment was broken all the time.
    fileprivate var breakerOpenedUnprovoked: Bool {
        guard let opened = measures.breakerChanges.first(where: { $0.to == "open" }) else {
            return false
        }
        if let impact = measures.mark("impact") { return opened.offsetUs < impact.offsetUs }
        return measures.faults == 0
    }
}

extension DrillMeasures {
    /// Of all operations while something was broken; `nil` if there were none.
    fileprivate var unservedShare: Double? {
        guard let phase = phases.first(where: { $0.phase == "during" }) else { return nil }
        let good = Double(phase.served) + Double(phase.deferred)
        let bad = Double(phase.refused) + Double(phase.failed) + Double(phase.indeterminate)
        return good + bad > 0 ? bad / (good + bad) : nil
    }
}
