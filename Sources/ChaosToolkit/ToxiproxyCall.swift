public import Wire

/// A function of `chaostoolkit-toxiproxy` as the call of Toxiproxy's HTTP API that it makes.
public struct ToxiproxyCall: Equatable, Sendable {
    /// Of HTTP.
    public let method: String
    /// Below the proxy's address, such as `/proxies/storage/toxics`.
    public let path: String
    public let body: JSONValue?
    /// Whether the call begins a fault, which has to end again: a toxic, or a proxy switched off.
    public let beginsFault: Bool

    private let answer: Answer

    private enum Answer: Equatable, Sendable {
        /// A proxy, whose port becomes the value of this name.
        case proxy(variable: String)
        case nothing
        case success
        /// The toxic has this name.
        case toxic(String)
        case isProxy(String)
        case attribute(String)
    }

    /// The call that a function makes; `nil` for a module that is not `chaostoxi`.
    ///
    /// - Parameter environment: for addresses that are given as `env:NAME`, among them the ports
    ///   that earlier calls have set.
    /// - Throws: if the module has no such function, or it has other arguments.
    public init?(
        module: String, function: String, arguments: JSONObject, environment: [String: String]
    ) throws(ActivityError) {
        guard let functions = ToxiproxyFunction.functions(of: module) else { return nil }
        guard let known = ToxiproxyFunction(rawValue: function), functions.contains(known) else {
            throw ActivityError(
                "\(module) has no '\(function)'; accepted: "
                    + functions.map(\.rawValue).joined(separator: ", "))
        }
        let values = ToxiproxyArguments(
            values: try known.check(arguments), environment: environment)
        switch known {
        case .createProxy, .modifyProxy, .disableProxy, .enableProxy, .deleteProxy, .reset,
            .proxyExists, .proxyAttribute:
            try self.init(proxy: known, values)
        case .createToxic, .deleteToxic, .latency, .bandwidth, .slowClose, .timeout, .slicer,
            .limiter:
            try self.init(toxic: known, values)
        }
    }

    private init(
        method: String, path: String, body: JSONValue? = nil, beginsFault: Bool = false,
        answer: Answer
    ) {
        self.method = method
        self.path = path
        self.body = body
        self.beginsFault = beginsFault
        self.answer = answer
    }

    private init(
        proxy function: ToxiproxyFunction, _ arguments: ToxiproxyArguments
    ) throws(ActivityError) {
        if function == .reset {
            self.init(method: "POST", path: "/reset", answer: .success)
            return
        }
        let name = try arguments.text("proxy_name")
        let path = "/proxies/" + name.percentEncoded(leaving: "")
        let port = Answer.proxy(variable: name + "_PORT")
        switch function {
        case .createProxy:
            self.init(
                method: "POST", path: "/proxies", body: try arguments.newProxy(), answer: port)
        case .disableProxy:
            self.init(
                method: "POST", path: path, body: ["enabled": false], beginsFault: true,
                answer: port)
        case .enableProxy:
            self.init(method: "POST", path: path, body: ["enabled": true], answer: port)
        case .modifyProxy:
            self.init(
                method: "POST", path: path, body: arguments.changedProxy(),
                beginsFault: arguments["enabled"]?.boolValue == false, answer: port)
        case .deleteProxy: self.init(method: "DELETE", path: path, answer: .nothing)
        case .proxyExists: self.init(method: "GET", path: path, answer: .isProxy(name))
        default:
            self.init(
                method: "GET", path: path,
                answer: .attribute(try arguments.text("attribute")))
        }
    }

    private init(
        toxic function: ToxiproxyFunction, _ arguments: ToxiproxyArguments
    ) throws(ActivityError) {
        let proxy = try arguments.text("for_proxy").percentEncoded(leaving: "")
        let name = try arguments.text("toxic_name")
        let path = "/proxies/\(proxy)/toxics"
        if function == .deleteToxic {
            self.init(
                method: "DELETE", path: path + "/" + name.percentEncoded(leaving: ""),
                answer: .success)
            return
        }
        self.init(
            method: "POST", path: path, body: arguments.newToxic(named: name, by: function),
            beginsFault: true, answer: .toxic(name))
    }

    /// Where Toxiproxy listens, from the configuration of the experiment; `nil` if it says nothing.
    public static func address(in configuration: JSONObject) -> String? {
        if let url = configuration["toxiproxy_url"], url.isTrue { return url.pythonString }
        guard let host = configuration["toxiproxy_host"], host.isTrue else { return nil }
        let port = configuration["toxiproxy_port"].flatMap { $0.isTrue ? $0.pythonString : nil }
        return "http://\(host.pythonString):\(port ?? "8474")"
    }

    /// What the function returns when Toxiproxy answers, and the name and value that it sets in
    /// the configuration and the environment.
    ///
    /// - Throws: if the activity failed. To delete what is not there does not fail: it is gone.
    public func output(
        status: Int, body: JSONValue
    ) throws(ActivityError) -> (value: JSONValue, variable: (name: String, value: String)?) {
        let isDone = (200..<400).contains(status)
        switch answer {
        case .isProxy(let name):
            return (.bool(isDone && body["name"]?.stringValue == name), nil)
        case .attribute(let name):
            guard isDone else { return (.null, nil) }
            guard let value = body[name] else { throw ActivityError("a proxy has no '\(name)'") }
            return (value, nil)
        case .nothing, .success:
            guard isDone || (method == "DELETE" && status == 404) else {
                throw Self.refusal(status, body)
            }
            return (answer == .nothing ? .null : .bool(isDone), nil)
        case .toxic(let name):
            guard isDone else { throw Self.refusal(status, body) }
            return (.bool(body["name"]?.stringValue == name), nil)
        case .proxy(let variable):
            guard isDone else { throw Self.refusal(status, body) }
            let port = body["listen"]?.stringValue?.split(separator: ":").last ?? ""
            guard Int(port) != nil else {
                throw ActivityError("the proxy did not say on which port it listens")
            }
            return (.bool(true), (variable, String(port)))
        }
    }

    private static func refusal(_ status: Int, _ body: JSONValue) -> ActivityError {
        let reason = body["error"]?.stringValue ?? body.stringValue ?? ""
        return ActivityError("the proxy's answer was \(status): \(reason)")
    }
}
