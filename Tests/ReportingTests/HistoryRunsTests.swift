import DRTesting
import EventLog
import Merkle
import Testing

@testable import Reporting

/// What a history of the week 2026-W48 says of runs. Until the clock is set, it is Wednesday of the
/// week before.
struct HistoryRunsTests {
    private static let week = Period(week: "2026-W48")!
    private let log = SampleLog()

    private func at(_ hours: UInt64) { log.setClock(Self.week.start + hours * 3_600_000_000) }

    private func history(
        of period: Period = HistoryRunsTests.week, keptRecords: Int = 20
    ) throws -> History {
        var request = HistoryRequest(period: period, toolVersion: "1.0.0", command: "")
        request.keptRecords = keptRecords
        return try HistoryReader(log.reader()).read(request).history
    }

    // MARK: Which runs

    @Test func aRunCountsWhereItEndedWithAllThatItMeasured() async throws {
        var (spanning, open): (UInt64, UInt64) = (0, 0)
        var end: UInt64 = 0
        try await log.write { writer in
            let run = try await writer.begin()
            try await writer.add([.mark("impact", at: 1_000_000)], to: run)
            at(1)
            end = try await writer.add(
                [.mark("verified", at: 5_000_000), .finished(.completed, .passed, rto: 4000)],
                to: run)
            let late = try await writer.begin()
            at(24 * 8)
            try await writer.add([.finished(.failed, .failed)], to: late)
            (spanning, open) = (run.id, late.id)
        }
        let history = try history()
        #expect(history.runs.map(\.summary.id) == [spanning])
        #expect(history.runs.first?.summary.end?.position == end)
        #expect(history.runs.first?.measures.marks.map(\.mark) == ["impact", "verified"])
        #expect(history.underWay.map(\.id) == [open] && history.earlier.isEmpty)
        let before = try self.history(of: Period(.weekly, containing: SampleLog.start))
        #expect(before.runs.isEmpty && before.underWay.map(\.id) == [spanning])
        let after = try self.history(of: Period(.weekly, containing: Self.week.end))
        #expect(after.runs.map(\.summary.id) == [open])
        #expect(after.runs.first?.measures.startedAt == SampleLog.start)
        #expect(after.earlier.map(\.id) == [spanning])
    }

    @Test func earlierDrillsAreInTheOrderOfTheirEnds() async throws {
        var ids: [UInt64] = []
        try await log.write { writer in
            let first = try await writer.begin()
            try await writer.run(.failed, of: SampleDrill(purpose: "proof"))
            let second = try await writer.begin(SampleDrill(target: "production"))
            try await writer.add([.finished(.failed, .failed)], to: second)
            try await writer.add([.finished(.completed, .passed, rto: 4000)], to: first)
            // What comes after the end, as an alert does, changes nothing.
            try await writer.add([.mark("too late", at: 1)], to: first)
            ids = [second.id, first.id]
            at(1)
            try await writer.run(.passed)
        }
        let earlier = try history().earlier
        #expect(earlier.map(\.id) == ids)
        #expect(earlier.map(\.isPassed) == [false, true])
        #expect(earlier.map(\.target) == ["production", "staging"])
        let drill = try #require(earlier.last)
        let request = SampleDrill().request
        #expect(drill.runKey == request.runKey && drill.scenario == request.scenarioName)
        #expect(drill.settingsDigest == request.scenarioDigest)
        #expect(drill.targetDigest == request.targetDigest)
        #expect(drill.executedBy == "nightly" && drill.requestedBy == "ops")
        #expect(drill.authorization == "CHG-7" && drill.toolVersion == "1.0.0")
        #expect(drill.rtoTargetMs == 120_000 && drill.rpoTargetMs == 60_000)
        #expect(drill.requestedAt == SampleLog.start)
        #expect(drill.end?.rtoMs == 4000 && drill.end?.rpoMs == nil)
        #expect(drill.end?.time == SampleLog.start)
    }

    @Test func runsOfEveryPurposeAddUp() async throws {
        try await log.write { writer in
            at(1)
            for purpose in ["drill", "proof", "drill", "chaos", "game"] {
                try await writer.run(.passed, of: SampleDrill(purpose: purpose))
            }
            try await writer.run(.none)
            _ = try await writer.begin(SampleDrill(purpose: "proof"))
        }
        let history = try history()
        let counts = history.origin.counts
        #expect(counts.runs == 6 && counts.drills == 3 && counts.underWay == 1)
        #expect(counts.proofs == 1 && counts.chaos == 1 && counts.others == 1)
        #expect(counts.events == 6 * 3 + 2)
        #expect(history.drills.count { $0.summary.isJudged } == 2)
    }

    @Test func anEndOfWhichThereIsNoRunDoesNotAddUp() async throws {
        try await log.write { writer in
            at(1)
            try await writer.append([.finished(.failed, .failed)])
            try await writer.run(.passed)
        }
        let history = try history()
        let counts = history.origin.counts
        #expect(history.runs.count == 1 && counts.runs == 2)
        #expect(counts.drills + counts.proofs + counts.chaos + counts.others == 1)
        let account = ComplianceReport(history, framework: .soc2).reconciliation
        #expect(account.runsInLog == 2 && account.runsCounted == 1)
        #expect(!account.areRunsReconciled)
    }

    @Test func theFirstDrillsThatDidNotPassAreKeptWhole() async throws {
        try await log.write { writer in
            at(1)
            for verdict: Verdict in [.passed, .failed, .none, .inconclusive, .failed] {
                let run = try await writer.begin()
                try await writer.add(TestEvent.fault("f1", "hang", at: 1_000_000), to: run)
                try await writer.add(
                    [
                        .faultChange("f1", to: 0.5, at: 2_000_000), .timelineRecorded(.sample),
                        .runFinished(SampleDrill.end(verdict)),
                    ], to: run)
            }
            try await writer.run(.failed, of: SampleDrill(purpose: "proof"))
        }
        let runs = try history(keptRecords: 2).runs
        #expect(runs.map { $0.record != nil } == [false, true, false, true, false, false])
        for run in runs {
            guard let record = run.record else { continue }
            #expect(record.faults.first?.shares.map(\.fraction) == [1, 0.5])
            #expect(record.bins.count == 3)
            #expect(DrillMeasures(record) == run.measures)
        }
        #expect(runs.first?.measures.faults == 1)
    }

    @Test func theLeafOfTheEndIsThatOfTheTree() async throws {
        var end: UInt64 = 0
        try await log.write { writer in
            at(1)
            end = try await writer.run(.passed).end
        }
        let leaf = try history().runs.first?.endLeaf
        let value = try #require(try log.reader().storedValue(at: end))
        #expect(leaf == "\(MerkleHash.leaf(value))")
    }

    // MARK: What was measured

    @Test func whatAFailoverMeasuredIsKept() async throws {
        try await log.write { writer in
            at(1)
            let run = try await writer.begin(failover)
            try await writer.add([.finish(rto: 3000, rpo: 0)], to: run)
        }
        let measures = try #require(try history().runs.first?.measures)
        #expect(measures.detectMs == 1000 && measures.heldMs == nil)
        #expect(measures.recoveryParts.map(\.lengthUs) == [1_000_000, 2_000_000])
        #expect(measures.recoveryParts.map(\.end) == ["detected", "restored"])
        #expect(
            measures.objectives.map(\.title) == ["Failover time (RTO)", "Recovery point (RPO)"])
        #expect(measures.ledgers.map(\.subject) == ["takeover", "final"])
        #expect(measures.finalLedger?.keys == 10)
        #expect(measures.phases.map(\.phase) == ["before", "during"])
        #expect(measures.breakerChanges.map(\.to) == ["open"])
        #expect(
            measures.measures.map(\.name) == [
                "rto_actual_ms", "failover_rto_ms", "rpo_actual_ms",
            ])
        #expect(measures.endpoints.map(\.role) == ["primary", "secondary", "backup"])
        #expect(measures.checks == 3 && measures.failedChecks.isEmpty)
    }

    @Test func aFailoverHasTheFactsThatItRecorded() async throws {
        try await log.write { writer in
            at(1)
            let run = try await writer.begin(failover)
            try await writer.add([.finish(rto: 3000, rpo: 0)], to: run)
        }
        let facts = try #require(try history().runs.first?.measures.facts)
        #expect(
            facts == [
                .runIdentity, .runConfigDigest, .runEnvironment, .runInitiator, .runOutcome,
                .runSteps, .timeInject, .timeDetect, .timeRecovery, .timeObjective, .timeFailover,
                .dataRecoveryPoint, .dataPointObjective, .dataCounts, .dataDigests, .dataSample,
                .dataVolume, .dataReconcile, .svcErrors, .svcLatency, .svcDegraded, .svcBreaker,
                .svcBaseline, .sitePair, .siteSecondaryLoad, .siteLag, .siteFailback,
                .backupSeparation,
            ])
    }

    @Test func aRunThatRecordedNothingHasNoFactsButItsEnd() async throws {
        var request = RunRequested()
        request.purpose = "drill"
        try await log.write { [request] writer in
            at(1)
            try await writer.append([.runRequested(request), .finished(.failed, .inconclusive)])
        }
        let run = try #require(try history().runs.first)
        #expect(run.measures.facts == [.runOutcome])
        #expect(run.measures.startedAt == nil && run.measures.isCleanupComplete == nil)
    }

    @Test func theWorstChecksComeFirstWithTheirPositions() async throws {
        var first: UInt64 = 0
        let verdicts: [Verdict] = [.passed, .inconclusive, .failed, .none, .failed]
        try await log.write { writer in
            at(1)
            let run = try await writer.begin()
            try await writer.add(
                verdicts.map { TestEvent.check("circuit_breaker", $0) }
                    + [.runFinished(SampleDrill.end(.failed))], to: run)
            first = run.id + 2
        }
        let measures = try #require(try history().runs.first?.measures)
        #expect(measures.checks == 5)
        #expect(measures.failedChecks.map(\.verdict) == [.failed, .failed, .inconclusive])
        #expect(measures.failedChecks.map(\.position) == [first + 2, first + 4, first + 1])
    }

    @Test(arguments: ["performance_benchmark", "failover_mechanism"])
    func aBenchmarkKeepsAllMeasuresAndOthersThoseWithALimit(testType: String) async throws {
        try await log.write { writer in
            at(1)
            let run = try await writer.begin(SampleDrill(testType: testType))
            try await writer.add(
                [
                    .metric("baseline_p99_ms", 12, "ms"),
                    .metric("sweep_throughput_ratio", 0.9, "1", limit: 0.8, passed: true),
                    .finished(.completed, .passed),
                ], to: run)
        }
        let names = try #require(try history().runs.first?.measures.measures.map(\.name))
        let expected =
            testType == "performance_benchmark"
            ? ["baseline_p99_ms", "sweep_throughput_ratio"] : ["sweep_throughput_ratio"]
        #expect(names == expected)
    }

    /// Up to its end.
    private var failover: [TestEvent] {
        let begin: [TestEvent] = [
            .runRequested(SampleDrill().request), .runStarted(.sample), .step("Break it"),
        ]
        let rest: [TestEvent] = [
            .mark("impact", at: 1_000_000), .mark("detected", at: 2_000_000),
            .mark("restored", at: 4_000_000), .mark("failback started", at: 6_000_000),
            .mark("failback done", at: 8_000_000), .breakerChange(to: "open"),
            .check("storage", .passed, observing: "secondary.reads_served"),
            .ledger("takeover", keys: 8), .ledger("final", keys: 10),
            .phase("before", served: 100), .phase("during", served: 50),
            .metric("rto_actual_ms", type: "rto", 3000, "ms", limit: 120_000, passed: true),
            .metric("time_to_detect_ms", 1000, "ms"),
            .metric("failover_rto_ms", type: "rto", 3000, "ms", limit: 120_000, passed: true),
            .metric("rpo_actual_ms", type: "rpo", 0, "ms", limit: 60_000, passed: true),
            .objective(.failoverTime, .passed), .objective(.recoveryPoint, .passed),
        ]
        return begin + TestEvent.fault("f1", "hang", at: 900_000) + rest
    }
}

extension TestEvent {
    fileprivate static func step(_ name: String) -> TestEvent {
        var step = StepStarted()
        (step.name, step.component) = (name, "storage")
        return .stepStarted(step)
    }

    fileprivate static func check(
        _ component: String, _ verdict: Verdict, observing name: String? = nil
    ) -> TestEvent {
        var result = ResultRecorded()
        (result.component, result.testName, result.verdict) = (component, "a check", verdict)
        if let name {
            var observation = ObservationMade()
            (observation.name, observation.value) = (name, "12")
            result.observations = [observation]
        }
        return .resultRecorded(result)
    }

    fileprivate static func ledger(_ subject: String, keys: UInt64) -> TestEvent {
        var ledger = LedgerCompared()
        (ledger.subject, ledger.keys, ledger.intact) = (subject, keys, keys)
        (ledger.acknowledged, ledger.bytesCompared) = (keys, keys * 1024)
        return .ledgerCompared(ledger)
    }

    fileprivate static func phase(_ name: String, served: UInt64) -> TestEvent {
        var phase = PhaseSummarized()
        (phase.phase, phase.served) = (name, served)
        return .phaseSummarized(phase)
    }

    fileprivate static func breakerChange(to state: String) -> TestEvent {
        var change = ComponentChanged()
        (change.component, change.from, change.to) = ("circuit_breaker", "closed", state)
        return .componentChanged(change)
    }

    fileprivate static func finish(rto: UInt64, rpo: UInt64) -> TestEvent {
        var finish = SampleDrill.end(.passed, rto: rto)
        finish.rpoActualMs = rpo
        return .runFinished(finish)
    }
}
