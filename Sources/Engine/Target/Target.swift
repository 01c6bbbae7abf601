internal import Crypto
internal import DRTesting
internal import FoundationEssentials
public import S3

/// The storage system that is tested, and where it stores.
public struct Target: Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// `ResilientStorage` over endpoints that the runner serves from a temporary directory.
        case embedded
        /// `ResilientStorage` over real endpoints.
        case builtin
        /// A service of somebody else's, whose storages stand behind standalone proxies.
        case http
    }

    public let name: String
    public let kind: Kind
    /// For example `test`, `staging` or `production`.
    public let environment: String
    /// What a drill may touch, in words.
    public let scope: String
    public let allowsProduction: Bool
    /// `nil` for the embedded target.
    public let primary: StorageSettings?
    /// `nil` if there is nothing to fail over to.
    public let secondary: StorageSettings?
    public let backup: StorageSettings?
    /// What scenarios may call outside the storage system.
    public let allowance: Allowance
    /// `nil` unless it is a service of somebody else's.
    let service: ServiceSettings?
    let serviceStorages: ServiceStorages?
    let hooks: [Hook: OutsideCall]
    /// SHA-256 of everything above but the secrets.
    public let digest: [UInt8]

    public static let embedded = Target(
        name: "embedded", kind: .embedded, environment: "test",
        scope: "storage in a temporary directory of the runner", allowsProduction: false,
        primary: nil, secondary: nil, backup: nil)

    init(
        name: String, kind: Kind, environment: String, scope: String, allowsProduction: Bool,
        primary: StorageSettings?, secondary: StorageSettings?, backup: StorageSettings?,
        allowance: Allowance = Allowance(), service: ServiceSettings? = nil,
        serviceStorages: ServiceStorages? = nil, hooks: [Hook: OutsideCall] = [:]
    ) {
        (self.name, self.kind, self.environment) = (name, kind, environment)
        (self.scope, self.allowsProduction) = (scope, allowsProduction)
        (self.primary, self.secondary, self.backup) = (primary, secondary, backup)
        (self.allowance, self.hooks) = (allowance, hooks)
        (self.service, self.serviceStorages) = (service, serviceStorages)
        var parts =
            [name, kind.rawValue, environment, scope, "\(allowsProduction)"]
            + [primary, secondary, backup].map { $0?.identity ?? "" }
        // A target that says nothing of this has the digest that it always had.
        if allowance != Allowance() { parts.append(allowance.identity) }
        if let service { parts.append(service.identity) }
        if let serviceStorages { parts.append(serviceStorages.identity) }
        for (hook, call) in hooks.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            parts.append("\(hook.rawValue) \(call.identity)")
        }
        let text = parts.map { "\($0.utf8.count):\($0)" }.joined()
        digest = Array(SHA256.hash(data: Array(text.utf8)))
    }
}

extension Allowance {
    fileprivate var identity: String {
        [hosts, processes, environment, plugins]
            .map { $0.sorted().map { "\($0.utf8.count):\($0)" }.joined() }
            .joined(separator: ";")
    }
}

extension OutsideCall {
    /// Secrets stand in it by the names of their variables.
    fileprivate var identity: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? words
    }
}

/// One storage: where, which bucket, with which keys.
public struct StorageSettings: Sendable {
    public let endpoint: S3Endpoint
    public let bucket: String
    public let region: String
    public let credentials: S3Credentials
    public let extraAuthority: String?

    public init(
        endpoint: S3Endpoint, bucket: String, region: String = "auto",
        credentials: S3Credentials, extraAuthority: String? = nil
    ) {
        (self.endpoint, self.bucket, self.region) = (endpoint, bucket, region)
        (self.credentials, self.extraAuthority) = (credentials, extraAuthority)
    }

    /// What makes it this storage, without secrets.
    var identity: String { "\(endpoint) \(bucket) \(region)" }

    func configuration(agent: String) -> S3Configuration {
        var configuration = S3Configuration(endpoint: endpoint, credentials: credentials)
        configuration.region = region
        configuration.extraAuthority = extraAuthority
        configuration.agent = agent
        return configuration
    }
}
