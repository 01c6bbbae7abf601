import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A dr-server that a test runs, and the calls of its API. It ends with the value's last copy.
struct StandaloneServer: Sendable {
    /// Runs of scenarios take less.
    private static let limit: Duration = .seconds(100)

    let process: RunningProgram
    let port: Int
    /// Of whoever calls.
    let token: String

    /// - Parameter token: `nil` for a new one of an administrator.
    static func start(
        in workspace: Workspace, token: String? = nil, environment: [String: String] = [:]
    ) async throws -> StandaloneServer {
        let process = try workspace.start(
            .server, ["serve", "--port", "0"], environment: environment)
        let address = try await process.address()
        let port = try #require(address.split(separator: ":").last.flatMap { Int($0) })
        let known: String
        if let token { known = token } else { known = try await workspace.token() }
        return StandaloneServer(process: process, port: port, token: known)
    }

    /// The same server, for somebody else.
    func with(token: String) -> StandaloneServer {
        StandaloneServer(process: process, port: port, token: token)
    }

    func get(_ path: String) async throws -> HTTPAnswer { try await call("GET", path) }

    func post(_ path: String, _ body: String = "") async throws -> HTTPAnswer {
        try await call("POST", path, body)
    }

    func call(_ method: String, _ path: String, _ body: String = "") async throws -> HTTPAnswer {
        let request = """
            \(method) \(path) HTTP/1.1\r
            Host: 127.0.0.1:\(port)\r
            Authorization: Bearer \(token)\r
            Connection: close\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            \r
            \(body)
            """
        let text = try await onThread { [port] in try Self.answer(to: request, port: port) }
        // That a server which is killed answers nothing is no finding by itself.
        guard let answer = HTTPAnswer(text) else {
            throw RunningProgram.Failure(
                description: "\(method) \(path) was answered: \(text.prefix(500))")
        }
        return answer
    }

    /// Also of a request that takes longer than the connection is patient.
    private static func answer(to request: String, port: Int) throws -> String {
        let connection = try LoopbackConnection(port: port)
        connection.send(request)
        let deadline = ContinuousClock.now + limit
        var text = ""
        while ContinuousClock.now < deadline {
            let (more, end) = connection.rest()
            text += more
            if end != .silence { break }
        }
        return text
    }

    /// Waits until a test has ended.
    ///
    /// - Returns: its row.
    func ending(ofTest id: Int) async throws -> JSON {
        let deadline = ContinuousClock.now + Self.limit
        while true {
            let answer = try await get("/api/testing/tests/\(id)")
            try #require(answer.status == 200, "\(answer)")
            let test = answer.body["data"]["test"]
            if test["end_time"] != .null { return test }
            try #require(ContinuousClock.now < deadline, "\(answer)")
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Makes a scenario.
    ///
    /// - Returns: its id.
    func createScenario(_ text: String) async throws -> Int {
        let text = try text.asJSON
        let answer = try await post("/api/testing/scenarios", "{\"scenario_text\": \(text)}")
        try #require(answer.status == 201, "\(answer)")
        return try #require(answer.body["data"]["id"].integer, "\(answer)")
    }

    /// - Returns: the id of the test.
    func execute(scenario: Int) async throws -> Int {
        let answer = try await post("/api/testing/execute", "{\"scenario_id\": \(scenario)}")
        try #require(answer.status == 202, "\(answer)")
        return try #require(answer.body["data"]["test_id"].integer, "\(answer)")
    }

    /// Ends it as a system does that is shut down.
    @discardableResult
    func terminate() async throws -> Finished {
        process.send(SIGTERM)
        return try await process.finish(within: .seconds(60))
    }

    /// Ends it as a power cut does.
    func kill() async throws {
        process.send(SIGKILL)
        try await process.finish(within: .seconds(10))
    }
}

extension Workspace {
    /// A token for the servers of this data directory.
    func token(role: String = "admin", subject: String = "ada") async throws -> String {
        let made = try await run(.server, ["token", "--role", role, "--subject", subject])
        try #require(made.status == 0, "\(made)")
        return try #require(made.lines.first)
    }
}

extension RunningProgram {
    /// The URL that a server says it listens on, once it does.
    func address() async throws -> String {
        let deadline = ContinuousClock.now + .seconds(40)
        while true {
            let hasEnded = !isRunning
            // The last line may not be whole.
            for line in text.components(separatedBy: "\n").dropLast() {
                if let range = line.firstRange(of: "listening on http") {
                    return String(line[range.lowerBound...].dropFirst("listening on ".count))
                }
            }
            if hasEnded || ContinuousClock.now > deadline {
                throw Failure(description: "it does not listen:\n\(text)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

extension JSON {
    var integer: Int? { double.flatMap { Int(exactly: $0) } }
}

extension String {
    /// As a JSON string.
    var asJSON: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }
}
