public import DRTesting

/// Faults drawn by chance: which, before what, when and for how long. A pure value: the same seed
/// and options give the same plan.
///
/// All faults are lifted by the end. What the storage system does meanwhile is not part of the
/// plan: the same plan again meets it at other moments.
public struct ChaosPlan: Equatable, Sendable {
    /// One fault, and when it is in force: in time since the start of the chaos.
    public struct Spell: Equatable, Sendable {
        public let fault: FaultPlan
        public let start: Duration
        public let end: Duration
    }

    /// How long chaos may last. The text of a longer one would not fit into a scenario.
    public static let longestDuration: Duration = .seconds(300)

    public let options: ChaosOptions
    public let seed: UInt64
    public let duration: Duration
    /// At least one, in the order in which they begin.
    public let spells: [Spell]

    /// - Parameter duration: from the shortest one of the options to five minutes.
    public init(_ options: ChaosOptions = ChaosOptions(), seed: UInt64, duration: Duration) {
        precondition(
            duration >= options.shortestDuration && duration <= Self.longestDuration,
            "Chaos lasts long enough for a fault, and at most five minutes.")
        precondition(
            options.maximumAtOnce > 0 && options.maximumFaults > 0,
            "There is no chaos without faults.")
        (self.options, self.seed, self.duration) = (options, seed, duration)
        var chance = Chance(seed: seed)
        spells = Self.spells(options, lasting: duration, &chance)
    }

    private static func spells(
        _ options: ChaosOptions, lasting duration: Duration, _ chance: inout Chance
    ) -> [Spell] {
        var spells: [Spell] = []
        var previous = Duration.zero
        while spells.count < options.maximumFaults {
            let wanted = previous + chance.time(in: options.pause)
            let start = firstRoom(in: spells, from: wanted, options.maximumAtOnce)
            let end = min(start + chance.time(in: options.length), duration)
            // Too short for its effect to be seen: it is left out, and so is all after it.
            if end - start < options.length.lowerBound { break }
            let name = "fault-\(spells.count + 1)"
            spells.append(
                Spell(fault: fault(named: name, options, &chance), start: start, end: end))
            previous = start
        }
        return spells
    }

    /// The first moment with fewer faults in force than there may be at once.
    private static func firstRoom(
        in spells: [Spell], from wanted: Duration, _ maximum: Int
    ) -> Duration {
        let ends = spells.map(\.end).filter { $0 > wanted }.sorted()
        return ends.count < maximum ? wanted : ends[ends.count - maximum]
    }

    private static func fault(
        named name: String, _ options: ChaosOptions, _ chance: inout Chance
    ) -> FaultPlan {
        let endpoint = chance.one(of: options.endpoints)
        let kind = chance.kind(by: options.probabilities)
        let isWhole = chance.fraction() < options.wholeProbability || kind == .refuse
        // Drawn also where it has no meaning: so one option does not change what follows from
        // another.
        let fraction = chance.hundredths(in: options.fraction)
        let status = chance.one(of: options.statuses)
        let delay = chance.time(in: options.delay)
        let jitter = chance.time(in: options.jitter)
        let bytesPerSecond = chance.whole(in: options.bytesPerSecond)
        // What the kind has no use for is as in a scenario that does not name it.
        return FaultPlan(
            name: name, endpoint: endpoint, kind: kind, fraction: isWhole ? 1 : fraction,
            status: kind == .status ? status : 503,
            delay: [.latency, .lateDelivery].contains(kind) ? delay : .seconds(1),
            jitter: kind == .latency ? jitter : .zero,
            bytesPerSecond: kind == .bandwidth ? bytesPerSecond : 10_000)
    }
}

/// Draws from ranges. Spelled out here because a plan must not change with the standard library,
/// which does not promise the same numbers in its next version.
private struct Chance {
    /// The resolution of all times.
    private static let tick: Duration = .milliseconds(100)

    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// At least 0 and less than 1.
    mutating func fraction() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

    mutating func whole(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(generator.next() % UInt64(range.count))
    }

    mutating func one<Value>(of values: [Value]) -> Value {
        precondition(!values.isEmpty, "There is nothing to draw from.")
        return values[whole(in: 0...values.count - 1)]
    }

    mutating func time(in range: ClosedRange<Duration>) -> Duration {
        let ticks = Int((range.upperBound - range.lowerBound) / Self.tick)
        return range.lowerBound + Self.tick * whole(in: 0...ticks)
    }

    /// With two decimals.
    mutating func hundredths(in range: ClosedRange<Double>) -> Double {
        let bounds = [range.lowerBound, range.upperBound].map { Int(($0 * 100).rounded()) }
        return Double(whole(in: bounds[0]...bounds[1])) / 100
    }

    mutating func kind(by probabilities: [FaultPlan.Kind: Double]) -> FaultPlan.Kind {
        let kinds = FaultPlan.Kind.allCases.filter { probabilities[$0] ?? 0 > 0 }
        var rest = fraction() * kinds.reduce(0) { $0 + (probabilities[$1] ?? 0) }
        for kind in kinds {
            rest -= probabilities[kind] ?? 0
            if rest < 0 { return kind }
        }
        guard let last = kinds.last else { preconditionFailure("No kind of fault is likely.") }
        return last
    }
}
