internal import DRTesting
internal import FaultProxy
internal import ResilientStorage

/// What shows how the storage system does while its storage fails: on the wire, for its users, and
/// in what it tells of itself.
extension ObservationBoard {
    /// A request that its client has given up, or that was admitted right before a breaker opened
    /// which does not tell when its calls end, may be on its way for so long.
    private static let underWay: Duration = .milliseconds(100)
    /// So far back a proxy knows when requests arrived.
    private static let memory: Duration = .seconds(300)

    // MARK: On the wire

    func attempts(_ name: String, _ facts: RunFacts.State) async -> Observation {
        switch name {
        case "storage.attempt_error_ratio": return await attemptErrors(facts)
        case "proxy.requests_while_open":
            return Self.number(await arrivals(in: openSpans(facts)))
        case "proxy.trial_requests":
            // Before it is half-open, nothing is let through.
            let last = facts.breakerSpans(.halfOpen, to: .now).last.map { span in
                let start = system.store.earliest(of: span.lowerBound)
                return start..<max(system.store.earliest(of: span.upperBound), start)
            }
            return Self.number(await arrivals(in: last.map { [$0] } ?? []))
        default: return await retries(name)
        }
    }

    private func retries(_ name: String) async -> Observation {
        await system.primary.catchUp()
        let evidence = system.primary.wire.retries
        // Without any attempt there is nothing to see.
        guard evidence.mostAttempts > 0 else { return Observation(nil) }
        switch name {
        case "retry.repeated_requests": return Self.number(evidence.spacings.count)
        case "retry.attempts_per_operation_max": return Self.number(evidence.mostAttempts)
        case "retry.spacing_mean_ms": return Self.milliseconds(evidence.meanSpacing)
        default: return Observation(nil)
        }
    }

    private func attemptErrors(_ facts: RunFacts.State) async -> Observation {
        guard let fault = facts.fault else { return Observation(nil, samples: 0) }
        let place = system.place(fault.endpoint)
        await place.catchUp()
        let window = place.wire.attempts(since: fault.lastChange)
        guard window.isComplete else { return Observation(nil, samples: 0) }
        // What began before met another share of failures.
        let attempts = window.samples.filter { $0.started >= fault.lastChange }
        return Self.ratio(attempts.count(where: \.isFailed), of: attempts.count)
    }

    /// In which the breaker was open for certain, and what it had let through before had arrived.
    private func openSpans(_ facts: RunFacts.State) -> [Range<ContinuousClock.Instant>] {
        let blindSpells = system.store.blindSpells
        let spans =
            system.service == nil
            ? facts.quietSpans(to: .now) : facts.breakerSpans(.open, to: .now)
        return spans.flatMap { span in
            let start = span.lowerBound + Self.underWay
            let end = system.store.earliest(of: span.upperBound)
            return start < end ? Self.parts(of: start..<end, without: blindSpells) : []
        }
    }

    /// - Parameter spells: in order, none within another.
    static func parts(
        of span: Range<ContinuousClock.Instant>, without spells: [Range<ContinuousClock.Instant>]
    ) -> [Range<ContinuousClock.Instant>] {
        var parts: [Range<ContinuousClock.Instant>] = []
        var start = span.lowerBound
        for spell in spells where spell.overlaps(span) {
            if start < spell.lowerBound { parts.append(start..<spell.lowerBound) }
            start = max(start, spell.upperBound)
        }
        if start < span.upperBound { parts.append(start..<span.upperBound) }
        return parts
    }

    /// - Returns: `nil` if there was no such time, or if it is too long ago.
    private func arrivals(in spans: [Range<ContinuousClock.Instant>]) async -> Int? {
        let earliest = ContinuousClock.now - Self.memory
        guard let first = spans.first, first.lowerBound > earliest else { return nil }
        var sum = 0
        for span in spans {
            let count = try? await system.primary.proxy.requests(
                of: system.storeAgent, since: span.lowerBound, until: span.upperBound,
                methods: nil)
            guard let count else { return nil }
            sum += count
        }
        return sum
    }

    // MARK: For users

    func partial(_ name: String, _ facts: RunFacts.State) -> Observation {
        switch name {
        case "workload.served_or_deferred_ratio_min", "workload.served_reads_min_per_bin":
            guard let fault = facts.fault else { return Observation(nil, samples: 0) }
            let window = workload.history.window(since: fault.effective)
            let function = PartialFunction(
                window, during: fault.effective..<max(fault.cleared ?? .now, fault.effective))
            return name == "workload.served_reads_min_per_bin"
                ? Self.number(function.fewestReads)
                : Observation(
                    function.lowestShare.map { .number($0) }, samples: window.samples.count)
        case "calls.served":
            return Self.number(facts.breaker.calls.map { $0.count(where: \.isServed) })
        case "calls.refused":
            return Self.number(
                facts.breaker.calls.map { calls in calls.count { $0.outcome == .refused } })
        default: return Observation(nil)
        }
    }

    // MARK: The breaker

    /// What nobody knows of a breaker that does not show itself.
    private static let toldByBreaker: Set<String> = [
        "breaker.failed_calls", "breaker.opened_count", "breaker.half_open_count",
        "breaker.half_open_seen",
    ]

    func breaker(_ name: String, _ known: RunFacts.State) async -> Observation {
        let state = await system.store.selfReport.breaker
        // Changes that are seen only by looking have just been seen.
        let facts = system.service == nil ? known : self.facts.all
        if state == nil, facts.breakerChanges.isEmpty, Self.toldByBreaker.contains(name) {
            return Observation(nil)
        }
        switch name {
        case "breaker.state": return Observation(state.map { .text($0.rawValue) })
        case "breaker.failed_calls": return Self.number(await failedCalls(facts))
        case "breaker.opened_count": return Self.number(facts.breakerCount(.open))
        case "breaker.half_open_count": return Self.number(facts.breakerCount(.halfOpen))
        case "breaker.half_open_seen":
            guard let lifted = facts.fault?.ending?.ended else { return Observation(nil) }
            // The trial that finds the storage working may have begun just before the lift.
            let closedSince = facts.breakerClosed.map { $0 > lifted } ?? false
            return Observation(.flag(facts.wasHalfOpen(since: lifted) || closedSince))
        case "breaker.refusal_p99_ms":
            let refused = (facts.breaker.calls ?? []).filter { $0.outcome == .refused }
            let time = Latencies(of: refused).percentile(99)
            return Observation(Self.milliseconds(time).value, samples: refused.count)
        default: return await episodes(name, facts)
        }
    }

    /// Calls of the primary storage that failed from the last fault on until the breaker opened: as
    /// the store tells, or else as they were seen on the wire.
    private func failedCalls(_ facts: RunFacts.State) async -> Int? {
        if system.service == nil { return facts.failedCallsBeforeOpening }
        guard let fault = facts.fault else { return nil }
        await system.primary.catchUp()
        let window = system.primary.wire.attempts(since: fault.began)
        let opened = facts.breakerOpened(since: fault.began) ?? .now
        let failed = window.samples.count { $0.isFailed && $0.finished <= opened }
        return window.isComplete ? failed : nil
    }

    private func episodes(_ name: String, _ facts: RunFacts.State) async -> Observation {
        let episodes = facts.breaker.episodes
        guard !episodes.isEmpty else { return Observation(nil) }
        switch name {
        case "episodes.completed": return Self.number(episodes.count(where: \.isCompleted))
        case "episodes.failed": return Self.number(episodes.count(where: \.hasFailed))
        case "episodes.acknowledged_before":
            return Self.number(facts.breaker.acknowledgedBeforeEpisodes)
        case "episodes.requests_while_open":
            let spans = openSpans(facts).filter { span in
                episodes.contains { episode in
                    guard let start = episode.began else { return false }
                    return span.lowerBound >= start
                        && span.lowerBound <= episode.ended ?? span.lowerBound
                }
            }
            return Self.number(await arrivals(in: spans))
        case "episodes.response_time_max_ms":
            let analysis = BreakerAnalysis(episodes.map(\.measured), writersStopped: nil)
            return Self.milliseconds(analysis.recoveryTime)
        default: return Observation(nil)
        }
    }

    // MARK: Health and alerts

    func alert(_ name: String, _ facts: RunFacts.State) async -> Observation {
        switch name {
        case "health.state":
            let state = await system.store.selfReport.health
            return Observation(state.map { .text($0.rawValue) })
        case "health.time_to_detect_ms": return Self.milliseconds(facts.healthDetectionTime)
        default: break
        }
        guard let received = system.notices(since: facts.steadySince) else {
            return Observation(nil)
        }
        let alerts = received.filter { $0.notice.kind == .performanceAlert }
        let ends = received.filter { $0.notice.kind == .performanceRecovered }
        let start = facts.faults.first?.effective
        switch name {
        case "alerts.performance_notices":
            return Self.number(start.map { start in alerts.count { $0.instant >= start } })
        case "alerts.cleared_notices":
            return Self.number(start.map { start in ends.count { $0.instant >= start } })
        case "alerts.early":
            return Self.number(alerts.count { alert in start.map { alert.instant < $0 } ?? true })
        case "alerts.standing":
            let standing = Set(alerts.map(\.notice.incident))
                .subtracting(ends.map(\.notice.incident))
            return Self.number(standing.count)
        default: return Observation(nil)
        }
    }
}

extension RunFacts.State {
    /// How long it took when the primary storage last became unhealthy.
    fileprivate var healthDetectionTime: Duration? {
        events.reversed().lazy.compactMap { event in
            guard case .health(let change, .primary) = event else { return nil }
            return change.detectionTime
        }.first
    }
}
