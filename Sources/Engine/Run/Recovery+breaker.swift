internal import DRTesting
internal import FaultProxy

extension Evidence {
    /// Of a storage that failed a part of its calls.
    func degradation() -> Recovery? {
        guard let fault = facts.faults.first else { return nil }
        let analysis = DegradationAnalysis(
            operations: workload.history.window(since: fault.effective),
            attempts: system.place(fault.endpoint).wire.attempts(since: fault.effective),
            injected: fault.effective, cleared: fault.cleared, end: end, stableFor: stableFor)
        var recovery = Recovery()
        recovery.hasForgotten = !analysis.isComplete
        (recovery.impact, recovery.restored) = (analysis.impact, analysis.restored)
        recovery.resolution = analysis.resolution
        recovery.verified = verified(restored: analysis.restored, since: fault.ending?.ended)
        guard let impact = analysis.impact else { return recovery }
        recovery.recoveryTime = recovery.verified.map { $0 - impact }
        recovery.recoveryPoint = recoveryPoint(
            RecoveryMarks(
                impact: impact, restored: analysis.restored, writersStopped: facts.writersStopped))
        return recovery
    }

    /// Of a breaker that met failures of several kinds: the slowest response counts.
    func breakerEpisodes() -> Recovery? {
        if facts.faults.isEmpty { return nil }
        let episodes = facts.breaker.episodes
        let analysis = BreakerAnalysis(
            episodes.map(\.measured), writersStopped: facts.writersStopped)
        var recovery = Recovery()
        recovery.impact = analysis.marks.impact
        recovery.metrics = analysis.episodes.map { ($0.responseTime.name, $0.responseTime.value) }
        for episode in analysis.episodes {
            if let first = episode.firstBadCall {
                recovery.marks.append(("first bad call, \(episode.kind)", first))
            }
            if let closed = episode.closedAgain {
                recovery.marks.append(("closed again, \(episode.kind)", closed))
            }
        }
        recovery.recoveryPoint = facts.comparison.flatMap { comparison in
            analysis.recoveryPoint(
                losses: comparison.offences.map(\.acknowledged),
                acknowledgedBefore: facts.breaker.acknowledgedBeforeEpisodes,
                firstAcknowledged: workload.ledger.book.firstAcknowledged)
        }
        if let time = analysis.recoveryTime { add(time, to: &recovery, analysis) }
        return recovery
    }

    private func add(_ time: Duration, to recovery: inout Recovery, _ analysis: BreakerAnalysis) {
        let slowest = facts.breaker.episodes.first { $0.measured.responseTime.value == time }
        guard let slowest, let closed = slowest.closedAgain else { return }
        recovery.course = Recovery.Course(
            effective: slowest.effective, detected: slowest.opened, lifted: slowest.lifted)
        (recovery.impact, recovery.restored) = (slowest.firstBadCall, closed)
        recovery.resolution = resolution(of: closed, since: slowest.effective)
        // The other checks must hold in the end, but are no part of how fast the breaker was.
        let check = verified(restored: analysis.marks.restored, since: facts.fault?.ending?.ended)
        if check == nil { return }
        recovery.verified = closed
        recovery.recoveryTime = time
        recovery.times[.responseTime] = time
    }

    /// Since the last operation of the load before a moment that was not served.
    private func resolution(
        of restored: ContinuousClock.Instant, since start: ContinuousClock.Instant?
    ) -> Duration? {
        guard let window = start.map({ workload.history.window(since: $0) }), window.isComplete
        else { return nil }
        let last = window.samples.filter { !$0.isServed && $0.finished <= restored }
            .map(\.intended).max()
        return last.map { max(restored - $0, .zero) }
    }
}
