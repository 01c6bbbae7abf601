import CoreMetrics
import DRTesting
import EventLog
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Projections
import Testing
import Wire

@testable import HTTPAPI

struct MetricsTests {
    private let registry = MetricsRegistry()

    @Test func metricsAreShownInTheTextFormat() {
        Counter(
            label: "dr.requests_total", dimensions: [("route", "/a\"b\\c\n")], factory: registry
        ).increment(by: 3)
        Meter(label: "dr_clients", factory: registry).set(2.5)
        Timer(label: "dr_seconds", factory: registry).recordMilliseconds(30)
        Timer(label: "dr_seconds", factory: registry).recordMilliseconds(20_000)
        let lines = registry.text.split(separator: "\n").map { String($0) }
        #expect(lines.contains("# TYPE dr_requests_total counter"))
        #expect(lines.contains(#"dr_requests_total{route="/a\"b\\c\n"} 3"#))
        #expect(lines.contains("dr_clients 2.5"))
        #expect(lines.contains(#"dr_seconds_bucket{le="0.025"} 0"#))
        #expect(lines.contains(#"dr_seconds_bucket{le="0.05"} 1"#))
        #expect(lines.contains(#"dr_seconds_bucket{le="10"} 1"#))
        #expect(lines.contains(#"dr_seconds_bucket{le="+Inf"} 2"#))
        #expect(lines.contains("dr_seconds_count 2"))
    }

    @Test func oneMetricCannotFillTheMemory() {
        for number in 0..<MetricsRegistry.maximumSeries + 100 {
            Counter(label: "many", dimensions: [("n", "\(number)")], factory: registry).increment()
        }
        let lines = registry.text.split(separator: "\n").filter { $0.hasPrefix("many") }
        #expect(lines.count == MetricsRegistry.maximumSeries)
    }

    @Test func requestsAreCountedByRouteAndStatusAndNotByTheirPath() async throws {
        let log = try ReadingFixture()
        try await log.run("k1", .passed)
        let router = Router(context: APIContext.self)
        router.add(middleware: RequestMeasuring(registry))
        router.add(middleware: ErrorMiddleware())
        let hub = EventHub(
            log.store, clock: .system, metrics: registry, isRevoked: { _ in false })
        StreamRoutes(hub).add(to: router.group())
        MetaRoutes(log.store, log.service.views, registry).add(to: router.group())
        let text = try await Application(router: router).test(.router) { client in
            for id in 1...3 {
                _ = try await client.send(.get, "/api/testing/tests/\(id)/events")
            }
            #expect(try await client.send(.get, "/healthz").text == #"{"status":"ok"}"#)
            #expect(try await client.send(.get, "/readyz").text == #"{"status":"ready"}"#)
            return try await client.send(.get, "/metrics").text
        }
        let labels = #"method="GET",route="/api/testing/tests/{id}/events""#
        #expect(text.contains(#"dr_http_requests_total{\#(labels),status="401"} 3"#))
        #expect(text.contains("dr_http_request_duration_seconds_count{\(labels)} 3"))
        let head = try log.store.reader.head().position
        #expect(text.contains("dr_log_position \(head)\n"))
        #expect(text.contains("dr_tests_running 0\n"))
    }
}
