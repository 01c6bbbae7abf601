internal import ChaosToolkit

/// Reads the states of a service that a run on it would look at.
struct ServiceCheck: Sendable {
    private let settings: ServiceSettings

    init(_ settings: ServiceSettings) { self.settings = settings }

    func findings() async -> [Finding] {
        var settings = HTTPSender.Settings()
        settings.timeout = self.settings.timeout
        let sender = HTTPSender(settings)
        var findings: [Finding] = []
        for path in self.settings.readings.paths {
            findings.append(await examine(path, sender))
        }
        await sender.shutdown()
        return findings
    }

    private func examine(_ path: String, _ sender: HTTPSender) async -> Finding {
        let url = settings.url + path
        var request = HTTPSender.Request(method: "GET", url: url)
        request.headers = settings.headers.map { ($0.name, $0.value.value) }
        do throws(HTTPSender.Failure) {
            let answer = try await sender.send(request)
            guard answer.status == 200, (try? JSONValue(json: answer.body)) != nil else {
                return Finding(
                    .problem, "service", "\(url) answers \(answer.status), and no JSON document")
            }
            return Finding(.ok, "service", "\(url) gives its states")
        } catch {
            return Finding(.problem, "service", "\(url): \(error)")
        }
    }
}
