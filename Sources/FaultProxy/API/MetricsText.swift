/// What the proxies have done, as Prometheus reads it: Toxiproxy's metrics, and ours.
struct MetricsText: Sendable {
    fileprivate struct Sample {
        let labels: [(name: String, value: String)]
        let value: Int
    }

    fileprivate struct Reading {
        let name: String
        let listener: String
        let upstream: String
        let bytes: ByteCounts
        let counts: ProxyCounts
        let faults: Int
    }

    let text: String

    init(_ registry: ProxyRegistry, version: String) async {
        var readings: [Reading] = []
        for proxy in await registry.all {
            let (server, description) = (await proxy.server, await proxy.description)
            let faults = await server?.faultsInForce ?? 0
            readings.append(
                Reading(
                    name: proxy.name, listener: description.listen, upstream: description.upstream,
                    bytes: server?.bytes ?? ByteCounts(),
                    counts: server?.counts(of: nil) ?? ProxyCounts(),
                    faults: faults))
        }
        text = Self.text(of: readings, version: version)
    }

    private static func text(of readings: [Reading], version: String) -> String {
        let received = readings.flatMap { reading in
            [
                reading.sample("upstream", reading.bytes.receivedFromClients),
                reading.sample("downstream", reading.bytes.receivedFromUpstream),
            ]
        }
        let sent = readings.flatMap { reading in
            [
                reading.sample("upstream", reading.bytes.sentToUpstream),
                reading.sample("downstream", reading.bytes.sentToClients),
            ]
        }
        let build = Sample(labels: [("version", version)], value: 1)
        var text = family("fault_proxy_build_info", "gauge", "The version that runs.", [build])
        text += family(
            "fault_proxy_connections_total", "counter", "Connections of clients.",
            readings.map { $0.sample($0.counts.connections) })
        text += family(
            "fault_proxy_faulted_total", "counter", "Requests that a fault has struck.",
            readings.map { $0.sample($0.counts.faulted) })
        text += family(
            "fault_proxy_faults_in_force", "gauge", "Faults that hold now.",
            readings.map { $0.sample($0.faults) })
        text += family(
            "fault_proxy_requests_total", "counter", "Requests of clients.",
            readings.map { $0.sample($0.counts.requests) })
        text += family(
            "toxiproxy_proxy_received_bytes_total", "counter", "Bytes received on a stream.",
            received)
        text += family(
            "toxiproxy_proxy_sent_bytes_total", "counter", "Bytes sent on a stream.", sent)
        return text
    }

    private static func family(
        _ name: String, _ type: String, _ help: String, _ samples: [Sample]
    ) -> String {
        let lines = samples.map { sample in
            let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value))\"" }
            return "\(name){\(labels.joined(separator: ","))} \(sample.value)\n"
        }
        return "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n" + lines.joined()
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
    }
}

extension MetricsText.Reading {
    fileprivate func sample(_ value: Int) -> MetricsText.Sample {
        MetricsText.Sample(labels: [("proxy", name)], value: value)
    }

    fileprivate func sample(_ direction: String, _ bytes: Int) -> MetricsText.Sample {
        MetricsText.Sample(
            labels: [
                ("direction", direction), ("listener", listener), ("proxy", name),
                ("upstream", upstream),
            ], value: bytes)
    }
}
