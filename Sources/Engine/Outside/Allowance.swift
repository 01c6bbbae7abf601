internal import DRTesting

/// What a target lets scenarios call outside the storage system. What it does not name is refused.
public struct Allowance: Equatable, Sendable, Codable {
    /// Names or IP addresses, alone or with a port: `inventory`, `inventory:8081`, `127.0.0.1`,
    /// `[::1]:8081`.
    public var hosts: [String]
    /// Programs, from the root of the file system.
    public var processes: [String]
    /// The variables of the environment that calls may use, by their names.
    public var environment: [String]
    /// Plug-ins, from the root of the file system.
    public var plugins: [String]

    public init(
        hosts: [String] = [], processes: [String] = [], environment: [String] = [],
        plugins: [String] = []
    ) {
        (self.hosts, self.processes) = (hosts, processes)
        (self.environment, self.plugins) = (environment, plugins)
    }

    /// Whether a host may be called by its name. An address is given as such.
    func allows(host: String, port: Int) -> Bool {
        if let address = NetworkAddress(host) { return allows(address, port: port) }
        return hosts.compactMap(AllowedHost.init).contains { allowed in
            allowed.name == AllowedHost.plain(host) && allowed.covers(port)
        }
    }

    /// Whether an address itself is named, and not only a host that has it.
    func allows(_ address: NetworkAddress, port: Int) -> Bool {
        hosts.compactMap(AllowedHost.init).contains { allowed in
            NetworkAddress(allowed.name) == address && allowed.covers(port)
        }
    }

    /// As little of it as this call needs, to be kept with the call.
    func narrowed(to call: OutsideCall) -> Allowance {
        var allowance = Allowance(environment: environment.filter { call.names.contains($0) })
        switch call {
        case .http: allowance.hosts = hosts
        case .process(let call):
            allowance.processes = processes.filter { $0.isSame(as: call.path) }
        case .plugin(let call): allowance.plugins = plugins.filter { $0.isSame(as: call.path) }
        }
        return allowance
    }
}

extension String {
    /// Whether it names the same file. Texts that only look the same are equal, and name others.
    func isSame(as path: String) -> Bool { utf8.elementsEqual(path.utf8) }
}

/// An entry of `Allowance.hosts`.
struct AllowedHost {
    /// Without the brackets of an IPv6 address.
    let name: String
    /// `nil`: any.
    let port: Int?

    /// - Returns: `nil` if it is no host.
    init?(_ text: String) {
        var (host, port): (Substring, Substring?) = (text[...], nil)
        let colon = NetworkAddress(text) == nil ? text.lastIndex(of: ":") : nil
        if let colon, !text.hasSuffix("]") {
            (host, port) = (text[..<colon], text[text.index(after: colon)...])
        }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        let (name, number) = (Self.plain(String(host)), port.map { Int($0) ?? 0 })
        let isAddress = NetworkAddress(name) != nil
        guard !name.isEmpty, !name.contains(where: { $0.isWhitespace || "/@?#[]".contains($0) }),
            isAddress || !(isBracketed || name.contains(":")),
            number.map({ (1...65_535).contains($0) }) ?? true
        else { return nil }
        (self.name, self.port) = (name, number)
    }

    func covers(_ other: Int) -> Bool { port == nil || port == other }

    /// Names are the same in small letters, and with the dot that ends a full one.
    static func plain(_ host: String) -> String {
        let small = host.lowercased()
        return small.hasSuffix(".") ? String(small.dropLast()) : small
    }
}
