import ArgumentParser
import EventLog
import Foundation
import HTTPAPI

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make a token for the API and the dashboard.",
        discussion: """
            It is signed with $DR_JWT_SECRET, else with the secret in the data directory, and is \
            printed alone on standard output. The id on standard error is for revoking it.
            """)

    @OptionGroup var data: DataOptions

    @Option(help: "What its owner may do.")
    var role: RoleArgument

    @Option(help: "Who its owner is: the log names him so.")
    var subject: String

    @Option(help: "How long it is good, as 12h or 30d; at most 90d.")
    var expires: Lifetime = .init(seconds: 12 * 3600)

    func run() async throws {
        do {
            let settings = try await data.settings()
            if settings[.keySet] != nil {
                throw SettingError(
                    "DR_JWKS is set: whoever holds its keys issues the tokens, not this program")
            }
            var generator = SystemRandomNumberGenerator()
            let directory = try data.directory(settings)
            // A log that is not there yet is made: its keys lie where the secret does.
            _ = try EventStore(directory)
            let secret = try settings.secret(in: directory, using: &generator)
            let issuer = TokenIssuer(
                secret: secret, issuer: settings[.issuer] ?? TokenVerifier.defaultName,
                audience: settings[.audience] ?? TokenVerifier.defaultName)
            let issued = try await issuer.token(
                for: subject, role: role.role, seconds: expires.seconds, now: LogClock.system.now(),
                using: &generator)
            try tell(issued.token)
            complain(
                "id \(issued.tokenID), \(role.role.rawValue), good until "
                    + shown(issued.expires))
        } catch {
            throw explained(error)
        }
    }

    private func shown(_ time: UInt64) -> String {
        Date(timeIntervalSince1970: Double(time) / 1_000_000).formatted(.iso8601)
    }
}

struct RoleArgument: ExpressibleByArgument {
    let role: Role

    init?(argument: String) {
        guard let role = Role(rawValue: argument) else { return nil }
        self.role = role
    }

    static var allValueStrings: [String] { Role.allCases.map(\.rawValue) }
}

/// A time as `90s`, `15m`, `12h` or `30d`.
struct Lifetime: ExpressibleByArgument {
    let seconds: UInt64

    init(seconds: UInt64) { self.seconds = seconds }

    init?(argument: String) {
        let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let last = argument.last, let unit = units[last],
            let number = UInt64(argument.dropLast()), number > 0, number <= 1_000_000
        else { return nil }
        seconds = number * unit
    }

    var defaultValueDescription: String { "\(seconds / 3600)h" }
}
