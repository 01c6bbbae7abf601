import Foundation
import Testing

/// Thousands of connections in turn to the running fault-proxy; 100,000 if `DR_SOAK` is set.
@Suite(.timeLimit(.minutes(15))) struct HostileProxySoakTests {
    private static let warmUp = Effort.count(500, soak: 10_000)
    private static let visits = Effort.count(2000, soak: 100_000)
    /// What is known of the last requests takes some.
    private static let mostGrowth = 32 << 20

    @Test func connectionsInTurnLeaveNothingBehind() async throws {
        let proxy = try await BesiegedProxy()
        try await Self.visit(proxy, times: Self.warmUp)
        let before = proxy.program.process.residentBytes
        try await Self.visit(proxy, times: Self.visits)
        let growth = proxy.program.process.residentBytes - before
        print("\(Self.visits) connections in turn: \(growth) bytes more")
        #expect(growth < Self.mostGrowth)
        try await proxy.expectUnharmed()
    }

    /// Some ask and get an answer, some go away or break off before.
    private static func visit(_ proxy: BesiegedProxy, times: Int) async throws {
        let unanswered = try await onThread { () -> Int in
            var unanswered = 0
            for number in 0..<times {
                switch number % 5 {
                case 0: try LoopbackConnection(port: proxy.tcp).send("x")
                case 1: unanswered += try Self.isAnswered(proxy.http) ? 0 : 1
                case 2: try LoopbackConnection(port: proxy.http).send([0x16, 3, 1])
                case 3: unanswered += try Self.isAnswered(proxy.program.port) ? 0 : 1
                default:
                    let connection = try LoopbackConnection(port: proxy.tcp)
                    connection.resetAtEnd()
                    connection.send("GET")
                }
            }
            return unanswered
        }
        #expect(unanswered == 0)
    }

    private static func isAnswered(_ port: Int) throws -> Bool {
        let connection = try LoopbackConnection(port: port)
        connection.send(BesiegedProxy.question)
        return connection.rest().text.hasPrefix("HTTP/1.1 200 ")
    }
}
