/// The observations that scenarios can name, and where each is seen.
public enum ObservationCatalog {
    public enum ValueKind: String, Sendable {
        case number, text, flag
    }

    public struct Entry: Sendable {
        public let name: String
        public let source: Observation.Source
        public let kind: ValueKind
        /// For people: what it is.
        public let meaning: String

        /// A ratio of a few things proves nothing: so many it takes, if nothing else is said.
        public var standardSamples: Int? { name.hasSuffix("_ratio") ? 100 : nil }
    }

    public static let entries: [Entry] = [
        Entry(
            name: "proxy.passed_during_fault", source: .wire, kind: .number,
            meaning: "requests that met no fault since the last fault became effective"),
        Entry(
            name: "proxy.requests_per_second", source: .wire, kind: .number,
            meaning: "requests of the storage system that reached the proxy in the last second"),
        Entry(
            name: "proxy.answered_since_lift", source: .wire, kind: .number,
            meaning: "requests of the storage system answered since the last fault was lifted"),
        Entry(
            name: "workload.not_served_ratio", source: .client, kind: .number,
            meaning: "share of the operations ended in the last second that were not served"),
        Entry(
            name: "workload.deferred_writes", source: .client, kind: .number,
            meaning: "writes taken into the queue since the last fault became effective"),
        Entry(
            name: "workload.restored", source: .client, kind: .flag,
            meaning: "at least 99 % of the operations were served, for the whole stable time"),
        Entry(
            name: "breaker.state", source: .self, kind: .text,
            meaning: "closed, open or half-open"),
        Entry(
            name: "breaker.failed_calls", source: .self, kind: .number,
            meaning: "calls of the storage that failed before the breaker first opened"),
        Entry(
            name: "breaker.half_open_seen", source: .self, kind: .flag,
            meaning: "the breaker was half-open since the last fault was lifted"),
        Entry(
            name: "queue.depth", source: .self, kind: .number,
            meaning: "operations in the queue"),
        Entry(
            name: "queue.killed_acknowledged", source: .client, kind: .number,
            meaning: "operations that the killed queue had acknowledged"),
        Entry(
            name: "queue.killed_missing", source: .bytes, kind: .number,
            meaning: "acknowledged operations that the killed queue no longer held"),
        Entry(
            name: "receiver.early_notices", source: .receiver, kind: .number,
            meaning: "notices received before the disaster was detected"),
        Entry(
            name: "receiver.degraded_notices", source: .receiver, kind: .number,
            meaning: "degradation notices that name the incident, received after its detection"),
        Entry(
            name: "fault.ended_by", source: .wire, kind: .text,
            meaning: "how the last fault ended: lifted or expired"),
        Entry(
            name: "probe.served_since_lift", source: .wire, kind: .number,
            meaning: "probes served since the last fault was lifted"),
        Entry(
            name: "wire.order_violations", source: .wire, kind: .number,
            meaning: "writes of a key that reached the storage after a later one"),
        Entry(
            name: "wire.duplicates", source: .wire, kind: .number,
            meaning: "writes sent again although the storage's acknowledgement had arrived"),
        Entry(
            name: "ledger.compared", source: .bytes, kind: .number,
            meaning: "keys whose bytes were compared with the ledger"),
        Entry(
            name: "ledger.damaged", source: .bytes, kind: .number,
            meaning: "keys that are lost, stale, corrupt or resurrected"),
        Entry(
            name: "ledger.unexpected", source: .bytes, kind: .number,
            meaning: "objects that nobody wrote"),
    ]

    public static func entry(named name: String) -> Entry? { entries.first { $0.name == name } }
}
