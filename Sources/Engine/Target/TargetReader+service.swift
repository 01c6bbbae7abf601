internal import ChaosToolkit
internal import DRTesting
internal import ResilientStorage
internal import S3
internal import Yams

/// Services of somebody else's.
extension TargetReader {
    func service(_ node: Node, _ head: Head) -> Target? {
        fields.checkNames(
            of: node,
            among: [
                "name", "kind", "environment", "scope", "allow_production", "service", "notices",
                "proxies", "primary", "secondary", "backup", "hooks", "allow",
            ])
        let proxies = fields.required("proxies", of: node).flatMap { self.proxyAPI($0) }
        let noticePort = node.mapping?["notices"].flatMap { self.noticePort($0) }
        let settings = fields.required("service", of: node).flatMap {
            self.settings($0, proxies: proxies, noticePort: noticePort)
        }
        let primary = fields.required("primary", of: node).flatMap {
            serviceStorage($0, needsProxy: true)
        }
        let secondary = node.mapping?["secondary"].flatMap { self.serviceStorage($0) }
        let backup = node.mapping?["backup"].flatMap { self.serviceStorage($0) }
        let hooks = node.mapping?["hooks"].map { self.hooks($0) } ?? [:]
        guard let settings, let primary else { return nil }
        return Target(
            name: head.name, kind: .http, environment: head.environment,
            scope: head.scope
                ?? "keys under dr-test/ of \(primary.settings.bucket), and of \(settings.url)",
            allowsProduction: head.allowsProduction, primary: primary.settings,
            secondary: secondary?.settings, backup: backup?.settings, allowance: head.allowance,
            service: settings,
            serviceStorages: ServiceStorages(
                primary: primary, secondary: secondary, backup: backup),
            hooks: hooks)
    }

    /// - Returns: `nil` unless there is `proxies` too.
    private func settings(
        _ node: Node, proxies: ServiceSettings.ProxyAPI?, noticePort: Int?
    ) -> ServiceSettings? {
        fields.checkNames(
            of: node, among: ["url", "put", "get", "delete", "headers", "timeout", "states"])
        let url = fields.required("url", of: node).flatMap { self.url($0) }
        let writing = ["method", "path", "served", "deferred", "refused"]
        let put = operation("put", of: node, "PUT", served: [200, 201, 204], writing)
        let get = operation(
            "get", of: node, "GET", served: [200],
            ["method", "path", "served", "missing", "refused"])
        let delete = operation("delete", of: node, "DELETE", served: [200, 204], writing)
        let headers = node.mapping?["headers"].map { self.headers($0) } ?? []
        let timeout = self.timeout(node.mapping?["timeout"])
        let readings = node.mapping?["states"].map { self.readings($0) }
        guard let url, let put, let get, let delete, let proxies else { return nil }
        return ServiceSettings(
            url: url, put: put, get: get, delete: delete, headers: headers, timeout: timeout,
            readings: readings ?? ServiceSettings.Readings(), noticePort: noticePort,
            proxies: proxies)
    }

    /// Without a path: that is part of what is called there.
    private func url(_ node: Node) -> String? {
        guard let text = fields.text(node) else { return nil }
        guard S3Endpoint(text) != nil else {
            fields.fail(node, "a URL here is http:// or https://, a host and maybe a port")
            return nil
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    private func timeout(_ node: Node?) -> Duration {
        guard let node, let timeout = fields.duration(node) else { return .seconds(2) }
        if !(.milliseconds(10) ... .seconds(60) ~= timeout) {
            fields.fail(node, "a time-out is from 10ms to 60s")
        }
        return timeout
    }

    private func headers(_ node: Node) -> [(name: String, value: SecretText)] {
        guard let mapping = node.mapping else {
            fields.fail(node, "a mapping of names to texts is expected")
            return []
        }
        return mapping.compactMap { key, value in
            guard let name = fields.text(key), let text = fields.text(value) else { return nil }
            if HTTPExchange.isHeader(NamedValue(name, text)) {
                return (name: name.lowercased(), value: SecretText(value: text))
            }
            fields.fail(key, "a header has a character that headers cannot have")
            return nil
        }
    }

    // MARK: Operations

    private func operation(
        _ name: String, of service: Node, _ method: String, served: Set<Int>, _ members: [String]
    ) -> ServiceSettings.Operation? {
        guard let node = fields.required(name, of: service) else { return nil }
        fields.checkNames(of: node, among: members)
        let path = fields.required("path", of: node).flatMap { self.path($0, holdsKey: true) }
        let given = node.mapping?["method"].flatMap { self.method($0) }
        let missing: Set<Int> = members.contains("missing") ? [404] : []
        let operation = ServiceSettings.Operation(
            method: given ?? method, path: path ?? "",
            served: statuses(node.mapping?["served"]) ?? served,
            deferred: statuses(node.mapping?["deferred"]) ?? [],
            refused: statuses(node.mapping?["refused"]) ?? [],
            missing: statuses(node.mapping?["missing"]) ?? missing)
        let sets = [operation.served, operation.deferred, operation.refused, operation.missing]
        let isAmbiguous =
            sets.reduce(0, { $0 + $1.count }) != sets.reduce(Set(), { $0.union($1) }).count
        if isAmbiguous {
            fields.fail(node, "a status means one thing only")
        }
        return path == nil ? nil : operation
    }

    private func method(_ node: Node) -> String? {
        guard let text = fields.text(node) else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (65...90).contains($0) }) { return text }
        fields.fail(node, "a method is written in capital letters, as POST")
        return nil
    }

    private func path(_ node: Node, holdsKey: Bool) -> String? {
        guard let text = fields.text(node) else { return nil }
        let isPath = text.hasPrefix("/") && !text.contains { $0.isWhitespace || $0 == "#" }
        guard isPath, text.contains("{key}") == holdsKey else {
            fields.fail(
                node,
                holdsKey
                    ? "a path here begins with / and has {key} where the key of an object belongs"
                    : "a path here begins with / and has no {key}")
            return nil
        }
        return text
    }

    private func statuses(_ node: Node?) -> Set<Int>? {
        guard let node else { return nil }
        if node.sequence?.isEmpty == true { return [] }
        return fields.elements(of: node) { fields.whole($0, in: 100...599) }.map { Set($0) }
    }

    // MARK: States

    private func readings(_ node: Node) -> ServiceSettings.Readings {
        fields.checkNames(of: node, among: ["breaker", "health", "queue", "failover"])
        var readings = ServiceSettings.Readings()
        readings.breaker = node.mapping?["breaker"].flatMap {
            reading(
                $0, required: [("closed", .closed), ("open", .open)],
                optional: [("half_open", .halfOpen)])
        }
        readings.health = node.mapping?["health"].flatMap {
            reading(
                $0, required: [("healthy", .healthy), ("unhealthy", .unhealthy)],
                optional: [("degraded", .degraded)])
        }
        readings.queue = node.mapping?["queue"].flatMap {
            reading($0, required: [], optional: [])
        }
        readings.failover = node.mapping?["failover"].flatMap {
            reading(
                $0, required: [("primary", .primary), ("secondary", .secondary)],
                optional: [("switching_over", .switchingOver), ("failing_back", .failingBack)])
        }
        return readings
    }

    private func reading<State: Sendable>(
        _ node: Node, required: [(name: String, state: State)],
        optional: [(name: String, state: State)]
    ) -> ServiceSettings.Reading<State>? {
        fields.checkNames(
            of: node, among: ["path", "json"] + (required + optional).map { $0.name })
        let path = fields.required("path", of: node).flatMap { self.path($0, holdsKey: false) }
        let json = fields.required("json", of: node).flatMap { self.jsonPath($0) }
        var states: [String: State] = [:]
        for (name, state) in required {
            if let text = fields.text(fields.required(name, of: node)) { states[text] = state }
        }
        for (name, state) in optional {
            if let text = fields.text(node.mapping?[name]) { states[text] = state }
        }
        guard let path, let json else { return nil }
        return ServiceSettings.Reading(path: path, json: json, states: states)
    }

    private func jsonPath(_ node: Node) -> String? {
        guard let text = fields.text(node) else { return nil }
        if (try? JSONPath(text)) != nil { return text }
        fields.fail(node, "a JSONPath is expected, as $.breaker")
        return nil
    }

    // MARK: Around it

    private func noticePort(_ node: Node) -> Int? {
        fields.checkNames(of: node, among: ["listen"])
        guard let listen = fields.required("listen", of: node), let text = fields.text(listen)
        else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2, ["127.0.0.1", "localhost"].contains(parts[0]),
            let port = Int(parts[1]), (1...65_535).contains(port)
        {
            return port
        }
        fields.fail(listen, "notices are received on this machine: 127.0.0.1 and a port")
        return nil
    }

    private func proxyAPI(_ node: Node) -> ServiceSettings.ProxyAPI? {
        fields.checkNames(of: node, among: ["api", "token"])
        let token = fields.text(node.mapping?["token"]).map { SecretText(value: $0) }
        guard let url = fields.required("api", of: node).flatMap({ self.url($0) }) else {
            return nil
        }
        return ServiceSettings.ProxyAPI(url: url, token: token)
    }

    private func serviceStorage(_ node: Node, needsProxy: Bool = false) -> ServiceStorage? {
        let settings = storage(node, with: ["proxy", "object_key"])
        let proxy = fields.text(
            needsProxy ? fields.required("proxy", of: node) : node.mapping?["proxy"])
        let prefix = node.mapping?["object_key"].flatMap { self.keyPrefix($0) }
        guard let settings, !needsProxy || proxy != nil else { return nil }
        return ServiceStorage(settings: settings, proxy: proxy, keyPrefix: prefix ?? "")
    }

    private func keyPrefix(_ node: Node) -> String? {
        guard let text = fields.text(node) else { return nil }
        if text.hasSuffix("{key}") {
            let prefix = String(text.dropLast("{key}".count))
            if !prefix.contains("{key}") { return prefix }
        }
        fields.fail(node, "an object's key ends with {key}, as objects/{key}")
        return nil
    }

    private func hooks(_ node: Node) -> [Hook: OutsideCall] {
        fields.checkNames(of: node, among: Hook.allCases.map(\.rawValue))
        var hooks: [Hook: OutsideCall] = [:]
        for hook in Hook.allCases {
            hooks[hook] = node.mapping?[hook.rawValue].flatMap {
                OutsideCallReader(fields: fields).call($0)
            }
        }
        return hooks
    }
}
