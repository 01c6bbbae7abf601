import ArgumentParser
import EventLog
import Hummingbird
import Logging
import NIOCore
import Service
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the API and the dashboard until SIGTERM or SIGINT.",
        discussion: """
            On SIGTERM no new tests are begun, those under way are waited for, and then it ends; a \
            test that takes longer goes on without it.

            Elsewhere than on this machine it serves only over TLS, with --certificate and --key, \
            or behind a proxy that does that, with --behind-proxy.

            What no option says is read from the environment, and what is not there from the file \
            of --config: \(ServeCommand.variables).
            """)

    private static let variables =
        ServerSettings.Name.allCases.map(\.rawValue).joined(separator: ", ")

    @OptionGroup var data: DataOptions

    @Option(help: "Where to listen. (default: $DR_HOST, else 127.0.0.1)")
    var host: String?

    @Option(help: "0 lets the system choose. (default: $DR_PORT, else 8080)")
    var port: Int?

    @Option(help: "The certificates of the server, a PEM file. (default: $DR_TLS_CERTIFICATE)")
    var certificate: String?

    @Option(help: "Its private key, a PEM file. (default: $DR_TLS_KEY)")
    var key: String?

    @Flag(help: "A proxy before it speaks TLS, and names clients in X-Forwarded-For.")
    var behindProxy = false

    func run() async throws {
        ProcessLimits.prepare()
        do {
            let settings = try await data.settings()
            let place = try ListeningPlace(
                host: host ?? settings[.host], port: port ?? settings.number(.port, in: 0...65_535),
                certificate: certificate ?? settings[.certificate], key: key ?? settings[.key],
                isBehindProxy: try behindProxy || settings.flag(.isBehindProxy, default: false))
            let logger = Logger(label: "dr-server") { StreamLogHandler.standardError(label: $0) }
            let directory = try data.directory(settings)
            try await serve(directory, settings, place, logger)
        } catch {
            throw explained(error)
        }
    }

    private func serve(
        _ directory: DataDirectory, _ settings: ServerSettings, _ place: ListeningPlace,
        _ logger: Logger
    ) async throws {
        logger.info("dr-server \(DRServer.version), data: \(directory.path)")
        for line in settings.lines { logger.info("\(line)") }
        let parts = try await ServerParts(directory, settings, place, logger)
        // Whoever asks first sees the built-in scenarios.
        await parts.runs.prepare()
        let application = try Application(
            router: parts.router(), server: place.server(),
            configuration: ApplicationConfiguration(
                address: .hostname(place.host, port: place.port), serverName: nil),
            onServerRunning: { channel in
                logger.notice("listening on \(place.url(port: channel.localAddress?.port))")
            }, logger: logger)
        let group = ServiceGroup(
            configuration: .init(
                services: parts.services.map { .init(service: $0) } + [.init(service: application)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as IOError {
            throw ListeningError(place, errno: error.errnoCode)
        }
    }
}
