import Configuration
import EventLog
import Foundation
import HTTPAPI
import SystemPackage

/// A setting that cannot be used.
struct SettingError: Error, CustomStringConvertible {
    let description: String

    init(_ name: String, is text: String, accepted: String) {
        description = "\(name) is '\(text)'; accepted: \(accepted)"
    }

    init(_ description: String) { self.description = description }
}

/// What the environment says, and a file of such variables where the environment says nothing.
struct ServerSettings: Sendable {
    /// A variable, and what it is for. The order is that of the help and of the list at the start.
    enum Name: String, CaseIterable {
        case data = "DR_DATA"
        case host = "DR_HOST"
        case port = "DR_PORT"
        case certificate = "DR_TLS_CERTIFICATE"
        case key = "DR_TLS_KEY"
        case isBehindProxy = "DR_BEHIND_PROXY"
        case secret = "DR_JWT_SECRET"
        case keySet = "DR_JWKS"
        case issuer = "DR_JWT_ISSUER"
        case audience = "DR_JWT_AUDIENCE"
        case rateLimit = "DR_RATE_LIMIT"
        case isEnabled = "DR_TESTING_ENABLED"
        case slots = "DR_MAX_CONCURRENT_TESTS"
        case timeout = "DR_TEST_TIMEOUT_MS"
        case targets = "DR_TARGETS"
        case runner = "DR_RUNNER"
        case channels = "DR_CHANNELS"
        case webhook = "DR_ALERT_WEBHOOK_URL"
        case webhookSecret = "DR_ALERT_WEBHOOK_SECRET"
        case isWebhookLocal = "DR_ALERT_WEBHOOK_ALLOW_LOCAL"
        case areNotified = "DR_NOTIFICATION_ENABLED"
        case checkpoints = "DR_CHECKPOINT_DIR"

        fileprivate var configKey: ConfigKey {
            ConfigKey(rawValue.lowercased().split(separator: "_").map(String.init))
        }

        /// Shown only as set or not: what it holds opens something, or may.
        fileprivate var isSecret: Bool {
            [.secret, .keySet, .webhook, .webhookSecret].contains(self)
        }
    }

    let values: [Name: String]

    /// - Parameter file: of lines `NAME=value`; `nil` for none.
    init(file: String?) async throws {
        var providers: [any ConfigProvider] = [EnvironmentVariablesProvider()]
        if let file {
            do {
                let read = try await EnvironmentVariablesProvider(
                    environmentFilePath: FilePath(file))
                providers.append(read)
            } catch {
                throw SettingError("the configuration file \(file) cannot be read: \(error)")
            }
        }
        let reader = ConfigReader(providers: providers)
        var values: [Name: String] = [:]
        for name in Name.allCases {
            values[name] = reader.string(forKey: name.configKey, isSecret: name.isSecret)
        }
        self.init(values: values)
    }

    /// A variable that is empty says nothing.
    init(values: [Name: String]) { self.values = values.filter { !$0.value.isEmpty } }

    subscript(name: Name) -> String? { values[name] }

    func flag(_ name: Name, default standard: Bool) throws -> Bool {
        switch values[name] {
        case nil: return standard
        case "true"?: return true
        case "false"?: return false
        case let text?:
            throw SettingError(name.rawValue, is: text, accepted: "true or false")
        }
    }

    func number(_ name: Name, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw SettingError(
                name.rawValue, is: text,
                accepted: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// For the programs that the server starts, and for the parts that read them by themselves:
    /// with the variables that are not the server's own, like `HOME`.
    var environment: [String: String] {
        ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
            .merging(values.map { ($0.key.rawValue, $0.value) }) { $1 }
    }

    /// What is set, a line each, and no secret.
    var lines: [String] {
        Name.allCases.compactMap { name in
            values[name].map { "\(name.rawValue): \(name.isSecret ? "set" : $0)" }
        }
    }
}
