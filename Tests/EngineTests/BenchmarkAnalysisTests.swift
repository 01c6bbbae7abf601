import Foundation
import Testing

@testable import Engine

struct BenchmarkAnalysisTests {
    private func result(
        _ pressure: LoadLevel.Pressure, operations: Int = 1000, errors: Int = 0,
        throughput: Double, p99: Int?
    ) -> LevelResult {
        LevelResult(
            pressure: pressure, operations: operations, errors: errors, throughput: throughput,
            p50: nil, p95: nil, p99: p99.map { .microseconds($0) }, slip: 0)
    }

    @Test func everythingIsComparedWithTheBaseline() {
        let analysis = BenchmarkAnalysis(
            baseline: result(.rate(50), operations: 1500, throughput: 50, p99: 2000),
            sweep: [
                result(.clients(4), throughput: 400, p99: 4000),
                result(.clients(8), throughput: 500, p99: 7000),
                result(.clients(16), throughput: 510, p99: 30_000),
                result(.clients(8), throughput: 450, p99: 9000),
            ],
            stress: [
                result(.rate(400), throughput: 390, p99: nil),
                // More than it can bear says nothing of what it can bear.
                result(.rate(800), errors: 900, throughput: 80, p99: nil),
            ])
        #expect(analysis.p99Ratio == 3.5)
        #expect(analysis.compared?.throughput == 500)
        #expect(analysis.sweepThroughputRatio == 10.2)
        #expect(analysis.stressThroughputRatio == 7.8)
    }

    @Test func whatWasNotMeasuredIsUnknown() {
        let nothing = result(.rate(50), operations: 0, throughput: 0, p99: nil)
        let unknown = BenchmarkAnalysis(baseline: nothing, sweep: [], stress: [])
        #expect(unknown.p99Ratio == nil)
        #expect(unknown.sweepThroughputRatio == nil)
        #expect(unknown.stressThroughputRatio == nil)
        let few = BenchmarkAnalysis(
            baseline: result(.rate(50), throughput: 50, p99: 2000),
            sweep: [result(.clients(4), throughput: 400, p99: 4000)], stress: [])
        #expect(few.p99Ratio == nil)
        #expect(few.sweepThroughputRatio == 8)
    }

    // MARK: Resources

    private func sample(_ operations: Int, _ bytes: Int, _ descriptors: Int = 7) -> ResourceSample {
        ResourceSample(operations: operations, residentBytes: bytes, descriptors: descriptors)
    }

    @Test func theSlopeIsThatOfTheLineThroughTheSamples() throws {
        // 40 bytes an operation, after a steep warm-up.
        let samples =
            [sample(0, 1_000_000), sample(500, 9_000_000)]
            + (1...20).map { sample($0 * 1000, 10_000_000 + $0 * 40_000) }
        let slope = try #require(ResourceTrend(samples, warmUp: 1000).memorySlope)
        #expect(abs(slope - 40) < 1e-6)
        let steep = try #require(ResourceTrend(samples, warmUp: 0).memorySlope)
        #expect(steep > 60)
    }

    @Test func noiseHardlyMovesTheSlope() throws {
        var random = SplitMix64(seed: Seed.value)
        let samples = (0...200).map { number in
            sample(number * 100, 50_000_000 + Int.random(in: -500...500, using: &random))
        }
        let slope = try #require(ResourceTrend(samples, warmUp: 0).memorySlope)
        #expect(abs(slope) < 1, Seed.note)
    }

    @Test func fewSamplesHaveNoSlope() {
        let samples = (1...10).map { sample($0 * 100, $0 * 4000) }
        #expect(ResourceTrend(samples, warmUp: 0).memorySlope == 40)
        #expect(ResourceTrend(samples, warmUp: 101).memorySlope == nil)
        #expect(ResourceTrend(Array(samples.dropLast()), warmUp: 0).memorySlope == nil)
    }

    @Test func oneSampleHasNoSlope() {
        #expect(ResourceTrend([], warmUp: 0).memorySlope == nil)
        #expect(ResourceTrend([sample(5, 10)], warmUp: 0).memorySlope == nil)
        #expect(ResourceTrend([sample(5, 10), sample(5, 99)], warmUp: 0).memorySlope == nil)
        #expect(ResourceTrend([sample(5, 10), sample(6, 99)], warmUp: 7).memorySlope == nil)
    }

    @Test func descriptorsAreComparedFromFirstToLast() {
        let samples = [sample(0, 1, 20), sample(10, 1, 90), sample(10, 1, 18)]
        #expect(ResourceTrend(samples, warmUp: 100).descriptorDifference == -2)
        #expect(ResourceTrend([], warmUp: 0).descriptorDifference == nil)
    }

    @Test func residentMemoryIsThatOfNoFile() {
        let status = "Name:\tprogram\nVmRSS:\t   99999 kB\nRssAnon:\t    1234 kB\nRssFile:\t 5 kB\n"
        #expect(ResourceSample.residentBytes(inStatus: status) == 1234 * 1024)
        for text in ["", "VmRSS: 5 kB\n", "RssAnon: many kB\n", "RssAnon: 5 pages\n", "RssAnon:\n"]
        {
            #expect(ResourceSample.residentBytes(inStatus: text) == nil)
        }
    }

    @Test func thisProcessCanBeLookedAt() throws {
        let pid = ProcessInfo.processInfo.processIdentifier
        let sample = try #require(ResourceSample(ofProcess: pid, operations: 3))
        #expect(sample.operations == 3)
        #expect(sample.residentBytes > 1 << 20)
        #expect(sample.descriptors > 2)
        // No process has this number.
        #expect(ResourceSample(ofProcess: .max, operations: 0) == nil)
    }
}
