internal import DRTesting
internal import FaultProxy
internal import FoundationEssentials
internal import ResilientStorage

/// Prerequisites that are tried out beside the storage system.
extension Drill {
    /// The incident of the alert that only shows whether alerts arrive.
    static let testIncident = "dr-testing-alert"

    /// With a breaker set up as that of the storage system.
    func openInDryRun(_ system: SystemUnderTest) async throws -> String {
        // It stays open for as long as it is looked at.
        let plan = SystemPlan(
            breakerOpenFor: .seconds(60), breakerFailures: request.scenario.system.breakerFailures)
        return try await BreakerDryRun(
            breaker: StoreParts.breaker(plan), directory: directory + "/dry-run-breaker",
            configuration: system.primary.storeConfiguration
        ).run()
    }

    /// The store says that it has a sample; the proxy says whether anybody has asked.
    func awaitHealthSample(_ system: SystemUnderTest) async throws -> String {
        let limit = Health.Configuration().interval * 2
        let deadline = ContinuousClock.now + .seconds(5)
        var seen = ""
        while ContinuousClock.now < deadline {
            let requests = try await system.primary.proxy.requests(
                of: SystemUnderTest.Agent.health, since: .now - limit, until: nil, methods: nil)
            seen = "\(requests.counted("health check")) at the proxy"
            if requests > 0, let sample = await system.store.selfReport.lastHealthSample {
                let age = max(ContinuousClock.now - sample, .zero)
                if age < limit { return "a sample is \(age.words) old; \(seen)" }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw RunnerError(
            .internal, "no sample came that is younger than \(limit.words); \(seen)")
    }

    /// Sends it as the storage system sends its alerts, to the same receiver.
    func sendTestAlert(_ system: SystemUnderTest) async throws -> String {
        guard let receiver = system.receiver else {
            throw RunnerError.notOffered("a place for the notices of the service: 'notices'")
        }
        let webhook = WebhookNotifier(url: receiver.url)
        let notice = Notice(
            incident: Self.testIncident, kind: .performanceAlert,
            message: "Only a test: nothing is wrong.", time: Date())
        do {
            try await request.sabotage.wrap(webhook).send(notice)
        } catch {
            try? await webhook.shutdown()
            throw error
        }
        try? await webhook.shutdown()
        let deadline = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < deadline {
            if receiver.received.contains(where: { $0.notice.incident == notice.incident }) {
                return "a test alert was received"
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw RunnerError(.internal, "a test alert was sent, and none was received")
    }
}
