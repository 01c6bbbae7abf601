internal import CoreMetrics
internal import EventLog
internal import Projections

/// What is counted as it happens, and what is looked up when somebody asks.
struct ServerMetrics: Sendable {
    /// No test that runs began so many events ago: each ends by its time limit.
    private static let reach: UInt64 = 1_000_000
    /// More tests do not run at once.
    private static let maximumRunning = 1000

    private let store: EventStore
    private let views: ViewStore
    private let registry: MetricsRegistry
    private let position: Meter
    private let running: Meter

    init(_ store: EventStore, _ views: ViewStore, _ registry: MetricsRegistry) {
        (self.store, self.views, self.registry) = (store, views, registry)
        position = Meter(label: "dr_log_position", factory: registry)
        running = Meter(label: "dr_tests_running", factory: registry)
    }

    /// In the text format of Prometheus.
    func text() async throws -> String {
        let (head, count) = try await store.read { [views] reader in
            let head = try reader.head().position
            return (head, try Self.running(views, at: head))
        }
        position.set(head)
        running.set(count)
        return registry.text
    }

    /// How many tests have been asked for and have not ended.
    private static func running(_ views: ViewStore, at head: UInt64) throws -> Int {
        var filter = RowFilter()
        filter.require("status", oneOf: ["pending", "running"])
        try views.catchUp(TestsView.self)
        let page = try views.page(
            of: TestsView.self, limit: maximumRunning, newestFirst: true, where: filter,
            from: head > reach ? head - reach : 0)
        return page.rows.count
    }
}
