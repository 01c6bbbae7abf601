internal import ChaosToolkit
internal import DRTesting
internal import ResilientStorage
internal import Wire

/// Reads the states that a service shows in JSON documents.
struct ServiceStates: Sendable {
    /// A service that takes longer to say how it is says nothing.
    private static let timeout: Duration = .seconds(1)

    private let settings: ServiceSettings
    private let paths: [String: JSONPath]
    private let sender: HTTPSender

    init(_ settings: ServiceSettings) throws {
        self.settings = settings
        let readings = settings.readings
        let texts = [
            readings.breaker?.json, readings.health?.json, readings.queue?.json,
            readings.failover?.json,
        ].compactMap(\.self)
        paths = Dictionary(
            try texts.map { ($0, try JSONPath($0)) }, uniquingKeysWith: { first, _ in first })
        var options = HTTPSender.Settings()
        options.timeout = min(settings.timeout, Self.timeout)
        sender = HTTPSender(options)
    }

    func shutdown() async { await sender.shutdown() }

    /// What cannot be read is not known.
    func look() async -> StateChanges.Look {
        let sent = ContinuousClock.now
        var answered = sent
        var documents: [String: JSONValue] = [:]
        await withTaskGroup(of: (String, JSONValue, ContinuousClock.Instant)?.self) { group in
            for path in settings.readings.paths { group.addTask { await self.document(path) } }
            for await case let (path, document, finished)? in group {
                documents[path] = document
                answered = max(answered, finished)
            }
        }
        var report = SelfReport()
        let readings = settings.readings
        report.breaker = readings.breaker.flatMap { state($0, in: documents) }
        report.health = readings.health.flatMap { state($0, in: documents) }
        report.failover = readings.failover.flatMap { state($0, in: documents) }
        report.queueDepth = readings.queue.flatMap { value($0, in: documents)?.intValue }
        if report.health != nil { report.lastHealthSample = answered }
        return StateChanges.Look(report: report, sent: sent, answered: answered)
    }

    private func document(
        _ path: String
    ) async -> (String, JSONValue, ContinuousClock.Instant)? {
        let request = HTTPSender.Request(
            url: settings.url + path, headers: settings.commonHeaders)
        // Some say with a 503 that they are not well.
        guard let answer = try? await sender.send(request),
            let document = try? JSONValue(json: answer.body)
        else { return nil }
        return (path, document, answer.finished)
    }

    private func value<State>(
        _ reading: ServiceSettings.Reading<State>, in documents: [String: JSONValue]
    ) -> JSONValue? {
        guard let document = documents[reading.path], let path = paths[reading.json] else {
            return nil
        }
        return path.matches(document).first
    }

    private func state<State>(
        _ reading: ServiceSettings.Reading<State>, in documents: [String: JSONValue]
    ) -> State? {
        guard let value = value(reading, in: documents) else { return nil }
        return reading.states[value.stringValue ?? value.text()]
    }
}
