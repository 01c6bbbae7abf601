internal import DRTesting
internal import ResilientStorage

/// A service of somebody else's that stores objects: how it is called, and where its state can be
/// read.
struct ServiceSettings: Sendable {
    /// One way to call it, and what its answers mean. Whatever is named nowhere is a failure.
    struct Operation: Equatable, Sendable {
        let method: String
        /// With `{key}` where the key belongs.
        let path: String
        let served: Set<Int>
        /// Acknowledged, and stored later.
        var deferred: Set<Int> = []
        /// Nothing was done, and nothing will be.
        var refused: Set<Int> = []
        /// There is no such object.
        var missing: Set<Int> = []
    }

    /// Where a state can be read: in a JSON document.
    struct Reading<State: Sendable>: Sendable {
        let path: String
        /// A JSONPath. Its first match counts.
        let json: String
        /// What the service says, and what that is here. A number is taken as it is.
        var states: [String: State] = [:]
    }

    struct Readings: Sendable {
        var breaker: Reading<CircuitBreaker.State>?
        var health: Reading<Health.State>?
        var queue: Reading<Int>?
        var failover: Reading<Failover.State>?

        /// Each document once.
        var paths: [String] {
            Set([breaker?.path, health?.path, queue?.path, failover?.path].compactMap(\.self))
                .sorted()
        }
    }

    /// Without a slash at its end.
    let url: String
    let put: Operation
    let get: Operation
    let delete: Operation
    var headers: [(name: String, value: SecretText)] = []
    var timeout: Duration = .seconds(2)
    var readings = Readings()
    /// Where its notices are received, on 127.0.0.1; `nil`: it sends none.
    var noticePort: Int?
    let proxies: ProxyAPI

    /// Where the proxies before its storages are controlled.
    struct ProxyAPI: Sendable {
        let url: String
        var token: SecretText?
    }
}

/// A storage behind a service.
struct ServiceStorage: Sendable {
    let settings: StorageSettings
    /// The proxy before it; `nil` if there is none.
    let proxy: String?
    /// What the service puts before the key of each object.
    var keyPrefix = ""
}

struct ServiceStorages: Sendable {
    let primary: ServiceStorage
    var secondary: ServiceStorage?
    var backup: ServiceStorage?

    var identity: String {
        [primary, secondary, backup].map { $0?.identity ?? "-" }
            .map { "\($0.utf8.count):\($0)" }.joined()
    }
}

/// Calls that a target offers for what a service cannot be told over its own interface.
enum Hook: String, CaseIterable, Sendable {
    case backup, restore, failover, failback
}

/// A text that no description shows.
struct SecretText: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    let value: String

    var description: String { "SecretText(hidden)" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension ServiceSettings {
    private static let hidden = "(hidden)"
    /// Shorter ones would be found everywhere.
    private static let shortestSecret = 4

    /// What the service or a proxy says, for people: it may repeat what it was sent.
    func redacted(_ text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: Self.hidden) }
    }

    /// Of a header such as "Bearer abc" the last word too. The longest ones first.
    private var secrets: [String] {
        let values = headers.map { $0.value.value } + [proxies.token?.value].compactMap(\.self)
        let words = values.compactMap { $0.split(separator: " ").last.map { String($0) } }
        return Set(values + words).filter { $0.utf8.count >= Self.shortestSecret }
            .sorted { $0.utf8.count > $1.utf8.count }
    }

    /// What makes it this service, without secrets.
    var identity: String {
        let operations = [put, get, delete].map { operation in
            let answers = [
                operation.served, operation.deferred, operation.refused, operation.missing,
            ].map { $0.sorted().map { "\($0)" }.joined(separator: ",") }
            return "\(operation.method) \(operation.path) \(answers.joined(separator: ";"))"
        }
        let parts =
            [url] + operations + headers.map { $0.name }
            + [
                "\(timeout.milliseconds)", readings.breaker?.identity, readings.health?.identity,
                readings.queue?.identity, readings.failover?.identity,
                noticePort.map { "\($0)" }, proxies.url,
            ].map { $0 ?? "-" }
        return parts.map { "\($0.utf8.count):\($0)" }.joined()
    }
}

extension ServiceSettings.Reading {
    fileprivate var identity: String {
        let words = states.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: ",")
        return "\(path) \(json) \(words)"
    }
}

extension ServiceStorage {
    var identity: String { "\(settings.identity) \(proxy ?? "-") \(keyPrefix)" }
}
