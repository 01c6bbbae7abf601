internal import ChaosToolkit
internal import DRTesting
internal import Wire

/// What has to be called so that a proxy is again as it was. A pure value.
struct ProxyDifference {
    struct Call: Equatable {
        let method: String
        let path: String
        var body: JSONValue?
    }

    let name: String
    /// As the API shows it; `nil`: there is no such proxy.
    let before: JSONValue?
    let now: JSONValue?

    private var path: String { "/proxies/" + FaultProxyClient.escaped(name) }

    var calls: [Call] {
        switch (before, now) {
        case (nil, nil): []
        case (nil, _?): [Call(method: "DELETE", path: path)]
        case (let before?, nil):
            [Call(method: "POST", path: "/proxies", body: Self.proxy(before))]
                + Self.toxics(of: before).members.map { add($0.value) }
        case (let before?, let now?): changes(before, now)
        }
    }

    private func changes(_ before: JSONValue, _ now: JSONValue) -> [Call] {
        let (old, new) = (Self.toxics(of: before), Self.toxics(of: now))
        var calls = new.members.filter { old[$0.key] != $0.value }.map { remove($0.key) }
        calls += old.members.filter { new[$0.key] != $0.value }.map { add($0.value) }
        // Last: it ends the connections.
        if Self.proxy(before) != Self.proxy(now) {
            calls.append(Call(method: "POST", path: path, body: Self.proxy(before)))
        }
        return calls
    }

    private func remove(_ toxic: String) -> Call {
        Call(method: "DELETE", path: "\(path)/toxics/\(FaultProxyClient.escaped(toxic))")
    }

    private func add(_ toxic: JSONValue) -> Call {
        Call(method: "POST", path: "\(path)/toxics", body: toxic)
    }

    /// What makes it this proxy, as it is given to the API.
    static func proxy(_ shown: JSONValue) -> JSONValue {
        var members = shown.objectValue ?? JSONObject()
        for name in ["toxics", "Logger", "lease"] { members[name] = nil }
        return .object(members)
    }

    private static func toxics(of proxy: JSONValue) -> JSONObject {
        JSONObject(
            (proxy["toxics"]?.arrayValue ?? []).compactMap { toxic in
                toxic["name"]?.stringValue.map { ($0, toxic) }
            })
    }
}

extension ToxiproxyCall {
    enum Change {
        case addProxy, changeProxy, removeProxy, addToxic, removeToxic, reset
    }

    private var parts: [Substring] { path.split(separator: "/") }

    /// What it changes, if it is no question.
    var change: Change {
        switch (method, parts.count) {
        case (_, 1) where parts[0] == "reset": .reset
        case ("POST", 1): .addProxy
        case ("DELETE", 2): .removeProxy
        case ("POST", 3): .addToxic
        case ("DELETE", _): .removeToxic
        default: .changeProxy
        }
    }

    /// The proxy that it is about; `nil` if it is about none of these, or about all.
    func proxyName(among names: [String]) -> String? {
        switch change {
        case .reset: nil
        case .addProxy: body?["name"]?.stringValue
        default: names.first { FaultProxyClient.escaped($0) == parts[1] }
        }
    }

    /// The path of the toxic or proxy that it is about.
    var subjectPath: String {
        let name = FaultProxyClient.escaped(body?["name"]?.stringValue ?? "")
        switch change {
        case .addProxy, .addToxic: return "\(path)/\(name)"
        default: return path
        }
    }

    /// What takes the change back if the runner dies; `nil` if nothing can, or nothing need.
    ///
    /// - Parameter proxies: as they were before.
    func undo(
        _ proxies: JSONObject, at url: String, _ authorization: [NamedValue]
    ) -> HTTPCall? {
        let proxy = proxyName(among: proxies.keys).flatMap { proxies[$0] }
        let call: (method: String, path: String, body: JSONValue?, expected: Set<Int>)
        switch (change, proxy) {
        case (.addProxy, _), (.addToxic, _): call = ("DELETE", subjectPath, nil, [204, 404])
        case (.changeProxy, let proxy?):
            call = ("POST", path, ProxyDifference.proxy(proxy), [200, 404])
        case (.removeProxy, let proxy?):
            call = ("POST", "/proxies", ProxyDifference.proxy(proxy), [201, 409])
        case (.changeProxy, nil), (.removeProxy, nil), (.removeToxic, _), (.reset, _): return nil
        }
        return HTTPCall(
            method: call.method, url: url + call.path,
            headers: authorization + [NamedValue("Content-Type", "application/json")],
            body: call.body?.text(), expectedStatus: call.expected)
    }
}
