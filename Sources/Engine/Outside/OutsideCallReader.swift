internal import DRTesting
internal import Yams

/// Reads calls outside, as scenarios and targets write them.
struct OutsideCallReader {
    private enum Method: String, CaseIterable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
        case options = "OPTIONS"
    }

    static let kinds = ["http", "process", "plugin"]
    private static let longestTimeout: Duration = .seconds(300)

    let fields: YAMLFields

    /// A mapping with nothing but one of `http`, `process` and, if that is accepted, `plugin`.
    func call(_ node: Node, among kinds: [String] = ["http", "process"]) -> OutsideCall? {
        guard fields.checkNames(of: node, among: kinds) else { return nil }
        guard let mapping = node.mapping, mapping.count == 1, let pair = mapping.first else {
            fields.fail(node, "exactly one of \(YAMLFields.list(kinds)) is needed")
            return nil
        }
        let kind = pair.key.string ?? ""
        return kinds.contains(kind) ? call(kind, pair.value) : nil
    }

    /// - Parameter others: members that somebody else reads.
    func call(_ kind: String, _ node: Node, beside others: [String] = []) -> OutsideCall? {
        switch kind {
        case "http": http(node, beside: others).map { .http($0) }
        case "process": process(node, beside: others).map { .process($0) }
        case "plugin": plugin(node).map { .plugin($0) }
        default: nil
        }
    }

    // MARK: HTTP

    private func http(_ node: Node, beside others: [String]) -> HTTPCall? {
        let names = ["method", "url", "headers", "body", "expect_status", "timeout"]
        guard fields.checkNames(of: node, among: names + others) else { return nil }
        let members = node.mapping
        let method = fields.choice(members?["method"], as: Method.self) ?? .get
        let place = fields.required("url", of: node)
        let headers = headers(members?["headers"])
        let expected = numbers(members?["expect_status"], in: 100...599)
        let timeout = timeout(members?["timeout"])
        let body = fields.callText(members?["body"])
        guard let place, let url = fields.callText(place) else { return nil }
        if !Self.isURL(url) {
            fields.fail(place, HTTPExchange.Place.complaint(about: url))
        }
        return HTTPCall(
            method: method.rawValue, url: url, headers: headers, body: body, timeout: timeout,
            expectedStatus: expected ?? HTTPCall.successes)
    }

    /// What comes from the environment is looked at when it is known.
    private static func isURL(_ text: String) -> Bool {
        if text.contains("${") { return text.hasPrefix("http://") || text.hasPrefix("https://") }
        return HTTPExchange.Place(text) != nil
    }

    private func headers(_ node: Node?) -> [NamedValue] {
        guard let node else { return [] }
        guard let mapping = node.mapping else {
            fields.fail(node, "a mapping of names and values is expected")
            return []
        }
        return mapping.compactMap { key, value -> NamedValue? in
            guard let name = key.string, let text = fields.callText(value) else { return nil }
            let header = NamedValue(name, text)
            if HTTPExchange.isHeader(header) { return header }
            fields.fail(key, "a header has a character that headers cannot have")
            return nil
        }
    }

    // MARK: Programs

    private func process(_ node: Node, beside others: [String]) -> ProcessCall? {
        let names = ["path", "arguments", "environment", "input", "expect_exit", "timeout"]
        guard fields.checkNames(of: node, among: names + others) else { return nil }
        let members = node.mapping
        let path = path(of: node)
        let arguments = list(members?["arguments"]) { fields.callText($0) }
        let environment = variables(members?["environment"])
        let input = fields.callText(members?["input"])
        let expected = numbers(members?["expect_exit"], in: 0...255)
        let timeout = timeout(members?["timeout"])
        guard let path else { return nil }
        return ProcessCall(
            path: path, arguments: arguments, environment: environment, input: input,
            timeout: timeout, expectedExit: expected ?? [0])
    }

    /// Every member but its own is a parameter.
    private func plugin(_ node: Node) -> PluginCall? {
        guard let mapping = node.mapping else {
            fields.fail(node, "a mapping with path, action and the action's parameters is expected")
            return nil
        }
        let own = ["path", "action", "environment", "timeout"]
        let path = path(of: node)
        let name = fields.text(fields.required("action", of: node))
        let parameters = mapping.compactMap { key, value -> NamedValue? in
            guard let name = key.string, !own.contains(name) else { return nil }
            return fields.callText(value).map { NamedValue(name, $0) }
        }
        let environment = variables(mapping["environment"])
        let timeout = timeout(mapping["timeout"])
        guard let path, let name else { return nil }
        return PluginCall(
            path: path, purpose: .action, name: name, parameters: parameters,
            environment: environment, timeout: timeout)
    }

    /// `{path: …, observe: …}`
    func observation(_ node: Node) -> PluginCall? {
        let names = ["path", "observe", "environment", "timeout"]
        guard fields.checkNames(of: node, among: names) else { return nil }
        let path = path(of: node)
        let name = fields.text(fields.required("observe", of: node))
        let environment = variables(node.mapping?["environment"])
        let timeout = timeout(node.mapping?["timeout"])
        guard let path, let name else { return nil }
        return PluginCall(
            path: path, purpose: .observe, name: name, environment: environment, timeout: timeout)
    }

    // MARK: Members

    private func path(of node: Node) -> String? {
        guard let member = fields.required("path", of: node), let path = fields.text(member) else {
            return nil
        }
        if path.hasPrefix("/") { return path }
        fields.fail(member, "a path from the root is expected, as /usr/bin/df")
        return nil
    }

    private func timeout(_ node: Node?) -> Duration {
        guard let node, let timeout = fields.duration(node) else { return .seconds(10) }
        if timeout < .milliseconds(1) || timeout > Self.longestTimeout {
            fields.fail(node, "accepted: from 1ms to \(Self.longestTimeout.words)")
        }
        return timeout
    }

    private func variables(_ node: Node?) -> [String] {
        list(node) { entry in
            guard let name = fields.text(entry) else { return nil }
            if name.isVariableName { return name }
            fields.fail(entry, "the name of a variable of the environment is expected")
            return nil
        }
    }

    /// - Returns: `nil` if nothing is said.
    private func numbers(_ node: Node?, in range: ClosedRange<Int>) -> Set<Int>? {
        guard let node else { return nil }
        if node.sequence == nil { return fields.whole(node, in: range).map { [$0] } }
        return fields.elements(of: node) { fields.whole($0, in: range) }.map { Set($0) }
    }

    private func list(_ node: Node?, _ read: (Node) -> String?) -> [String] {
        guard let node else { return [] }
        guard let sequence = node.sequence else {
            fields.fail(node, "a list is expected")
            return []
        }
        return sequence.compactMap(read)
    }
}
