internal import DRTesting
internal import Yams

/// Reads the faults that a step injects.
struct FaultReader {
    static let members = [
        "name", "endpoint", "kind", "fraction", "limit", "status", "delay", "jitter",
        "bytes_per_second",
    ]
    private static let endpoints = ["primary", "secondary", "backup"]
    private static let longestLateness: Duration = .seconds(86_400)

    let fields: YAMLFields

    func fault(_ node: Node) -> FaultPlan? {
        let name = fields.text(fields.required("name", of: node))
        let kind = fields.choice(fields.required("kind", of: node), as: FaultPlan.Kind.self)
        let endpoint = endpoint(node.mapping?["endpoint"])
        let fraction = fields.number(node.mapping?["fraction"], in: 0...1) ?? 1
        let limit = fields.whole(node.mapping?["limit"], in: 1...1_000_000)
        let status = fields.whole(node.mapping?["status"], in: 400...599) ?? 503
        let delay = fields.duration(node.mapping?["delay"]) ?? .seconds(1)
        let jitter = fields.duration(node.mapping?["jitter"]) ?? .zero
        let rate = fields.whole(node.mapping?["bytes_per_second"], in: 1...1_000_000_000) ?? 10_000
        guard let name, let kind, let endpoint else { return nil }
        if kind == .refuse && (fraction < 1 || limit != nil) {
            fields.fail(node, "'refuse' strikes all connections: no 'fraction', no 'limit'")
        }
        if kind == .lateDelivery && delay > Self.longestLateness {
            fields.fail(
                node.mapping?["delay"] ?? node, "a delivery may be late by 24h at most")
        }
        return FaultPlan(
            name: name, endpoint: endpoint, kind: kind, fraction: fraction, status: status,
            delay: delay, jitter: jitter, bytesPerSecond: rate, limit: limit)
    }

    private func endpoint(_ node: Node?) -> String? {
        guard let node else { return "primary" }
        guard let endpoint = fields.text(node) else { return nil }
        if Self.endpoints.contains(endpoint) { return endpoint }
        fields.fail(
            node,
            "'\(endpoint)' is not an endpoint that faults stand before; accepted: "
                + YAMLFields.list(Self.endpoints))
        return nil
    }
}
