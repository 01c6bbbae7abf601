internal import Wire

/// The functions of `chaostoxi`, by the names they have there.
enum ToxiproxyFunction: String {
    case createProxy = "create_proxy"
    case modifyProxy = "modify_proxy"
    case disableProxy = "disable_proxy"
    case enableProxy = "enable_proxy"
    case deleteProxy = "delete_proxy"
    case reset
    case proxyExists = "proxy_exist"
    case proxyAttribute = "get_proxy_attribute"
    case createToxic = "create_toxic"
    case deleteToxic = "delete_toxic"
    case latency = "create_latency_toxic"
    /// Spelled as the package spells it.
    case bandwidth = "create_bandwith_degradation_toxic"
    case slowClose = "create_slow_connection_close_toxic"
    case timeout = "create_timeout_toxic"
    case slicer = "create_slicer_toxic"
    case limiter = "create_limiter_toxic"

    static func functions(of module: String) -> [ToxiproxyFunction]? {
        switch module {
        case "chaostoxi.proxy.actions":
            [.createProxy, .modifyProxy, .disableProxy, .enableProxy, .deleteProxy, .reset]
        case "chaostoxi.proxy.probes": [.proxyExists, .proxyAttribute]
        case "chaostoxi.toxic.actions":
            [
                .createToxic, .deleteToxic, .latency, .bandwidth, .slowClose, .timeout, .slicer,
                .limiter,
            ]
        default: nil
        }
    }

    private var required: [String] {
        switch self {
        case .createProxy: ["proxy_name", "upstream_host", "upstream_port"]
        case .modifyProxy, .disableProxy, .enableProxy, .deleteProxy, .proxyExists: ["proxy_name"]
        case .reset: []
        case .proxyAttribute: ["proxy_name", "attribute"]
        case .createToxic: ["for_proxy", "toxic_name", "toxic_type"]
        case .deleteToxic: ["for_proxy", "toxic_name"]
        case .latency: ["for_proxy", "toxic_name", "latency"]
        case .bandwidth: ["for_proxy", "toxic_name", "rate"]
        case .slowClose: ["for_proxy", "toxic_name", "delay"]
        case .timeout: ["for_proxy", "toxic_name", "timeout"]
        case .slicer: ["for_proxy", "toxic_name", "average_size", "size_variation", "delay"]
        case .limiter: ["for_proxy", "toxic_name", "bytes_limit"]
        }
    }

    /// The arguments that may be left out, with the values they then have.
    private var optional: JSONObject {
        switch self {
        case .createProxy: ["listen_host": "0.0.0.0", "listen_port": 0, "enabled": true]
        case .modifyProxy:
            ["listen_address": .null, "upstream_address": .null, "enabled": .null]
        case .createToxic: ["stream": "downstream", "toxicity": 1.0, "attributes": .null]
        case .latency: ["jitter": 0]
        default: [:]
        }
    }

    /// The type of toxic that a function makes.
    var toxicType: String? {
        switch self {
        case .latency: "latency"
        case .bandwidth: "bandwidth"
        case .slowClose: "slow_close"
        case .timeout: "timeout"
        case .slicer: "slicer"
        case .limiter: "limit_data"
        default: nil
        }
    }

    /// All arguments, those that were left out too.
    func check(_ arguments: JSONObject) throws(ActivityError) -> JSONObject {
        let accepted = required + optional.keys + ["configuration"]
        if let other = arguments.keys.first(where: { !accepted.contains($0) }) {
            throw ActivityError("\(rawValue) has no argument '\(other)'")
        }
        if let missing = required.first(where: { arguments[$0] == nil }) {
            throw ActivityError("\(rawValue) needs the argument '\(missing)'")
        }
        var values = optional
        for member in arguments.members { values[member.key] = member.value }
        return values
    }
}

/// The arguments of a function, and the documents that are made of them.
struct ToxiproxyArguments {
    let values: JSONObject
    let environment: [String: String]

    subscript(name: String) -> JSONValue? { values[name] }

    func text(_ name: String) throws(ActivityError) -> String {
        guard let value = values[name], case .string(let text) = value, !text.isEmpty else {
            throw ActivityError("'\(name)' has to be a text")
        }
        return text
    }

    func newProxy() throws(ActivityError) -> JSONValue {
        let listen = "\(plain("listen_host")):\(plain("listen_port"))"
        let upstream = "\(try resolved("upstream_host")):\(try resolved("upstream_port"))"
        return [
            "name": values["proxy_name"] ?? .null, "listen": .string(listen),
            "upstream": .string(upstream), "enabled": values["enabled"] ?? true,
        ]
    }

    func changedProxy() -> JSONValue {
        var members = JSONObject()
        let names = [
            ("listen_address", "listen"), ("upstream_address", "upstream"), ("enabled", "enabled"),
        ]
        for (argument, name) in names {
            if let value = values[argument], !value.isNull { members[name] = value }
        }
        return .object(members)
    }

    func newToxic(named name: String, by function: ToxiproxyFunction) -> JSONValue {
        if let type = function.toxicType {
            var attributes = values
            for other in ["for_proxy", "toxic_name", "configuration"] { attributes[other] = nil }
            if let limit = attributes["bytes_limit"] { attributes = ["bytes": limit] }
            return [
                "name": .string(name), "type": .string(type), "stream": "downstream",
                "toxicity": 1.0, "attributes": .object(attributes),
            ]
        }
        let attributes = values["attributes"] ?? .null
        return [
            "name": .string(name), "type": values["toxic_type"] ?? .null,
            "stream": values["stream"] ?? .null, "toxicity": values["toxicity"] ?? .null,
            "attributes": attributes.isNull ? .object(JSONObject()) : attributes,
        ]
    }

    private func plain(_ name: String) -> String { values[name]?.pythonString ?? "" }

    /// `env:NAME` is the value of a variable of the environment.
    private func resolved(_ name: String) throws(ActivityError) -> String {
        let text = plain(name)
        guard text.hasPrefix("env:") else { return text }
        let variable = String(text.dropFirst(4))
        guard let value = environment[variable] else {
            throw ActivityError("'\(name)': \(variable) is not in the environment")
        }
        return value
    }
}
