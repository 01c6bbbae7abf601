@testable import Engine

/// Operations of a load, in milliseconds since a fault became effective.
struct Load {
    static let zero = ContinuousClock.now

    static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        zero + .milliseconds(milliseconds)
    }

    /// How long each operation takes.
    static let latency = 5

    private(set) var samples: [OperationSample] = []

    /// One operation every 10 ms, from `start` until before `end`: reads and writes in turn.
    mutating func add(_ times: Range<Int>, _ outcome: OperationSample.Outcome) {
        for time in stride(from: times.lowerBound, to: times.upperBound, by: 10) {
            let kind: OperationSample.Kind = time / 10 % 2 == 0 ? .read : .write
            add(kind, outcome, from: time, to: time + Self.latency)
        }
    }

    mutating func add(
        _ kind: OperationSample.Kind, _ outcome: OperationSample.Outcome, from start: Int,
        to end: Int
    ) {
        samples.append(
            .sample(kind, outcome, from: Self.at(start), to: Self.at(end)))
    }

    /// - Parameters:
    ///   - stable: how long service must hold, in milliseconds.
    ///   - end: when the load ended.
    func analysis(stable: Int = 1000, end: Int) -> RecoveryAnalysis {
        Self.analysis(of: samples, stable: stable, end: end)
    }

    static func analysis(
        of samples: [OperationSample], stable: Int = 1000, end: Int
    ) -> RecoveryAnalysis {
        RecoveryAnalysis(
            SampleWindow(samples), faultEffective: zero, end: at(end),
            stableFor: .milliseconds(stable))
    }
}

extension OperationSample {
    static func sample(
        _ kind: Kind, _ outcome: Outcome, from start: ContinuousClock.Instant,
        to end: ContinuousClock.Instant
    ) -> OperationSample {
        OperationSample(kind: kind, outcome: outcome, key: 0, intended: start, finished: end)
    }
}

extension RecoveryAnalysis {
    /// In milliseconds since the fault.
    var impactAt: Int? { impact.map { Self.milliseconds($0 - Load.zero) } }
    var restoredAt: Int? { restored.map { Self.milliseconds($0 - Load.zero) } }
    var resolutionLength: Int? { resolution.map { Self.milliseconds($0) } }

    private static func milliseconds(_ duration: Duration) -> Int {
        Int((duration / .milliseconds(1)).rounded())
    }
}
