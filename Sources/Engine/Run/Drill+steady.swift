internal import DRTesting
internal import ResilientStorage

/// How service was in a stretch of the load before anything was broken. A pure value.
struct SteadyWindow: Equatable, Sendable {
    let operations: Int
    let served: Int

    init(_ samples: [OperationSample]) {
        (operations, served) = (samples.count, samples.count(where: \.isServed))
    }

    private var share: Double { operations == 0 ? 0 : Double(served) / Double(operations) }
    var isSteady: Bool { share >= StableService.servedShare }

    var words: String {
        "\(Int((share * 1000).rounded()) / 10) % of \(operations.counted("operation")) served"
    }
}

extension Drill {
    /// So long a system that does not run well at first is waited for.
    private static let warmUp: Duration = .seconds(30)

    /// The load must run well before anything is broken. What happened while it did not yet is no
    /// part of what is measured.
    func becomeSteady() async throws -> Bool {
        guard let workload else { return false }
        progress(.steadying)
        let plan = request.scenario.workload
        let begun = ContinuousClock.now
        let deadline = begun + Self.warmUp
        var start = begun
        var window: SteadyWindow
        while true {
            setWaiting("steady state for \(plan.steadyFor.words)")
            try await Task.sleep(for: plan.steadyFor)
            window = SteadyWindow(workload.history.ended(after: start))
            if window.isSteady { break }
            guard try await becomesWhole(until: deadline) else { break }
            start = .now
            facts.update { $0.begin(at: start) }
        }
        let received = system?.notices(since: start)?.count ?? 0
        var result = ResultRecorded()
        (result.component, result.testName) = ("workload", "Steady state before the fault")
        result.expectedResult = "at least 99 % of the operations served"
        result.actualResult = "\(window.words), \(received.counted("notice"))"
        result.verdict = window.isSteady ? .passed : .inconclusive
        result.executionTimeUs = UInt64((ContinuousClock.now - begun).microseconds)
        if !window.isSteady {
            result.errorMessage = "service was not steady, so no fault was injected"
        }
        try await journal.record(.recordResult(result))
        return window.isSteady
    }

    /// - Returns: whether it did in time: all is delivered, and the primary storage serves.
    private func becomesWhole(until deadline: ContinuousClock.Instant) async throws -> Bool {
        guard let system else { return false }
        setWaiting("the storage system to be whole")
        while ContinuousClock.now < deadline {
            if await system.store.selfReport.isWhole { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }
}

extension SelfReport {
    /// As far as it is told.
    fileprivate var isWhole: Bool {
        breaker ?? .closed == .closed && queueDepth ?? 0 == 0 && failover ?? .primary == .primary
    }
}
