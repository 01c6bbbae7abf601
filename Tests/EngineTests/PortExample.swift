import DRTesting
import Engine

/// What the page about scenarios of one's own shows, word for word.
func portRequest(_ text: String, on network: PortNetwork) throws -> RunRequest {
    // The page from here on.
    var extensions = ScenarioExtensions()
    extensions.register(
        CustomAction(
            name: "unplug_port", parameters: ["port"],
            undo: { _, parameters in try await network.enable(parameters["port"]) }
        ) { context, parameters in
            await context.log("a port is unplugged")
            try await network.disable(parameters["port"])
        })
    extensions.register(
        CustomObservation(
            name: "network.ports_down", source: .receiver,
            meaning: "ports that the monitoring of the network reports as down"
        ) { _ in
            Observation(.number(Double(try await network.portsDown())))
        })

    let scenario = try ScenarioReader.read(text, file: "ports.yaml", extensions: extensions)
    var request = RunRequest(scenario: scenario, scenarioText: text, seed: 1)
    request.extensions = extensions
    // The page up to here.
    return request
}
