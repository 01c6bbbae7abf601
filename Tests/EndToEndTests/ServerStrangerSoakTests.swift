import Foundation
import Testing

/// Thousands of tokens that are none; 100,000 if `DR_SOAK` is set.
@Suite(.timeLimit(.minutes(15))) struct ServerStrangerSoakTests {
    private static let connections = Effort.count(60, soak: 2000)
    private static let requestsOfConnection = 50
    /// The header and the claims of a token, without a signature: `alg` is `none`.
    private static let unsigned =
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEiLCJyb2xlIjoiYWRtaW4ifQ."
    private static let mostGrowth = 32 << 20

    @Test func badTokensLeaveAtMostTwoEventsAMinute() async throws {
        let workspace = try Workspace()
        let server = try await StandaloneServer.start(in: workspace)
        // Another secret has signed it, with all else as it must be.
        let foreign = try await Workspace().token()
        #expect(try await server.get("/api/testing/history").status == 200)
        let before = try await workspace.events().count
        let memory = server.process.residentBytes
        let start = ContinuousClock.now
        let statuses = try await Self.visit(server.port, bearing: foreign)
        #expect(statuses.values.reduce(0, +) == Self.connections * Self.requestsOfConnection)
        #expect(Set(statuses.keys) == ["401", "429"])
        #expect(server.process.residentBytes - memory < Self.mostGrowth)
        // Who is known is served all the same, from the same address.
        #expect(try await server.get("/api/testing/history").status == 200)
        #expect(try await server.terminate().status == 0)
        let minutes = Int((ContinuousClock.now - start).components.seconds / 60)
        let events = try await workspace.events().dropFirst(before)
        // One at the end of each minute, and one at the end.
        #expect(events.count <= 2 + minutes, "\(events)")
        #expect(Set(events.map(\.name)) == ["refusals_summarized"], "\(events)")
        try await workspace.expectIntact()
    }

    /// - Returns: how many answers there were of each status.
    private static func visit(
        _ port: Int, bearing foreign: String
    ) async throws -> [String: Int] {
        try await onThread {
            var statuses: [String: Int] = [:]
            for number in 0..<connections {
                let connection = try LoopbackConnection(port: port)
                let tokens = ["none", unsigned, foreign, "a.b.\(number)"]
                for request in 1...requestsOfConnection {
                    let isLast = request == requestsOfConnection
                    connection.send(
                        """
                        GET /api/testing/history HTTP/1.1\r
                        Host: 127.0.0.1\r
                        Authorization: Bearer \(tokens[request % tokens.count])\r
                        Connection: \(isLast ? "close" : "keep-alive")\r
                        \r

                        """)
                }
                for answer in connection.rest().text.matches(of: #/HTTP/1\.1 (\d{3}) /#) {
                    statuses[String(answer.output.1), default: 0] += 1
                }
            }
            return statuses
        }
    }
}
