/// The scenarios that come with the program.
public enum BuiltinScenarios {
    public struct Entry: Sendable {
        /// The same in every log.
        public let id: UInt64
        public let name: String
        public let text: String
    }

    public static let all: [Entry] = [
        Entry(
            id: 1, name: "Complete R2 Outage Simulation",
            text: String(decoding: PackageResources.complete_r2_outage_yaml, as: UTF8.self))
    ]

    /// By name, whatever its case, or by number.
    public static func entry(named name: String) -> Entry? {
        all.first { $0.name.lowercased() == name.lowercased() || String($0.id) == name }
    }
}
