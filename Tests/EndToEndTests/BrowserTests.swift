import Foundation
import Testing

/// The dashboard in a real browser: `browser.py` is who sits before it.
@Suite(
    .enabled(if: Python.isThere, "\(Python.missing)"),
    .enabled(if: Chromium.isThere, "There is no \(Chromium.path)."), .timeLimit(.minutes(5)))
struct BrowserTests {
    /// No markup, and with a word for which a narrow page has no room.
    private static let name =
        "Outage <img src=x onerror=alert(1)> " + String(repeating: "x", count: 70)

    /// Slow enough to be watched, and patient: the browser is busy on the same machine.
    private static let scenario = """
        name: \(name)
        type: full_outage
        description: The storage refuses everything for some seconds.
        workload:
          writes_per_second: 20
          reads_per_second: 20
          object_bytes: 256
          steady_for: 1s
          stable_for: 3s
        steps:
          - name: Refuse everything
            component: storage
            required: true
            action:
              inject_fault: {name: outage, kind: refuse}
            expect:
              - observe: proxy.passed_during_fault
                equals: 0
          - name: Hold on
            component: storage
            action:
              wait: {for: 2s}
            expect:
              - observe: proxy.passed_during_fault
                equals: 0
          - name: Lift it
            component: storage
            required: true
            action:
              lift_fault: {name: outage}
            expect:
              - observe: fault.ended_by
                equals: lifted
              - observe: workload.restored
                equals: true
                within: 1min

        """

    @Test func theDashboardDoesInABrowserWhatItPromises() async throws {
        let workspace = try Workspace()
        let scenario = try workspace.write(Self.scenario, to: "scenario.yaml")
        // The browser takes what another drill would.
        try await inDrillPlace(alone: true) {
            let server = try await StandaloneServer.start(in: workspace)
            let token = try workspace.write(server.token, to: "token")
            let browser = try await Python.run(
                "EndToEndTests/browser.py",
                ["http://127.0.0.1:\(server.port)", token, scenario, Chromium.path],
                within: .seconds(200), in: workspace)
            #expect(browser.status == 0, "\(browser)\n\(server.process.text.suffix(2000))")
            #expect(try await server.terminate().status == 0)
        }
        try await workspace.expectIntact()
    }
}

/// The browser of the system.
private enum Chromium {
    static let path = "/usr/bin/chromium"

    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }
}
