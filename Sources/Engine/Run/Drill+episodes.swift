internal import DRTesting
internal import FaultProxy
internal import ResilientStorage

/// What a breaker meets: single calls, and failures of every kind.
extension Drill {
    /// Reads an object that is always there and never queued.
    func callStorage(times: Int) async throws {
        guard let system else { return }
        setWaiting("the end of \(times.counted("call"))")
        var calls: [OperationSample] = []
        for _ in 0..<times {
            try Task.checkCancellation()
            let start = ContinuousClock.now
            let outcome = await system.store.get(keys.probe)
            calls.append(
                OperationSample(
                    kind: .read, outcome: OperationSample.Outcome(outcome), key: 0,
                    intended: start, finished: outcome.instant))
        }
        facts.update { [calls] in $0.breaker.calls = calls }
    }

    func runEpisodes(
        _ kinds: [Action.Episode], openWithin: Duration, closedWithin: Duration
    ) async throws {
        guard let workload else { return }
        let acknowledged = workload.ledger.acknowledgedCount
        facts.update { state in
            state.breaker.acknowledgedBeforeEpisodes = acknowledged
            state.breaker.episodes = kinds.map { BreakerFacts.Episode(kind: $0) }
        }
        for (index, kind) in kinds.enumerated() {
            var episode = BreakerFacts.Episode(kind: kind)
            try await begin(&episode)
            note(episode, index)
            try await awaitOpening(&episode, within: openWithin)
            try await end(&episode)
            note(episode, index)
            try await awaitClosing(&episode, within: closedWithin)
            note(episode, index)
        }
    }

    private func note(_ episode: BreakerFacts.Episode, _ index: Int) {
        facts.update { $0.breaker.episodes[index] = episode }
    }

    private func begin(_ episode: inout BreakerFacts.Episode) async throws {
        setWaiting("the storage to fail: \(episode.kind.rawValue)")
        for plan in FaultPlan.faults(of: episode.kind) {
            try await inject(plan)
            episode.began = episode.began ?? facts.all.fault?.began
            episode.effective = episode.effective ?? facts.all.fault?.effective
        }
    }

    private func end(_ episode: inout BreakerFacts.Episode) async throws {
        for plan in FaultPlan.faults(of: episode.kind) { try await lift(plan.name) }
        episode.lifted = facts.all.fault?.ending?.ended
    }

    private func awaitOpening(
        _ episode: inout BreakerFacts.Episode, within limit: Duration
    ) async throws {
        guard let began = episode.began, let effective = episode.effective else { return }
        setWaiting("the breaker to open: \(episode.kind.rawValue)")
        while ContinuousClock.now < effective + limit {
            episode.opened = facts.all.breakerOpened(since: began)
            if episode.opened != nil { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits for the queue to be empty too, so that the next episode begins with all well.
    private func awaitClosing(
        _ episode: inout BreakerFacts.Episode, within limit: Duration
    ) async throws {
        guard let system, let effective = episode.effective, let lifted = episode.lifted
        else { return }
        setWaiting("the breaker to close: \(episode.kind.rawValue)")
        let deadline = lifted + limit
        while ContinuousClock.now < deadline {
            let report = await system.store.selfReport
            // Who tells of no queue is not waited for.
            if report.breaker == .closed, report.queueDepth ?? 0 == 0 { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        if let opened = episode.opened, let closed = facts.all.breakerClosed,
            closed >= opened, closed <= deadline
        {
            episode.closedAgain = closed
        }
        // By now all of them have ended, so the proxy can tell of them.
        await system.primary.catchUp()
        episode.firstBadCall = system.primary.wire.firstBadCall(since: effective)
        episode.ended = .now
    }
}

extension WireRecord {
    /// When the first request was sent that got no good answer, or too late for the breaker.
    ///
    /// - Returns: `nil` if there was none, or if not all since then are known any more.
    fileprivate func firstBadCall(
        since instant: ContinuousClock.Instant
    ) -> ContinuousClock.Instant? {
        let window = attempts(since: instant)
        guard window.isComplete else { return nil }
        return window.samples.filter { attempt in
            let isSlow = attempt.finished - attempt.started > StoreParts.slowCallLimit
            return attempt.started >= instant && (attempt.isFailed || isSlow)
        }.map(\.started).min()
    }
}

extension FaultPlan {
    /// What lets every call fail in one way, or in several at once.
    static func faults(of kind: Action.Episode) -> [FaultPlan] {
        switch kind {
        case .status: [episode(kind, .status)]
        case .hang: [episode(kind, .hang)]
        case .reset: [episode(kind, .reset)]
        case .slow: [episode(kind, .latency)]
        case .mixed:
            // Each strikes among what those before it spare: a quarter of all.
            [
                episode(kind, .status, fraction: 0.25), episode(kind, .reset, fraction: 1.0 / 3),
                episode(kind, .hang, fraction: 0.5), episode(kind, .latency),
            ]
        }
    }

    private static func episode(
        _ episode: Action.Episode, _ kind: Kind, fraction: Double = 1
    ) -> FaultPlan {
        FaultPlan(
            name: "episode \(episode.rawValue), \(kind.rawValue)", endpoint: "primary", kind: kind,
            fraction: fraction, status: 500,
            // Late for the breaker, but before the client gives up.
            delay: StoreParts.slowCallLimit + .milliseconds(150))
    }
}
