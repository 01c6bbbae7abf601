public import DRTesting

/// What chaos is drawn from: probabilities and ranges. They are printed whole, and recorded with
/// the scenario that was drawn.
///
/// Of all kinds of faults three are not drawn. With `corrupt` and `stale-read` the storage lies in
/// its answers to reads. The load does not look at what it reads, and the ledger is compared with
/// what is stored, past the proxy: no check of the run would come out otherwise for it, whether the
/// storage system noticed the lie or not. With `late-delivery` an old write may come after a newer
/// one of its key and replace it. No client can prevent that with writes that ask nothing, so a
/// run could fail whatever the storage system does.
public struct ChaosOptions: Equatable, Sendable {
    /// The storages that faults stand before, each as likely as the others.
    public var endpoints = ["primary"]
    /// How likely each kind is, compared with the others. Kinds that are not named are not drawn.
    public var probabilities: [FaultPlan.Kind: Double] = [
        .hang: 0.2, .refuse: 0.1, .reset: 0.15, .resetAfter: 0.15, .status: 0.15, .latency: 0.15,
        .bandwidth: 0.05, .truncate: 0.05,
    ]
    /// How likely a fault strikes every request. One that refuses connections always does.
    public var wholeProbability = 0.25
    /// The share of the requests that all others strike.
    public var fraction = 0.3...0.9
    /// No more are in force at once.
    public var maximumAtOnce = 2
    /// No more are drawn: the text of a scenario has at most 32 KiB, and a fault takes up to 240
    /// bytes of it.
    public var maximumFaults = 110
    /// From the start of one fault to the start of the next.
    public var pause: ClosedRange<Duration> = .seconds(1) ... .seconds(5)
    public var length: ClosedRange<Duration> = .seconds(2) ... .seconds(8)
    /// What faults of kind `status` answer.
    public var statuses = [500, 503]
    /// Of `latency`, and of `late-delivery` where that is drawn.
    public var delay: ClosedRange<Duration> = .milliseconds(100) ... .milliseconds(1500)
    public var jitter: ClosedRange<Duration> = .zero ... .milliseconds(300)
    /// Of `bandwidth`.
    public var bytesPerSecond = 500...20_000
    /// How soon after the last fault all must be well.
    public var recovery: Duration = .seconds(60)

    public init() {}

    /// So long it takes at most until the first fault has come and gone.
    public var shortestDuration: Duration { pause.upperBound + length.lowerBound }

    /// Everything above by name, for people.
    public var named: [NamedValue] {
        let kinds = FaultPlan.Kind.allCases.map { kind in
            "\(kind.rawValue) \(ObservedValue.number(probabilities[kind] ?? 0))"
        }
        return [
            NamedValue("endpoints", Self.list(endpoints)),
            NamedValue("probabilities", Self.list(kinds)),
            NamedValue("whole_probability", "\(wholeProbability)"),
            NamedValue("fraction", "\(fraction.lowerBound) to \(fraction.upperBound)"),
            NamedValue("maximum_at_once", "\(maximumAtOnce)"),
            NamedValue("maximum_faults", "\(maximumFaults)"),
            NamedValue("pause", Self.words(pause)),
            NamedValue("length", Self.words(length)),
            NamedValue("statuses", Self.list(statuses)),
            NamedValue("delay", Self.words(delay)),
            NamedValue("jitter", Self.words(jitter)),
            NamedValue(
                "bytes_per_second", "\(bytesPerSecond.lowerBound) to \(bytesPerSecond.upperBound)"),
            NamedValue("recovery", recovery.words),
        ]
    }

    private static func list(_ values: [some CustomStringConvertible]) -> String {
        values.map(\.description).joined(separator: ", ")
    }

    private static func words(_ range: ClosedRange<Duration>) -> String {
        "\(range.lowerBound.words) to \(range.upperBound.words)"
    }
}
