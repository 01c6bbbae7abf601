internal import Yams

/// Reads what a target allows: `allow:` with `hosts`, `processes`, `environment` and `plugins`.
struct AllowanceReader {
    let fields: YAMLFields

    func allowance(_ node: Node) -> Allowance {
        let names = ["hosts", "processes", "environment", "plugins"]
        guard fields.checkNames(of: node, among: names) else { return Allowance() }
        return Allowance(
            hosts: list(node.mapping?["hosts"], "a name or an IP address, maybe with a port") {
                AllowedHost($0) != nil
            },
            processes: list(node.mapping?["processes"], Self.path, Self.isWhole),
            environment: list(node.mapping?["environment"], "the name of a variable") {
                $0.isVariableName
            },
            plugins: list(node.mapping?["plugins"], Self.path, Self.isWhole))
    }

    private static let path = "a path from the root without '.' and '..', as /usr/bin/df"

    /// With other parts it would not be seen at a glance what is allowed.
    private static func isWhole(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return path.hasPrefix("/") && !parts.isEmpty && !parts.contains { $0 == "." || $0 == ".." }
    }

    private func list(
        _ node: Node?, _ accepted: String, _ isAccepted: (String) -> Bool
    ) -> [String] {
        let entries = fields.elements(of: node) { entry -> String? in
            guard let text = fields.text(entry) else { return nil }
            if isAccepted(text) { return text }
            // It may come from the environment, and is not repeated.
            fields.fail(entry, "this cannot be allowed; accepted: \(accepted)")
            return nil
        }
        return entries ?? []
    }
}
