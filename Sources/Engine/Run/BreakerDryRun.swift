internal import DRTesting
internal import FaultProxy
internal import ResilientStorage
internal import S3

/// A store of its own before a storage that fails: its breaker has to open. It is not asked whether
/// it has. A proxy counts its requests, and forwards none.
struct BreakerDryRun: Sendable {
    /// The failed call that opens the breaker.
    private static let failureThreshold = 3

    let breaker: any CircuitBreaking
    /// For the queue that every store has; nothing is put into it.
    let directory: String
    /// Of a store before a storage. Where that is does not matter.
    let configuration: S3Configuration

    /// - Throws: `RunnerError` if the breaker opens at another call, or never.
    func run() async throws -> String {
        let proxy = try await ProxyServer(upstream: Upstream(host: "127.0.0.1", port: 1))
        let result: Result<String, any Error>
        do {
            result = .success(try await run(behind: proxy))
        } catch {
            result = .failure(error)
        }
        await proxy.stop()
        return try result.get()
    }

    private func run(behind proxy: ProxyServer) async throws -> String {
        _ = try await proxy.inject(Fault(.status(503)), lease: ProxyServer.maximumLease)
        var configuration = configuration
        configuration.endpoint.connectAddress = S3Endpoint.Address(
            host: "127.0.0.1", port: proxy.port)
        let client = try S3Client(configuration)
        let result: Result<String, any Error>
        do {
            result = .success(try await call(client, proxy))
        } catch {
            result = .failure(error)
        }
        try? await client.shutdown()
        return try result.get()
    }

    private func call(_ client: S3Client, _ proxy: ProxyServer) async throws -> String {
        var components = ResilientStore.Components(
            breaker: breaker, queue: try OperationQueue(directory: directory),
            notifier: NotifierSilent())
        // So that each call is one request.
        var retry = Retry.Configuration()
        retry.maximumAttempts = 1
        components.retry = Retry(retry)
        let store = ResilientStore(
            client: client, bucket: "dry-run", configuration: .init(), components: components)
        var sent = 0
        while sent <= Self.failureThreshold, try await isSent(by: store, proxy) { sent += 1 }
        let failed = min(sent, Self.failureThreshold).counted("failed call")
        guard sent == Self.failureThreshold else {
            let state: CircuitBreaker.State = sent > Self.failureThreshold ? .closed : .open
            throw RunnerError(.internal, "\(state.rawValue) after \(failed)")
        }
        return "open after \(failed): the next one was refused, and no request was made"
    }

    /// - Returns: whether a call was made that the proxy saw, and answered with an error; otherwise
    ///   it was refused.
    private func isSent(by store: ResilientStore, _ proxy: ProxyServer) async throws -> Bool {
        let before = proxy.counts().requests
        let outcome = await store.get("dry-run")
        if proxy.counts().requests > before { return true }
        guard case .refused = outcome else {
            throw RunnerError(.internal, "a call was neither made nor refused: \(outcome)")
        }
        return false
    }
}
