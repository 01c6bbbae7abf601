public import Wire

/// How often each time was measured, in milliseconds.
///
/// Exact, and the same in whatever order the times came, so that days add up to months.
public struct Distribution: Equatable, Sendable {
    /// One time, and how often it was measured.
    public struct Entry: WireSchema, Decodable {
        public var value: UInt64 = 0
        public var count: UInt64 = 0

        public init() {}

        public static let fields: [WireFieldSchema<Self>] = [
            .uint64(1, \.value), .uint64(2, \.count),
        ]
    }

    /// In the order of their values, each of them once.
    public internal(set) var entries: [Entry] = []

    public init() {}

    public mutating func add(_ value: UInt64, count: UInt64 = 1) {
        let index = entries.firstIndex { $0.value >= value } ?? entries.endIndex
        if index < entries.endIndex, entries[index].value == value {
            entries[index].count += count
        } else {
            var entry = Entry()
            (entry.value, entry.count) = (value, count)
            entries.insert(entry, at: index)
        }
    }

    public mutating func add(_ other: Distribution) {
        for entry in other.entries { add(entry.value, count: entry.count) }
    }
}

// MARK: What it says. Each is `nil` if nothing was measured: unknown is not 0.

extension Distribution {
    /// How many times were measured: nothing below is worth more than this.
    public var count: UInt64 { entries.reduce(0) { $0 + $1.count } }

    public var average: Double? {
        let sum = entries.reduce(0.0) { $0 + Double($1.value) * Double($1.count) }
        return entries.isEmpty ? nil : sum / Double(count)
    }

    /// The one in the middle, or the average of the two that are.
    public var median: Double? {
        let count = self.count
        guard let upper = value(ofRank: count / 2 + 1) else { return nil }
        guard count.isMultiple(of: 2), let lower = value(ofRank: count / 2) else {
            return Double(upper)
        }
        return (Double(lower) + Double(upper)) / 2
    }

    /// The least measured time that so many per cent of all do not exceed (nearest rank): always
    /// one that was measured. Of few times it is the greatest.
    public func percentile(_ percent: UInt64) -> UInt64? {
        precondition((1...100).contains(percent), "A percentile lies from 1 to 100.")
        return value(ofRank: (count * percent + 99) / 100)
    }

    public var maximum: UInt64? { entries.last?.value }

    /// - Parameter rank: from 1.
    private func value(ofRank rank: UInt64) -> UInt64? {
        var passed: UInt64 = 0
        for entry in entries {
            passed += entry.count
            if passed >= rank { return entry.value }
        }
        return nil
    }
}

extension Distribution: Decodable {
    public init(from decoder: any Decoder) throws {
        entries = try decoder.singleValueContainer().decode([Entry].self)
    }
}
