internal import DRTesting

/// What shows how much the storage system can bear, and what it uses.
extension ObservationBoard {
    func performance(_ name: String, _ facts: RunFacts.State) -> Observation {
        let pid = facts.performance.process?.pid
        return Self.performance(
            name, facts.performance,
            now: pid.flatMap { ResourceSample(ofProcess: $0, operations: 0) })
    }

    /// - Parameter now: what the process of the storage system uses; `nil` if there is none.
    static func performance(
        _ name: String, _ facts: PerformanceFacts, now: ResourceSample?
    ) -> Observation {
        switch name.split(separator: ".").first {
        case "baseline": baseline(name, facts.baseline)
        case "sweep", "stress": levels(name, facts)
        case "large": large(name, facts.transfer)
        default: resources(name, facts, now)
        }
    }

    private static func baseline(_ name: String, _ levels: PerformanceFacts.Levels) -> Observation {
        guard let result = levels.results.last else { return nothing(name) }
        switch name {
        case "baseline.requests": return number(levels.requests)
        case "baseline.slip_ratio":
            return Observation(.number(result.slip), samples: result.operations)
        default: break
        }
        // A rate that was not held is no baseline.
        guard result.isHeld else { return nothing(name) }
        switch name {
        case "baseline.errors_ratio": return ratio(result.errors, of: result.operations)
        case "baseline.throughput_per_second": return number(result.throughput)
        case "baseline.p50_ms": return milliseconds(result.p50)
        case "baseline.p95_ms": return milliseconds(result.p95)
        case "baseline.p99_ms": return milliseconds(result.p99)
        default: return nothing(name)
        }
    }

    private static func levels(_ name: String, _ facts: PerformanceFacts) -> Observation {
        let isSweep = name.hasPrefix("sweep.")
        let levels = isSweep ? facts.sweep : facts.stress
        guard let best = levels.results.max(by: { $0.throughput < $1.throughput }) else {
            return nothing(name)
        }
        let baseline = facts.baseline.results.last.flatMap { $0.isHeld ? $0 : nil }
        let analysis = baseline.map {
            BenchmarkAnalysis(
                baseline: $0, sweep: facts.sweep.results, stress: facts.stress.results)
        }
        switch name {
        case "sweep.requests", "stress.requests": return number(levels.requests)
        case "sweep.errors_ratio":
            return ratio(
                levels.results.reduce(0) { $0 + $1.errors },
                of: levels.results.reduce(0) { $0 + $1.operations })
        case "sweep.p99_ratio":
            return ratio(analysis?.p99Ratio, samples: analysis?.compared?.operations)
        case "sweep.throughput_ratio":
            return ratio(analysis?.sweepThroughputRatio, samples: best.operations)
        case "stress.throughput_ratio":
            return ratio(analysis?.stressThroughputRatio, samples: best.operations)
        case "stress.throughput_per_second": return number(best.throughput)
        case "stress.slip_ratio": return ratio(best.slip, samples: best.operations)
        case "stress.best_rate_per_second": return number(best.pressure.operationsPerSecond)
        case "stress.saturated":
            let saturation = LoadRamp.saturation(of: facts.stress.results)
            return Observation(.number(saturation == nil ? 0 : 1))
        default: return nothing(name)
        }
    }

    private static func large(
        _ name: String, _ transfer: PerformanceFacts.Transfer?
    ) -> Observation {
        switch name {
        case "large.objects": number(transfer?.objects)
        case "large.parts": number(transfer?.parts)
        case "large.digest_mismatches": number(transfer?.mismatches)
        case "large.bytes_per_second": number(transfer?.bytesPerSecond)
        default: nothing(name)
        }
    }

    private static func resources(
        _ name: String, _ facts: PerformanceFacts, _ now: ResourceSample?
    ) -> Observation {
        switch name {
        case "resources.descriptor_difference":
            guard let before = facts.before, let now else { return nothing(name) }
            return number(
                ResourceTrend([before, now], warmUp: 0).descriptorDifference.map { abs($0) })
        case "resources.memory_bytes": return number(now?.residentBytes)
        case "resources.memory_slope_bytes_per_operation":
            // Connections are made and buffers found in the first third.
            let warm = facts.samples.dropFirst(facts.samples.count / 3)
            return number(ResourceTrend(Array(warm), warmUp: 0).memorySlope)
        default: return nothing(name)
        }
    }

    private static func ratio(_ value: Double?, samples: Int?) -> Observation {
        Observation(value.map { .number($0) }, samples: value == nil ? 0 : samples)
    }

    private static func nothing(_ name: String) -> Observation {
        Observation(nil, samples: name.contains("_ratio") ? 0 : nil)
    }
}
