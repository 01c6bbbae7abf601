internal import EventLog
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Projections
internal import ServiceLifecycle
internal import Wire

/// How the server itself is: for whoever starts it, watches it, and writes programs against it.
struct MetaRoutes: Sendable {
    private let store: EventStore
    private let metrics: ServerMetrics
    private let description: ByteBuffer

    init(_ parts: APIParts) { self.init(parts.store, parts.views, parts.metrics) }

    init(_ store: EventStore, _ views: ViewStore, _ registry: MetricsRegistry) {
        self.store = store
        metrics = ServerMetrics(store, views, registry)
        description = ByteBuffer(bytes: APIDescription.whole.document)
    }

    func add(to router: some RouterMethods<APIContext>) {
        router.get("/healthz") { _, _ -> Response in status("ok") }
        router.get("/readyz") { _, _ -> Response in try await readiness() }
        router.get("/metrics") { _, _ -> Response in
            let text = try await metrics.text()
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
        router.get("/openapi.json") { _, _ -> Response in
            Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: description))
        }
    }

    /// Whether requests are to be sent here: not while the log cannot be read, and not any more
    /// once the server is to stop.
    private func readiness() async throws -> Response {
        if Task.isShuttingDownGracefully {
            throw APIError(
                .serviceUnavailable, code: "draining", "the server is being stopped")
        }
        do {
            _ = try await store.read { try $0.head() }
        } catch {
            throw APIError(.serviceUnavailable, code: "log_unreadable", "the log cannot be read")
        }
        return status("ready")
    }

    private func status(_ word: String) -> Response {
        var writer = JSONWriter()
        writer.object { object in
            object.member("status", word)
        }
        return Response(status: .ok, json: writer.bytes)
    }
}
