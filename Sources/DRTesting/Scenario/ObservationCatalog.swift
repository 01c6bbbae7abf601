/// The observations that scenarios can name, and where each is seen.
public enum ObservationCatalog {
    public enum ValueKind: String, CaseIterable, Sendable {
        case number, text, flag
    }

    public struct Entry: Sendable {
        public let name: String
        public let source: Observation.Source
        public let kind: ValueKind
        /// For people: what it is.
        public let meaning: String

        public init(
            name: String, source: Observation.Source, kind: ValueKind, meaning: String
        ) {
            (self.name, self.source, self.kind) = (name, source, kind)
            self.meaning = meaning
        }

        /// A ratio of a few things proves nothing: so many it takes, if nothing else is said.
        public var standardSamples: Int? { name.contains("_ratio") ? 100 : nil }
    }

    /// What the storage system of a run shows by itself. Programs may add to it.
    public static let entries =
        requests + load + breaker + messages + ledger + backup + failover + performance

    public static func entry(named name: String) -> Entry? { entries.first { $0.name == name } }
}

extension ObservationCatalog.Entry {
    /// For the tables of the catalog.
    init(
        _ name: String, _ source: Observation.Source, _ meaning: String,
        kind: ObservationCatalog.ValueKind = .number
    ) {
        self.init(name: name, source: source, kind: kind, meaning: meaning)
    }
}
