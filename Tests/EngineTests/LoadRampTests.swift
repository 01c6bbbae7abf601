import DRTesting
import Testing

@testable import Engine

/// Levels of load, and what came of them; times in milliseconds after some moment.
struct LoadRampTests {
    private static let start = ContinuousClock.now

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    private static func result(
        _ pressure: LoadLevel.Pressure, throughput: Double
    ) -> LevelResult {
        LevelResult(
            pressure: pressure, operations: 100, errors: 0, throughput: throughput, p50: nil,
            p95: nil, p99: nil, slip: 0)
    }

    // MARK: Which level comes next

    struct Case: CustomTestStringConvertible, Sendable {
        let claim: String
        let throughputs: [Double]
        /// The level, from 0.
        let saturation: Int?

        var testDescription: String { claim }
    }

    static let cases: [Case] = [
        Case(claim: "nothing measured", throughputs: [], saturation: nil),
        Case(claim: "one level", throughputs: [100], saturation: nil),
        Case(claim: "still rising", throughputs: [100, 200, 400], saturation: nil),
        Case(
            claim: "a tenth more is worth it", throughputs: [100, 110], saturation: nil),
        Case(claim: "less is not", throughputs: [100, 109.9], saturation: 1),
        Case(claim: "falling", throughputs: [100, 190, 150], saturation: 2),
        Case(
            claim: "the first that gains little", throughputs: [100, 200, 210, 500],
            saturation: 2),
        Case(claim: "nothing at all", throughputs: [0, 0], saturation: nil),
    ]

    @Test(arguments: LoadRampTests.cases)
    func saturationIsTheFirstLevelThatGainsLittle(_ example: Case) {
        var ramp = LoadRamp.sweep(
            clients: [1, 2, 4, 8, 16], warmUp: .seconds(1), lasting: .seconds(5))
        for (level, throughput) in zip(ramp.levels, example.throughputs) {
            ramp.record(Self.result(level.pressure, throughput: throughput))
        }
        #expect(ramp.saturation == example.saturation.map { ramp.results[$0] })
    }

    @Test func aSweepPutsOnEveryLevel() {
        var ramp = LoadRamp.sweep(clients: [1, 2, 4], warmUp: .seconds(1), lasting: .seconds(5))
        for clients in [1, 2, 4] {
            let level = LoadLevel(
                pressure: .clients(clients), warmUp: .seconds(1), lasting: .seconds(5))
            #expect(ramp.next == level)
            // No gain at all.
            ramp.record(Self.result(level.pressure, throughput: 10))
        }
        #expect(ramp.next == nil)
    }

    @Test func stressStopsAtSaturation() {
        var ramp = LoadRamp.stress(from: 50, to: 1000, warmUp: .zero, lasting: .seconds(5))
        #expect(
            ramp.levels.map(\.pressure) == [50, 100, 200, 400, 800, 1000].map { .rate($0) })
        for throughput in [50.0, 100, 190, 200] {
            guard let level = ramp.next else { break }
            ramp.record(Self.result(level.pressure, throughput: throughput))
        }
        #expect(ramp.next == nil)
        #expect(ramp.saturation?.pressure == .rate(400))
    }

    @Test func stressWithoutSaturationEndsAtItsLimit() {
        for (rate, limit, count) in [(50.0, 200.0, 3), (100, 100, 1), (100, 50, 1), (1, 1000, 11)] {
            var ramp = LoadRamp.stress(from: rate, to: limit, warmUp: .zero, lasting: .seconds(1))
            var throughput = 1.0
            while let level = ramp.next {
                ramp.record(Self.result(level.pressure, throughput: throughput))
                throughput *= 2
            }
            #expect(ramp.results.count == count)
            #expect(ramp.results.last?.pressure == .rate(limit))
            #expect(ramp.saturation == nil)
        }
    }

    // MARK: What counts

    private static func sample(
        _ outcome: OperationSample.Outcome, from start: Int, to end: Int
    ) -> OperationSample {
        .sample(.read, outcome, from: at(start), to: at(end))
    }

    @Test func aLevelCountsWhatBeganInItsTime() {
        var tally = LevelTally(measured: Self.at(1000)..<Self.at(3000))
        let samples = [
            // During the warm-up.
            Self.sample(.served, from: 900, to: 950), Self.sample(.failed, from: 999, to: 1100),
            // Served in time, though it began earlier.
            Self.sample(.served, from: 990, to: 1005),
            Self.sample(.served, from: 1000, to: 1010), Self.sample(.served, from: 2000, to: 2020),
            Self.sample(.deferred, from: 2000, to: 2001),
            Self.sample(.refused, from: 2000, to: 2001),
            Self.sample(.failed, from: 2000, to: 2001),
            Self.sample(.indeterminate, from: 2000, to: 2001),
            // Too late for the throughput, but its user has waited.
            Self.sample(.served, from: 2999, to: 4999),
            Self.sample(.served, from: 3000, to: 3010),
        ]
        for sample in samples { tally.add(sample) }
        tally.addWithheld(intended: Self.at(2999))
        tally.addWithheld(intended: Self.at(3000))
        let result = tally.result(of: .rate(5), slip: 0.5)
        #expect(result.operations == 8)
        // All but the three served, also the write that was only deferred.
        #expect(result.errors == 5)
        #expect(result.throughput == 1.5)
        #expect(result.p50.map { $0 / .milliseconds(20) }.map { abs($0 - 1) < 0.001 } == true)
        #expect(result.p99.map { $0 / .milliseconds(2000) }.map { abs($0 - 1) < 0.001 } == true)
        #expect(result.slip == 0.5)
    }

    @Test func aLevelWithoutOperationsHasNoLatencies() {
        let result = LevelTally(measured: Self.at(0)..<Self.at(1000)).result(
            of: .clients(1), slip: 0)
        #expect(result.operations == 0)
        #expect(result.throughput == 0)
        #expect(result.p50 == nil)
        #expect(result.p99 == nil)
    }

    @Test func talliesOfSeveralClientsAddUp() {
        let measured = Self.at(0)..<Self.at(1000)
        var parts = [LevelTally(measured: measured), LevelTally(measured: measured)]
        var whole = LevelTally(measured: measured)
        for number in 0..<200 {
            let outcome: OperationSample.Outcome = number % 9 == 0 ? .failed : .served
            let sample = Self.sample(outcome, from: number, to: number * 3)
            parts[number % 2].add(sample)
            whole.add(sample)
        }
        parts[0].add(parts[1])
        #expect(parts[0].result(of: .clients(2), slip: 0) == whole.result(of: .clients(2), slip: 0))
    }

    // MARK: Load on a storage

    private func client(_ store: MemoryStore) -> LoadClient {
        let plan = WorkloadPlan(
            writesPerSecond: 1, readsPerSecond: 1, objectBytes: 64, steadyFor: .zero,
            stableFor: .zero)
        return Workload(
            store: store, plan: plan, prefix: "", seed: Seed.value,
            clock: RunClock(start: .now, startTime: 0)
        ).client
    }

    @Test func everyLevelIsPutOnAndEntersTheLedger() async {
        let store = MemoryStore()
        let client = client(store)
        let seen = Inbox<OperationSample>()
        let runner = LevelRunner(client: client) { seen.add($0.sample) }
        let ramp = await runner.run(
            .sweep(clients: [1, 3], warmUp: .zero, lasting: .milliseconds(300)))
        #expect(ramp.results.map(\.pressure) == [.clients(1), .clients(3)])
        #expect(ramp.results.allSatisfy { $0.operations > 0 && $0.errors == 0 && $0.slip == 0 })
        let stress = await runner.run(
            .stress(from: 100, to: 100, warmUp: .zero, lasting: .milliseconds(100)))
        // Ten in a tenth of a second, each of them sent.
        #expect(stress.results.map(\.operations) == [10])
        #expect(seen.all.count == store.calls)
        #expect(store.races == 0)
        let comparison = LedgerComparison(
            client.ledger.book.expectations(),
            stored: store.objects.mapValues { StoredObject($0) }, keys: client.keys,
            objects: client.objects)
        #expect(comparison.offences == [])
        #expect(comparison.unexpected == [])
    }

    @Test func errorsOfALevelAreCounted() async {
        let runner = LevelRunner(client: client(MemoryStore(answer: { _ in .refuse })))
        let result = await runner.run(
            LoadLevel(pressure: .rate(200), warmUp: .zero, lasting: .milliseconds(100)))
        #expect(result.operations == 20)
        #expect(result.errors == 20)
        #expect(result.throughput == 0)
        #expect(result.p50 == nil)
    }
}
