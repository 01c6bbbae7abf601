internal import CoreMetrics
internal import HTTPTypes
public import Hummingbird
internal import Synchronization

/// Counts requests by route and status, and how long it took until their answer began.
///
/// It stands first of all middleware, so that it sees what the others refuse.
public struct RequestMeasuring: RouterMiddleware {
    public typealias Context = APIContext

    private let instruments: RequestInstruments

    public init(_ metrics: MetricsRegistry) { instruments = RequestInstruments(metrics) }

    public func handle(
        _ request: Request, context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        do {
            let response = try await next(request, context)
            instruments.count(request, context, response.status, since: start)
            return response
        } catch {
            let status = (error as? any HTTPResponseError)?.status ?? .internalServerError
            instruments.count(request, context, status, since: start)
            throw error
        }
    }
}

/// The metrics of requests, made when they are needed first.
private final class RequestInstruments: Sendable {
    private struct Route: Hashable {
        let method: String
        let path: String
    }

    private struct Outcome: Hashable {
        let route: Route
        let status: Int
    }

    private struct State {
        var counters: [Outcome: Counter] = [:]
        var timers: [Route: Timer] = [:]
    }

    /// Others are whatever a client made up.
    private static let methods: Set = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]

    private let metrics: MetricsRegistry
    private let state = Mutex(State())

    init(_ metrics: MetricsRegistry) { self.metrics = metrics }

    func count(
        _ request: Request, _ context: APIContext, _ status: HTTPResponse.Status,
        since start: ContinuousClock.Instant
    ) {
        let method = request.method.rawValue
        let route = Route(
            method: Self.methods.contains(method) ? method : "other",
            path: context.endpointPath ?? "none")
        let (counter, timer) = state.withLock { state in
            (
                self.counter(Outcome(route: route, status: status.code), &state),
                self.timer(route, &state)
            )
        }
        counter.increment()
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        timer.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    private func counter(_ outcome: Outcome, _ state: inout State) -> Counter {
        if let known = state.counters[outcome] { return known }
        let made = Counter(
            label: "dr_http_requests_total",
            dimensions: [
                ("method", outcome.route.method), ("route", outcome.route.path),
                ("status", String(outcome.status)),
            ],
            factory: metrics)
        state.counters[outcome] = made
        return made
    }

    private func timer(_ route: Route, _ state: inout State) -> Timer {
        if let known = state.timers[route] { return known }
        let made = Timer(
            label: "dr_http_request_duration_seconds",
            dimensions: [("method", route.method), ("route", route.path)], factory: metrics)
        state.timers[route] = made
        return made
    }
}
