/// The scenarios that come with the program.
public enum BuiltinScenarios {
    public struct Entry: Sendable {
        /// The same in every log.
        public let id: UInt64
        public let name: String
        public let text: String

        init(_ id: UInt64, _ name: String, _ bytes: [UInt8]) {
            (self.id, self.name) = (id, name)
            text = String(decoding: bytes, as: UTF8.self)
        }
    }

    public static let all: [Entry] = [
        Entry(1, "Complete R2 Outage Simulation", PackageResources.complete_r2_outage_yaml),
        Entry(2, "Partial Service Degradation", PackageResources.partial_service_degradation_yaml),
        Entry(3, "Circuit Breaker Functionality", PackageResources.circuit_breaker_yaml),
        Entry(4, "Backup and Restore", PackageResources.backup_and_restore_yaml),
        Entry(5, "Failover Mechanism", PackageResources.failover_mechanism_yaml),
        Entry(6, "Performance Benchmark", PackageResources.performance_benchmark_yaml),
    ]

    /// By name, whatever its case, or by number.
    public static func entry(named name: String) -> Entry? {
        all.first { $0.name.lowercased() == name.lowercased() || String($0.id) == name }
    }
}
