/// How hard a storage system is pressed for a while.
struct LoadLevel: Codable, Equatable, Sendable {
    enum Pressure: Codable, Equatable, Sendable {
        /// So many clients, each of which starts an operation when its last one has ended.
        case clients(Int)
        /// Operations started per second, whether or not earlier ones have ended.
        case rate(Double)

        /// `nil` for clients: how many they make depends on how they are served.
        var operationsPerSecond: Double? {
            if case .rate(let rate) = self { rate } else { nil }
        }
    }

    let pressure: Pressure
    /// Not measured: connections are made and caches fill.
    let warmUp: Duration
    let lasting: Duration
}

/// What came of a level.
struct LevelResult: Codable, Equatable, Sendable {
    let pressure: LoadLevel.Pressure
    /// That should have started in the measured time, also those that could not be sent.
    let operations: Int
    /// Of those, not served: a write that is only deferred is not what is measured.
    let errors: Int
    /// Operations served per second of the measured time, counted where they ended.
    let throughput: Double
    /// Of the operations served, from their intended starts; `nil` if there were none.
    let p50: Duration?
    let p95: Duration?
    let p99: Duration?
    /// The share sent more than 10 ms late, or not at all. Clients are never late.
    let slip: Double
}

/// One level after the other, each heavier, and what came of them. A pure value: others put the
/// load on.
struct LoadRamp: Equatable, Sendable {
    /// A heavier level that gains less is not worth its load: the one before was enough.
    static let worthwhileGain = 0.1

    let levels: [LoadLevel]
    /// Heavier levels are left out once more load gives no more.
    let stopsAtSaturation: Bool
    private(set) var results: [LevelResult] = []

    /// More and more clients, all levels of them.
    static func sweep(clients: [Int], warmUp: Duration, lasting: Duration) -> LoadRamp {
        let levels = clients.map {
            LoadLevel(pressure: .clients($0), warmUp: warmUp, lasting: lasting)
        }
        return LoadRamp(levels: levels, stopsAtSaturation: false)
    }

    /// Twice the rate each time, until more load gives no more or the limit is reached.
    static func stress(
        from rate: Double, to limit: Double, warmUp: Duration, lasting: Duration
    ) -> LoadRamp {
        precondition(rate > 0 && limit > 0, "A rate of nothing is no load.")
        var levels: [LoadLevel] = []
        var next = rate
        while next < limit {
            levels.append(LoadLevel(pressure: .rate(next), warmUp: warmUp, lasting: lasting))
            next *= 2
        }
        levels.append(LoadLevel(pressure: .rate(limit), warmUp: warmUp, lasting: lasting))
        return LoadRamp(levels: levels, stopsAtSaturation: true)
    }

    init(levels: [LoadLevel], stopsAtSaturation: Bool) {
        (self.levels, self.stopsAtSaturation) = (levels, stopsAtSaturation)
    }

    /// What is to be put on next; `nil` when all is done.
    var next: LoadLevel? {
        if results.count == levels.count || stopsAtSaturation && saturation != nil { return nil }
        return levels[results.count]
    }

    mutating func record(_ result: LevelResult) {
        precondition(results.count < levels.count, "A result belongs to a level.")
        results.append(result)
    }

    /// The first level whose throughput gains less than 10 % on the one before.
    var saturation: LevelResult? { Self.saturation(of: results) }

    /// - Parameter results: of heavier and heavier levels.
    static func saturation(of results: [LevelResult]) -> LevelResult? {
        zip(results, results.dropFirst()).first { before, result in
            result.throughput - before.throughput < before.throughput * worthwhileGain
        }?.1
    }
}

/// The operations of one level while they are made. A pure value.
struct LevelTally: Sendable {
    /// When operations have to start, or to end, to count.
    let measured: Range<ContinuousClock.Instant>
    private var operations = 0
    private var errors = 0
    private var servedInTime = 0
    private var latencies = Latencies()

    init(measured: Range<ContinuousClock.Instant>) { self.measured = measured }

    mutating func add(_ sample: OperationSample) {
        if sample.isServed, measured.contains(sample.finished) { servedInTime += 1 }
        // However late they end: leaving out the slow ones would flatter.
        guard measured.contains(sample.intended) else { return }
        operations += 1
        if sample.isServed {
            latencies.add(sample.latency)
        } else {
            errors += 1
        }
    }

    /// One that could not be sent at all.
    mutating func addWithheld(intended: ContinuousClock.Instant) {
        guard measured.contains(intended) else { return }
        operations += 1
        errors += 1
    }

    mutating func add(_ other: LevelTally) {
        operations += other.operations
        errors += other.errors
        servedInTime += other.servedInTime
        latencies.add(other.latencies)
    }

    func result(of pressure: LoadLevel.Pressure, slip: Double) -> LevelResult {
        let seconds = (measured.upperBound - measured.lowerBound) / .seconds(1)
        return LevelResult(
            pressure: pressure, operations: operations, errors: errors,
            throughput: seconds > 0 ? Double(servedInTime) / seconds : 0,
            p50: latencies.percentile(50), p95: latencies.percentile(95),
            p99: latencies.percentile(99), slip: slip)
    }
}
