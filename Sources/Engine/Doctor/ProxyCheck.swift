internal import ChaosToolkit
internal import DRTesting
internal import EventLog
internal import Wire

/// Looks at the standalone proxies before the storages of a target: whether they are there, and
/// which faults are in force.
struct ProxyCheck: Sendable {
    /// Whether the faults that are found are to be lifted.
    enum Clearing: Sendable {
        case unasked
        /// - Parameter isOver: whether a run of this data directory has ended; of others nobody
        ///   knows.
        case asked(isOver: @Sendable (_ runKey: String) async throws -> Bool)
        /// They may belong to this test, which is under way.
        case held(test: UInt64)
    }

    private static let check = "proxy"

    private let proxies: [String]
    private let api: ServiceSettings.ProxyAPI
    private let clearing: Clearing

    init(_ target: Target, _ service: ServiceSettings, _ clearing: Clearing) {
        let storages = target.serviceStorages
        proxies = [storages?.primary, storages?.secondary, storages?.backup]
            .compactMap { $0?.proxy }
        (api, self.clearing) = (service.proxies, clearing)
    }

    func findings() async -> [Finding] {
        let client: FaultProxyClient
        do {
            client = try FaultProxyClient(url: api.url, token: api.token?.value)
        } catch {
            return [Finding(.problem, Self.check, "\(error)")]
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
                    .problem, Self.check,
                    "proxy '\(name)' does not speak HTTP; create it with \"speaks\":\"http\"")
            }
            let found = Standing(answer)
            if !found.isNothing { return try await judge(found, of: name, path, client) }
            let upstream = answer["upstream"]?.stringValue ?? "its storage"
            return Finding(
                .ok, Self.check,
                "proxy '\(name)' stands before \(upstream); no fault is in force")
        } catch {
            return Finding(.problem, Self.check, "proxy '\(name)': \(error)")
        }
    }

    private func judge(
        _ found: Standing, of name: String, _ path: String, _ client: FaultProxyClient
    ) async throws -> Finding {
        let words = "proxy '\(name)': \(found.words)"
        switch clearing {
        case .unasked:
            return Finding(
                .problem, Self.check,
                words + "; unless a run is under way, lift this with --clear")
        case .held(let test):
            return Finding(
                .note, Self.check, words + "; not lifted, since test \(test) is under way")
        case .asked(let isOver):
            try await lift(found, path, client, isOver)
            let left = Standing(try await client.demand("GET", path).body)
            if left.isNothing { return Finding(.ok, Self.check, words + "; lifted") }
            return Finding(
                .problem, Self.check,
                "proxy '\(name)': \(left.words); not lifted, for it may belong to a run of another "
                    + "data directory. If its runner is gone, it ends within "
                    + "\(ProxyFaults.lease.words)")
        }
    }

    private func lift(
        _ found: Standing, _ path: String, _ client: FaultProxyClient,
        _ isOver: @Sendable (_ runKey: String) async throws -> Bool
    ) async throws {
        for toxic in found.toxics {
            if let key = RemoteFaults.runKey(ofToxic: toxic), try await !isOver(key) { continue }
            let toxicPath = "\(path)/toxics/\(FaultProxyClient.escaped(toxic))"
            do {
                _ = try await client.demand("DELETE", toxicPath)
            } catch let error as FaultProxyCallError where error.status == 404 {
                // It has just ended.
                continue
            }
        }
        if !found.isEnabled {
            let body = JSONValue.object(JSONObject([("enabled", .bool(true))]))
            _ = try await client.demand("PATCH", path, body)
        }
    }
}

/// What stands between the clients of a proxy and its storage.
private struct Standing {
    let toxics: [String]
    let isEnabled: Bool

    /// - Parameter proxy: as its API describes it.
    init(_ proxy: JSONValue) {
        toxics = (proxy["toxics"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        isEnabled = proxy["enabled"]?.boolValue == true
    }

    var isNothing: Bool { toxics.isEmpty && isEnabled }

    var words: String {
        let all = toxics.map { "toxic '\($0)'" } + (isEnabled ? [] : ["it is disabled"])
        return all.joined(separator: ", ")
    }
}

extension RemoteFaults {
    /// The run that a toxic is of, by its name; `nil` if it is of none.
    fileprivate static func runKey(ofToxic name: String) -> String? {
        let mark = "dr-"
        guard name.hasPrefix(mark) else { return nil }
        let key = String(name.dropFirst(mark.count).prefix(36))
        return EventID(key) == nil ? nil : key
    }
}
