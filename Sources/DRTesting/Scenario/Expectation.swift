/// Something that can be seen: a number, a word, or whether it is so.
public enum ObservedValue: Equatable, Sendable, CustomStringConvertible {
    case number(Double)
    case text(String)
    case flag(Bool)

    public var description: String {
        switch self {
        case .number(let number):
            !number.isFinite || abs(number) >= 1e15
                ? "\(number)"
                : number == number.rounded()
                    ? String(Int64(number)) : String((number * 10_000).rounded() / 10_000)
        case .text(let text): text
        case .flag(let flag): String(flag)
        }
    }
}

/// What was seen at one moment.
public struct Observation: Equatable, Sendable {
    /// Where it was seen.
    public enum Source: String, Sendable {
        /// By the proxy, between client and storage.
        case wire
        /// In the bytes that are stored.
        case bytes
        /// By a receiver that knows nothing of the sender.
        case receiver
        /// By the client that made the calls.
        case client
        /// By the operating system that runs the component: its memory, its open files.
        case kernel
        /// Said by the component about itself: never enough alone.
        case `self`

        /// Whether it proves something without the word of the component or of its client. Memory
        /// and files do not show that a storage works.
        public var isIndependent: Bool { self == .wire || self == .bytes || self == .receiver }
    }

    /// `nil`: nothing could be seen.
    public let value: ObservedValue?
    /// How many things a ratio is of.
    public let samples: Int?

    public init(_ value: ObservedValue?, samples: Int? = nil) {
        (self.value, self.samples) = (value, samples)
    }
}

/// What must be observed for a step to pass.
public struct Expectation: Equatable, Sendable {
    public enum Comparison: String, CaseIterable, Sendable {
        case equals
        case atLeast = "at_least"
        case atMost = "at_most"
        case moreThan = "more_than"
        case lessThan = "less_than"

        /// `nil` if values of these kinds cannot be compared so.
        func holds(_ seen: ObservedValue, _ expected: ObservedValue) -> Bool? {
            if self == .equals { return seen == expected }
            guard case (.number(let seen), .number(let expected)) = (seen, expected) else {
                return nil
            }
            return switch self {
            case .equals: seen == expected
            case .atLeast: seen >= expected
            case .atMost: seen <= expected
            case .moreThan: seen > expected
            case .lessThan: seen < expected
            }
        }
    }

    public let observation: String
    public let comparison: Comparison
    public let expected: ObservedValue
    /// It must become true so soon after the actions of the step; `nil`: it must be true at once.
    public let within: Duration?
    /// Fewer samples prove nothing.
    public let minimumSamples: Int?

    public init(
        observation: String, comparison: Comparison, expected: ObservedValue, within: Duration?,
        minimumSamples: Int?
    ) {
        (self.observation, self.comparison) = (observation, comparison)
        (self.expected, self.within) = (expected, within)
        self.minimumSamples = minimumSamples
    }

    /// What one look says: nothing seen, or too little, is inconclusive.
    public func judge(_ seen: Observation) -> Verdict {
        guard let value = seen.value, let holds = comparison.holds(value, expected) else {
            return .inconclusive
        }
        if let minimumSamples, seen.samples ?? 0 < minimumSamples { return .inconclusive }
        return holds ? .passed : .failed
    }

    /// For people: `breaker.state equals open within 30 s`.
    public var sentence: String {
        let words = comparison.rawValue.split(separator: "_").joined(separator: " ")
        let deadline = within.map { " within \($0.words)" } ?? ""
        return "\(observation) \(words) \(expected)\(deadline)"
    }

    /// The comparison without the name.
    public var condition: String {
        let words = comparison.rawValue.split(separator: "_").joined(separator: " ")
        return "\(words) \(expected)"
    }
}

extension Duration {
    public var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    public var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }

    /// For people: `250 ms`, `12.4 s`, `5 min`.
    public var words: String {
        let milliseconds = milliseconds
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        if milliseconds % 60_000 == 0 { return "\(milliseconds / 60_000) min" }
        if milliseconds % 1000 == 0 { return "\(milliseconds / 1000) s" }
        let tenths = (milliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
