import ArgumentParser
import FaultProxy
import Foundation

@main
struct FaultProxyProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fault-proxy",
        abstract: "Injects faults between clients and the services that they use.",
        discussion: """
            Proxies and their toxics are set by HTTP, with Toxiproxy's API: its clients work \
            unchanged. A toxic may be a lease, which ends by itself if nobody renews it, and may \
            strike single requests to an S3 storage.

            The address of the API is printed on standard output, every change on standard error.

            Exit codes: 64 wrong usage or config file, 70 internal error or no address to listen \
            on, 129, 130 and 143 after SIGHUP, SIGINT and SIGTERM.
            """,
        version: version)

    private static let version = "0.1.0"

    @Option(help: "Where the API listens. (default: 127.0.0.1:8474)")
    var listen: String?

    @Option(help: "A file of proxies to begin with: the list that POST /populate takes.")
    var config: String?

    @Option(
        help: ArgumentHelp(
            "End every toxic after so long, as 5s or 500ms, unless its own lease says otherwise.",
            discussion: "At most 60s. It ends the disabling of a proxy too."))
    var defaultLease: String?

    @Option(help: "The seed of everything that toxics draw by chance.")
    var seed: UInt64?

    @Flag(help: "Serve GET /metrics, for Prometheus.")
    var metrics = false

    @Option(
        help: ArgumentHelp(
            "A file with a token that every caller has to show.",
            discussion: "Needed if other machines can reach the API."))
    var tokenFile: String?

    @OptionGroup(title: "Toxiproxy", visibility: .hidden) var toxiproxy: ToxiproxyOptions

    func run() async throws {
        holdStandardStreams()
        let log = Log()
        do {
            let settings = try settings(log)
            raiseFileLimit()
            throw try await serve(settings)
        } catch {
            await log.end()
            throw explained(error)
        }
    }

    private func settings(_ log: Log) throws -> ProgramSettings {
        let address = try ProgramSettings.address(listen, or: toxiproxy)
        var settings = ProgramSettings(listen: address)
        settings.registry.seed = seed ?? toxiproxy.seed
        settings.registry.defaultLease = try defaultLease.map { try ProgramSettings.lease($0) }
        settings.registry.threads = max(2, ProcessInfo.processInfo.activeProcessorCount)
        settings.registry.report = { log.add($0) }
        settings.control.hasMetrics =
            metrics || toxiproxy.proxyMetrics || toxiproxy.runtimeMetrics
        settings.control.version = Self.version
        settings.control.token = try tokenFile.map { try ProgramSettings.token(in: $0) }
        if settings.control.token == nil, !address.isLoopback {
            throw UsageError(
                "--listen \(address) can be reached by other machines: that needs --token-file")
        }
        settings.config = try (config ?? toxiproxy.config).map { try ConfigFile($0) }
        return settings
    }

    /// - Returns: the exit code, after a signal has ended it.
    private func serve(_ settings: ProgramSettings) async throws -> ExitCode {
        let (signals, continuation) = AsyncStream.makeStream(of: Int32.self)
        let watch = SignalWatch { continuation.yield($0) }
        let registry = ProxyRegistry(settings.registry)
        do {
            // The API last: who can reach it finds the proxies of the file.
            try await settings.config?.apply(to: registry)
            let server = try await ControlServer(
                registry, listen: settings.listen, options: settings.control)
            try tell("fault-proxy listens on http://\(server.address)")
            var received = signals.makeAsyncIterator()
            let signal = await received.next() ?? SIGTERM
            await server.stop()
            await registry.stop()
            withExtendedLifetime(watch) {}
            return ExitCode(128 + signal)
        } catch {
            await registry.stop()
            throw error
        }
    }
}

/// Toxiproxy's own options, for those who come from it.
struct ToxiproxyOptions: ParsableArguments {
    @Option(name: .customLong("host", withSingleDash: true))
    var host: String?

    @Option(name: .customLong("port", withSingleDash: true))
    var port: UInt16?

    @Option(name: .customLong("config", withSingleDash: true))
    var config: String?

    @Option(name: .customLong("seed", withSingleDash: true))
    var seed: UInt64?

    @Flag(name: .customLong("proxy-metrics", withSingleDash: true))
    var proxyMetrics = false

    @Flag(name: .customLong("runtime-metrics", withSingleDash: true))
    var runtimeMetrics = false
}
