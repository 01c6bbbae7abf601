import Testing

@testable import Engine

/// What holds for every load.
struct RecoveryPropertyTests {
    /// A load with some outages after the fault. Every second has 50 reads and 50 writes.
    private func load(using random: inout SplitMix64) -> Load {
        var load = Load()
        load.add(-1000..<0, .served)
        var time = 0
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let outage = Int.random(in: 1...150, using: &random) * 10
            let service = Int.random(in: 1...100, using: &random) * 10
            load.add(time..<time + outage, .failed)
            load.add(time + outage..<time + outage + service, .served)
            time += outage + service
        }
        load.add(time..<12_000, .served)
        return load
    }

    /// An operation after the fault that is not served, and ends beside all others.
    private func failure(using random: inout SplitMix64) -> OperationSample {
        let start = Int.random(in: 0..<11_900, using: &random)
        let microseconds = Int.random(in: 1..<1000, using: &random)
        return .sample(
            Bool.random(using: &random) ? .read : .write, .indeterminate, from: Load.at(start),
            to: Load.at(start + 7) + .microseconds(microseconds))
    }

    @Test func moreFailuresNeverRestoreEarlier() {
        var random = SplitMix64(seed: Seed.value)
        for round in 0..<100 {
            let load = load(using: &random)
            let before = load.analysis(end: 12_000)
            var samples = load.samples
            for _ in 0..<Int.random(in: 1...30, using: &random) {
                samples.append(failure(using: &random))
            }
            let after = Load.analysis(of: samples, end: 12_000)
            #expect(after.impactAt == before.impactAt, "round \(round), seed \(Seed.value)")
            // Never restored is later than any time.
            let (first, second) = (before.restoredAt ?? .max, after.restoredAt ?? .max)
            #expect(second >= first, "round \(round), seed \(Seed.value)")
        }
    }

    @Test func restorationLiesBetweenImpactAndEnd() {
        var random = SplitMix64(seed: Seed.value &+ 1)
        for round in 0..<100 {
            let analysis = load(using: &random).analysis(end: 12_000)
            guard let impact = analysis.impact, let restored = analysis.restored else { continue }
            #expect(restored > impact, "round \(round), seed \(Seed.value)")
            #expect(
                restored + .seconds(1) <= Load.at(12_000), "round \(round), seed \(Seed.value)")
            #expect(
                analysis.resolution.map { $0 >= .zero && $0 <= restored - impact } == true,
                "round \(round), seed \(Seed.value)")
        }
    }
}
