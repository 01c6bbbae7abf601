import Foundation
import Testing

/// The server does what its description says: `contract.py` holds it to that, with Schemathesis as
/// it comes from PyPI.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(5)))
struct SchemathesisSoakTests {
    @Test func everythingIsAnsweredAsItIsDescribed() async throws {
        let workspace = try Workspace()
        // It asks for what is not so: only a drill that fails has a finding and an alert.
        let scenario = try workspace.write(Sample.scenario(requests: 1), to: "scenario.yaml")
        let examples = Effort.count(5, soak: 100)
        try await inDrillPlace {
            let server = try await StandaloneServer.start(in: workspace)
            let token = try workspace.write(server.token, to: "token")
            let contract = try await Python.run(
                "EndToEndTests/contract.py",
                [
                    "http://127.0.0.1:\(server.port)", token, scenario, workspace.folder,
                    "\(examples)", "\(Seed.value)",
                ],
                within: .seconds(280), in: workspace)
            #expect(contract.status == 0, "\(contract)\n\(server.process.text.suffix(2000))")
            #expect(contract.output.hasSuffix(" operations are as described\n"), "\(contract)")
            #expect(try await server.terminate().status == 0)
        }
        try await workspace.expectIntact()
    }
}
