internal import FoundationEssentials
internal import ResilientStorage

/// Asks a service what a run on it would rely on: that it can be read from, and the states that it
/// shows. Nothing is written.
struct ServiceCheck: Sendable {
    private static let check = "service"

    private let settings: ServiceSettings

    init(_ settings: ServiceSettings) { self.settings = settings }

    func findings() async -> [Finding] {
        let keys = DrillKeys(runKey: "doctor")
        let service: HTTPService
        do {
            service = try HTTPService(settings, keys: keys, rate: 1, observer: { _ in })
        } catch {
            return [problem("\(settings.url): \(error)")]
        }
        var findings = [await read(keys.prefix + UUID().uuidString, from: service)]
        if findings.allSatisfy({ $0.level == .ok }) { findings += states(await service.selfReport) }
        await service.shutdown()
        return findings
    }

    /// Who says that an object is not there can be reached, and takes the headers of the target.
    private func read(_ key: String, from service: HTTPService) async -> Finding {
        let url = settings.url
        switch await service.get(key) {
        case .served(.none, _):
            return Finding(.ok, Self.check, "\(url) answers that an object is not there")
        case .served(.some, _): return problem("\(url) gives an object that nobody has put there")
        case .refused(let reason, _): return problem("\(url) refuses a read: \(reason)")
        case .deferred: return problem("\(url) defers a read")
        case .failed(let error), .indeterminate(let error): return problem("\(url): \(error)")
        }
    }

    // MARK: States

    private func states(_ report: SelfReport) -> [Finding] {
        let readings = settings.readings
        let states = [
            state("breaker", readings.breaker, report.breaker?.rawValue),
            state("health", readings.health, report.health?.rawValue),
            state("queue", readings.queue, report.queueDepth.map { "\($0) waiting" }),
            state("failover", readings.failover, report.failover?.rawValue),
        ]
        return states.compactMap(\.self)
    }

    /// - Returns: `nil` if the target does not say where it can be read.
    private func state<State: Sendable>(
        _ name: String, _ reading: ServiceSettings.Reading<State>?, _ word: String?
    ) -> Finding? {
        guard let reading else { return nil }
        guard let word else {
            return problem(
                "its \(name) cannot be read: \(settings.url)\(reading.path) has nothing at "
                    + "\(reading.json), or a word that the target does not name")
        }
        return Finding(.ok, Self.check, "\(name): \(word)")
    }

    private func problem(_ text: String) -> Finding { Finding(.problem, Self.check, text) }
}
