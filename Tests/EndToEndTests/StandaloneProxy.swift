import Foundation
import Testing

/// A fault-proxy that a test runs, and the calls of its API. It ends with the value's last copy.
struct StandaloneProxy: Sendable {
    let process: RunningProgram
    /// Of its API.
    let port: Int

    /// - Parameter workspace: where its output goes.
    static func start(in workspace: Workspace) async throws -> StandaloneProxy {
        let process = try workspace.start(.proxy, ["--listen", "127.0.0.1:0"])
        let start = "fault-proxy listens on http://127.0.0.1:"
        try await process.wait(forLine: start)
        let line = process.output.split(separator: "\n").first { $0.hasPrefix(start) }
        let port = line.flatMap { Int($0.dropFirst(start.count)) }
        return StandaloneProxy(process: process, port: try #require(port, "\(process.text)"))
    }

    /// Makes a proxy before a port of this machine.
    ///
    /// - Returns: the port on which it listens.
    func create(
        _ name: String, before upstream: Int, speaking language: String
    ) async throws -> Int {
        let answer = try await call(
            "POST", "/proxies",
            """
            {"name": "\(name)", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:\(upstream)",
             "speaks": "\(language)"}
            """)
        try #require(answer.status == 201, "\(answer)")
        let port = answer.body["listen"].text?.split(separator: ":").last.flatMap { Int($0) }
        return try #require(port, "\(answer)")
    }

    func call(_ method: String, _ path: String, _ body: String = "") async throws -> HTTPAnswer {
        let request = """
            \(method) \(path) HTTP/1.1\r
            Host: 127.0.0.1:\(port)\r
            Connection: close\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            \r
            \(body)
            """
        let text = try await onThread { [port] in
            let connection = try LoopbackConnection(port: port)
            connection.send(request)
            return connection.rest().text
        }
        return try #require(HTTPAnswer(text), "\(method) \(path) was answered: \(text.prefix(500))")
    }
}

extension RunningProgram {
    /// How much of the memory it has.
    var residentBytes: Int {
        let status = FileManager.default.contents(atPath: "/proc/\(pid)/status") ?? Data()
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix("VmRSS:")
        }
        let words = line?.split { $0 == " " || $0 == "\t" } ?? []
        return (words.count > 1 ? Int(words[1]) ?? 0 : 0) * 1024
    }

    /// Its open files, connections among them.
    var descriptors: Int {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")
        return names?.count ?? 0
    }

    /// How many open files it has when that has not changed for a while.
    func descriptorsAtRest() async throws -> Int {
        var (count, since) = (descriptors, ContinuousClock.now)
        while ContinuousClock.now - since < .milliseconds(300) {
            try await Task.sleep(for: .milliseconds(20))
            if descriptors != count { (count, since) = (descriptors, .now) }
        }
        return count
    }

    /// Waits until it has no more open files than so many.
    ///
    /// - Returns: how many it has, then or when it had time enough.
    func descriptors(
        downTo count: Int, within limit: Duration = .seconds(20)
    ) async throws -> Int {
        let deadline = ContinuousClock.now + limit
        while descriptors > count, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
        }
        return descriptors
    }
}
