internal import ChaosToolkit
internal import DRTesting

/// Looks at the standalone proxies before the storages of a target: whether they are there, and
/// which faults are in force.
struct ProxyCheck: Sendable {
    private let proxies: [String]
    private let api: ServiceSettings.ProxyAPI
    private let clears: Bool

    /// - Parameter clears: lifts the faults that are found.
    init(_ target: Target, _ service: ServiceSettings, clears: Bool) {
        let storages = target.serviceStorages
        proxies = [storages?.primary, storages?.secondary, storages?.backup]
            .compactMap { $0?.proxy }
        (api, self.clears) = (service.proxies, clears)
    }

    func findings() async -> [Finding] {
        let client: FaultProxyClient
        do {
            client = try FaultProxyClient(url: api.url, token: api.token?.value)
        } catch {
            return [Finding(.problem, "proxy", "\(error)")]
        }
        var findings: [Finding] = []
        for name in proxies { findings.append(await examine(name, client)) }
        await client.shutdown()
        return findings
    }

    private func examine(_ name: String, _ client: FaultProxyClient) async -> Finding {
        let path = "/proxies/\(FaultProxyClient.escaped(name))"
        do {
            let answer = try await client.demand("GET", path).body
            guard answer["speaks"]?.stringValue == "http" else {
                return Finding(
                    .problem, "proxy",
                    "proxy '\(name)' does not speak HTTP; create it with \"speaks\":\"http\"")
            }
            return try await faults(of: name, answer, path, client)
        } catch {
            return Finding(.problem, "proxy", "proxy '\(name)': \(error)")
        }
    }

    private func faults(
        of name: String, _ proxy: JSONValue, _ path: String, _ client: FaultProxyClient
    ) async throws -> Finding {
        let toxics = (proxy["toxics"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        let isEnabled = proxy["enabled"]?.boolValue == true
        if toxics.isEmpty, isEnabled {
            let upstream = proxy["upstream"]?.stringValue ?? "its storage"
            return Finding(
                .ok, "proxy", "proxy '\(name)' stands before \(upstream); no fault is in force")
        }
        let found = toxics.map { "toxic '\($0)'" } + (isEnabled ? [] : ["it is disabled"])
        let words = "proxy '\(name)': \(found.joined(separator: ", "))"
        guard clears else {
            return Finding(
                .problem, "proxy", words + "; unless a run is under way, lift this with --clear")
        }
        for toxic in toxics {
            _ = try await client.demand(
                "DELETE", "\(path)/toxics/\(FaultProxyClient.escaped(toxic))")
        }
        if !isEnabled {
            let body = JSONValue.object(JSONObject([("enabled", .bool(true))]))
            _ = try await client.demand("PATCH", path, body)
        }
        return Finding(.ok, "proxy", words + "; lifted")
    }
}
