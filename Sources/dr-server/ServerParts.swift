import Dashboard
import EventLog
import HTTPAPI
import Hummingbird
import Logging
import Projections
import Service
import ServiceLifecycle

/// Everything that works in the server, put together.
struct ServerParts: Sendable {
    let runs: RunStarter
    private let parts: APIParts
    /// Each runs until the server stops.
    let services: [any ServiceLifecycle.Service]

    init(
        _ directory: DataDirectory, _ settings: ServerSettings, _ place: ListeningPlace,
        _ logger: Logger
    ) async throws {
        var api = APISettings()
        api.isTestingEnabled = try settings.flag(.isEnabled, default: true)
        api.toolVersion = DRServer.version
        // Requests a second of one caller; 0 is no limit.
        if let rate = try settings.number(.rateLimit, in: 0...1_000_000) {
            api.callerRate = RequestRate(perSecond: rate)
        }
        (api.isSecure, api.isBehindProxy) = (place.isSecure, place.isBehindProxy)
        _ = try settings.number(.slots, in: 1...64)
        _ = try settings.number(.timeout, in: 1...86_400_000)
        let environment = settings.environment
        let channels = try ChannelFile.channels(of: directory, environment: environment)
        // A log is made only where everything else is right.
        let store = try EventStore(directory)
        let views = try ViewStore(store.reader)
        let zones = ZoneFiles()
        let access = try await AccessControl(
            store, verifier: settings.verifier(in: directory), settings: api, logger: logger)
        let runner = RunStarter.runnerPath(environment: environment)
        runs = RunStarter(
            store: store, runner: runner, targets: .standard(directory, environment: environment),
            isEnabled: api.isTestingEnabled, settings: settings.forRunners, logger: logger)
        parts = APIParts(
            store: store, views: views, catalog: Catalog(store), runs: runs,
            scenarioCheck: ScenarioCheck(runner: runner, directory: directory), zones: zones,
            access: access, settings: api)
        // It lies beside the runner.
        let folder = runner.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let audit = AuditProgram(
            path: (folder + ["dr-audit"]).joined(separator: "/"), directory: directory)
        services = [
            access, runs,
            Scheduler(store: store, runs: runs, zones: zones, logger: logger),
            Deliverer(store: store, channels: channels, logger: logger),
            AlertWatch(store: store, views: views, integrity: audit, logger: logger),
            RetentionKeeper(store: store, logger: logger),
        ]
    }

    func router() -> Router<APIContext> {
        let router = APIRouter.make(parts)
        DashboardRoutes(parts).add(to: router)
        return router
    }
}

extension ServerSettings {
    /// What `dr-runner` reads by itself; where it is and where the log is are said otherwise.
    fileprivate var forRunners: [String: String] {
        let names: [Name] = [
            .isEnabled, .slots, .timeout, .channels, .webhook, .webhookSecret, .isWebhookLocal,
            .areNotified, .checkpoints,
        ]
        return environment.filter { variable in names.contains { $0.rawValue == variable.key } }
    }

    /// Of a key set if one is named, else of the secret.
    fileprivate func verifier(in directory: DataDirectory) async throws -> TokenVerifier {
        let issuer = self[.issuer] ?? TokenVerifier.defaultName
        let audience = self[.audience] ?? TokenVerifier.defaultName
        guard let place = self[.keySet] else {
            var generator = SystemRandomNumberGenerator()
            let secret = try secret(in: directory, using: &generator)
            return await TokenVerifier(secret: secret, issuer: issuer, audience: audience)
        }
        let keySet =
            place.hasPrefix("https://")
            ? KeySet { try await KeySetRequest(url: place).answer() } : KeySet(file: place)
        try await keySet.load()
        return TokenVerifier(keySet: keySet, issuer: issuer, audience: audience)
    }
}
