/// How a proxy of the API is to be.
struct ProxyDescription: Equatable, Sendable {
    private(set) var name = ""
    /// Where it listens: as asked until it does, and then as it is.
    var listen = ""
    private(set) var upstream = ""
    private(set) var speaks = ProxySettings.Speaks.tcp
    private(set) var isUpstreamSecure = false
    private(set) var upstreamAuthority: String?
    private(set) var certificate: String?
    private(set) var key: String?
    private(set) var accessKeyID: String?
    private(set) var secretAccessKey: String?
    private(set) var region: String?

    init() {}

    /// Takes over what a body gives. An empty text takes a setting away that has no default.
    ///
    /// - Parameter renames: whether its name is taken over too.
    mutating func merge(_ fields: JSONFields, renames: Bool) throws(ControlError) {
        if renames, let given = try fields.text("name") { name = given }
        listen = try fields.text("listen") ?? listen
        upstream = try fields.text("upstream") ?? upstream
        if let word = try fields.text("speaks") {
            guard let speaks = ProxySettings.Speaks(rawValue: word) else {
                throw .badBody("speaks '\(word)': accepted: tcp, http")
            }
            self.speaks = speaks
        }
        isUpstreamSecure = try fields.bool("upstream_tls") ?? isUpstreamSecure
        upstreamAuthority = try Self.merged(fields.text("upstream_ca"), upstreamAuthority)
        certificate = try Self.merged(fields.text("tls_certificate"), certificate)
        key = try Self.merged(fields.text("tls_key"), key)
        accessKeyID = try Self.merged(fields.text("sign_access_key_id"), accessKeyID)
        secretAccessKey = try Self.merged(fields.text("sign_secret_access_key"), secretAccessKey)
        region = try Self.merged(fields.text("sign_region"), region)
    }

    private static func merged(_ given: String?, _ present: String?) -> String? {
        guard let given else { return present }
        return given.isEmpty ? nil : given
    }

    /// Whether a proxy that is as `present` has to be made anew to become so.
    ///
    /// - Parameter address: where it listens now.
    func differs(from present: ProxyDescription, at address: ListenAddress?) -> Bool {
        var wanted = self
        wanted.name = present.name
        if let address, let asked = ListenAddress(listen),
            asked == address || asked.named == address
        {
            wanted.listen = present.listen
        }
        return wanted != present
    }

    /// - Throws: what is missing or does not fit.
    func settings() throws(ControlError) -> ProxySettings {
        guard let address = ListenAddress(listen.isEmpty ? Self.standardListen : listen) else {
            throw ControlError(500, "listen tcp: address \(listen): missing port in address")
        }
        let storage = Upstream(
            upstream, isSecure: isUpstreamSecure, extraAuthority: upstreamAuthority)
        guard let storage else { throw .badBody("upstream '\(upstream)': accepted: host:port") }
        return ProxySettings(
            listen: address, upstream: storage, speaks: speaks, identity: try identity(),
            signing: try signing())
    }

    private func identity() throws(ControlError) -> ServerIdentity? {
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            return ServerIdentity(certificateFile: certificate, keyFile: key)
        default: throw .badBody("tls_certificate and tls_key belong together")
        }
    }

    private func signing() throws(ControlError) -> Signing? {
        switch (accessKeyID, secretAccessKey) {
        case (nil, nil): return nil
        case (let id?, let secret?):
            guard speaks == .http else {
                throw .badBody("requests can be signed only if the proxy speaks http")
            }
            return Signing(
                accessKeyID: id, secretAccessKey: secret, region: region ?? Self.standardRegion)
        default: throw .badBody("sign_access_key_id and sign_secret_access_key belong together")
        }
    }

    /// Who names no address hardly means every network of the machine.
    private static let standardListen = "127.0.0.1:0"

    private static let standardRegion = "us-east-1"
}

extension ProxyDescription {
    /// As Toxiproxy prints it, and what differs from the defaults. The secret is never printed.
    func members(isEnabled: Bool) -> [JSON.Member] {
        var members = [
            JSON.Member(name: "name", value: .string(name)),
            JSON.Member(name: "listen", value: .string(listen)),
            JSON.Member(name: "upstream", value: .string(upstream)),
            JSON.Member(name: "enabled", value: .bool(isEnabled)),
        ]
        if speaks != .tcp {
            members.append(JSON.Member(name: "speaks", value: .string(speaks.rawValue)))
        }
        if isUpstreamSecure {
            members.append(JSON.Member(name: "upstream_tls", value: .bool(true)))
        }
        let texts = [
            ("upstream_ca", upstreamAuthority), ("tls_certificate", certificate), ("tls_key", key),
            ("sign_access_key_id", accessKeyID), ("sign_region", region),
        ]
        for case (let name, let value?) in texts {
            members.append(JSON.Member(name: name, value: .string(value)))
        }
        return members
    }
}

extension ListenAddress {
    /// With the address that `localhost` stands for.
    fileprivate var named: ListenAddress {
        host == "localhost" ? ListenAddress(host: "127.0.0.1", port: port) : self
    }
}
