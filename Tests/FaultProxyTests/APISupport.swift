import Foundation
import Testing

@testable import FaultProxy

/// An API over proxies of its own.
struct ProxyAPI: Sendable {
    let registry: ProxyRegistry
    let api: ControlAPI
    /// What it told of, line by line.
    let reports: Recorder<String>

    /// - Parameter request: method and target, as `GET /proxies`.
    func call(_ request: String, _ body: String = "") async throws -> ControlResponse {
        let words = request.split(separator: " ").map { String($0) }
        let request = try #require(
            ControlRequest(method: words[0], target: words[1], body: Array(body.utf8)))
        return await api.respond(to: request)
    }

    /// Calls, and expects success.
    @discardableResult
    func done(
        _ request: String, _ body: String = "", _ location: SourceLocation = #_sourceLocation
    ) async throws -> JSON {
        let response = try await call(request, body)
        #expect(
            (200..<300).contains(response.status), "\(request): \(response.text)",
            sourceLocation: location)
        return response.body.isEmpty ? .null : try JSONReader.value(of: response.body)
    }

    /// Makes a proxy that listens on a port of the system's choice.
    ///
    /// - Returns: the port.
    @discardableResult
    func create(
        _ name: String = "p", upstream: String = "127.0.0.1:9", speaks: String = "tcp"
    ) async throws -> Int {
        let proxy = try await done(
            "POST /proxies",
            #"{"name":"\#(name)","upstream":"\#(upstream)","listen":"127.0.0.1:0","#
                + #""speaks":"\#(speaks)"}"#)
        return try #require(ListenAddress(proxy["listen"].string)).port
    }
}

/// Runs an API for as long as `body` runs.
func withAPI(
    defaultLease: Duration? = nil, token: String? = nil, hasMetrics: Bool = false,
    _ body: (ProxyAPI) async throws -> Void
) async throws {
    let reports = Recorder<String>()
    var options = ProxyRegistry.Options()
    options.seed = 1
    options.defaultLease = defaultLease
    options.report = { reports.add($0) }
    let registry = ProxyRegistry(options)
    let api = ControlAPI(
        registry: registry, token: token, hasMetrics: hasMetrics, version: "0.1.0")
    do {
        try await body(ProxyAPI(registry: registry, api: api, reports: reports))
    } catch {
        await registry.stop()
        throw error
    }
    await registry.stop()
}

extension ControlResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// What a test looks up in an answer; what is not there is `null`, empty or 0.
extension JSON {
    subscript(name: String) -> JSON {
        guard case .object(let members) = self else { return .null }
        return members.first { $0.name == name }?.value ?? .null
    }

    var names: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.name)
    }

    var elements: [JSON] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    var string: String {
        guard case .string(let text) = self else { return "" }
        return text
    }

    var int: Int {
        guard case .number(let text) = self else { return 0 }
        return Int(text) ?? 0
    }
}

/// What came back over a connection.
struct RawAnswer: Sendable, CustomStringConvertible {
    let status: Int
    /// Names in lower case.
    let headers: [String: String]
    let body: String
    let description: String

    /// - Parameter text: a whole answer, and nothing after it.
    init?(_ text: String) {
        description = text
        let parts = text.components(separatedBy: "\r\n\r\n")
        var lines = parts[0].components(separatedBy: "\r\n")
        let words = lines.removeFirst().split(separator: " ")
        guard parts.count > 1, words.count > 1, let status = Int(words[1]) else { return nil }
        self.status = status
        body = parts.dropFirst().joined(separator: "\r\n\r\n")
        var headers: [String: String] = [:]
        for line in lines {
            let sides = line.split(separator: ":", maxSplits: 1).map(String.init)
            headers[sides[0].lowercased()] = sides.last?.trimmingCharacters(in: .whitespaces)
        }
        self.headers = headers
    }
}

/// Sends a request on a connection of its own, and reads the answer to its end.
///
/// - Parameter request: method and target, as `GET /proxies`.
func exchange(
    _ request: String, port: Int, headers: [String] = [], body: String = ""
) async throws -> RawAnswer {
    let connection = try #require(RawConnection(port: port))
    let fields =
        ["Host: 127.0.0.1", "Connection: close", "Content-Length: \(body.utf8.count)"] + headers
    connection.send("\(request) HTTP/1.1\r\n\(fields.joined(separator: "\r\n"))\r\n\r\n\(body)")
    return try #require(RawAnswer(await connection.rest().text))
}
