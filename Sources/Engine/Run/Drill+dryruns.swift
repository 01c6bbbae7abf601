internal import DRTesting
internal import FoundationEssentials
internal import ResilientStorage

/// Prerequisites that are tried out beside the storage system.
extension Drill {
    /// The incident of the alert that only shows whether alerts arrive.
    static let testIncident = "dr-testing-alert"
    /// The failed call that opens the breaker.
    private static let failureThreshold = 3

    /// A breaker set up as that of the storage system meets failed calls.
    func openInDryRun() throws -> String {
        var breaker = StoreParts.breaker(request.scenario.system)
        let now = ContinuousClock.now
        for number in 1...Self.failureThreshold {
            let (admission, _) = breaker.admit(at: now)
            _ = breaker.failed(admission, at: now)
            let isOpen = breaker.state == .open
            guard isOpen == (number == Self.failureThreshold) else {
                throw RunnerError(
                    .internal, "\(breaker.state.rawValue) after \(number.counted("failed call"))")
            }
        }
        return "open after the third failed call, and closed after the second"
    }

    func awaitHealthSample(_ system: SystemUnderTest) async throws -> String {
        let limit = Health.Configuration().interval * 2
        let deadline = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < deadline {
            if let sample = await system.store.lastHealthSample {
                let age = max(ContinuousClock.now - sample, .zero)
                if age < limit { return "a sample is \(age.words) old" }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw RunnerError(.internal, "no sample came that is younger than \(limit.words)")
    }

    /// Sends it as the storage system sends its alerts, to the same receiver.
    func sendTestAlert(_ system: SystemUnderTest) async throws -> String {
        let webhook = WebhookNotifier(url: system.receiver.url)
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
            if system.receiver.received.contains(where: { $0.notice.incident == notice.incident }) {
                return "a test alert was received"
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw RunnerError(.internal, "a test alert was sent, and none was received")
    }
}
