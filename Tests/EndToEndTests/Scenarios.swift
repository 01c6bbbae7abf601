import Foundation

/// Scenario and target files that tests write.
enum Sample {
    /// What `dr-runner run` takes some 8 s for: one outage, observed at the proxy, and its losses.
    ///
    /// - Parameters:
    ///   - name: in YAML, that is quoted if need be.
    ///   - requests: how many the proxy must have let through during the outage. It lets none.
    static func scenario(named name: String = "Short outage", requests: Int = 0) -> String {
        """
        name: \(name)
        type: full_outage
        description: \(name)
        workload:
          writes_per_second: 30
          reads_per_second: 30
          object_bytes: 256
          steady_for: 1s
          stable_for: 3s
        steps:
          - name: \(name)
            component: \(name)
            required: true
            action:
              inject_fault: {name: outage, kind: refuse}
            expect:
              - observe: workload.not_served_ratio
                equals: 1
                within: 10s
                samples_at_least: 5
              - observe: proxy.passed_during_fault
                equals: \(requests)
          - name: Restore
            component: storage
            required: true
            action:
              lift_fault: {name: outage}
            expect:
              - observe: fault.ended_by
                equals: lifted
              - observe: workload.restored
                equals: true
                within: 20s
          - name: Compare
            component: operation_queue
            action:
              compare_ledger: {drained_within: 20s}
            expect:
              - observe: ledger.damaged
                equals: 0

        """
    }

    /// The same without objectives, and without waiting for service to be restored: the load ends
    /// right after the lift.
    static var hastyScenario: String {
        let lines = scenario().split(separator: "\n", omittingEmptySubsequences: false)
        let end = lines.firstIndex { $0.contains("observe: workload.restored") } ?? 0
        return lines[..<end].joined(separator: "\n") + "\n"
    }

    /// Where a storage is and how to get in. What is `nil` is left out.
    struct Storage: Sendable {
        var endpoint: String
        var bucket: String
        var region: String?
        var accessKeyID: String?
        var secretAccessKey: String?
        var authority: String?

        fileprivate var text: String {
            let members: [(String, String?)] = [
                ("endpoint", endpoint), ("bucket", bucket), ("region", region),
                ("access_key_id", accessKeyID), ("secret_access_key", secretAccessKey),
                ("certificate_authority", authority),
            ]
            return members.map { name, value in value.map { "  \(name): \($0)\n" } ?? "" }.joined()
        }
    }

    static func target(
        named name: String = "storage", environment: String = "test", more: String = "",
        primary: Storage, secondary: Storage? = nil, backup: Storage
    ) -> String {
        let second = secondary.map { "secondary:\n\($0.text)" } ?? ""
        return """
            name: \(name)
            environment: \(environment)
            \(more)
            primary:
            \(primary.text)
            \(second)
            backup:
            \(backup.text)
            """
    }

    /// A target that nobody answers for.
    static func unreachableTarget(
        named name: String = "storage", port: Int = 9, environment: String = "test",
        more: String = ""
    ) -> String {
        let storage = Storage(
            endpoint: "http://127.0.0.1:\(port)", bucket: "drills", accessKeyID: "AKNOBODY",
            secretAccessKey: "nobodys-secret")
        return target(
            named: name, environment: environment, more: more, primary: storage, backup: storage)
    }
}
