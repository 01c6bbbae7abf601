internal import ChaosToolkit
internal import Wire

/// Why a standalone proxy did not do as asked, or gave no answer.
struct FaultProxyCallError: Error, CustomStringConvertible {
    /// Of the answer; `nil` if there was none.
    let status: Int?
    let message: String

    var description: String { message }
}

/// Calls the HTTP API of a standalone proxy. The token appears in no error.
///
/// Calls end by themselves after two seconds: a lease lasts longer, so one that is renewed each
/// second survives a call that hangs.
struct FaultProxyClient: Sendable {
    static let timeout: Duration = .seconds(2)

    /// Without a slash at its end.
    let url: String
    private let token: String?
    private let sender: HTTPSender

    /// - Throws: `FaultProxyCallError` unless `url` is `http://` or `https://` and a host.
    init(url: String, token: String?) throws {
        let scheme = ["http://", "https://"].first { url.hasPrefix($0) }
        guard let scheme, url.utf8.count > scheme.utf8.count else {
            throw FaultProxyCallError(
                status: nil,
                message: "the address of a proxy's API is http:// or https://, a host and a port")
        }
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.token = token
        var settings = HTTPSender.Settings()
        settings.timeout = Self.timeout
        sender = HTTPSender(settings)
    }

    func shutdown() async { await sender.shutdown() }

    /// - Parameter path: with a slash before it; names in it are `escaped`.
    /// - Returns: whatever the proxy answers; a body that is not JSON is `null`.
    /// - Throws: `FaultProxyCallError` if it gives no answer.
    func call(
        _ method: String, _ path: String, _ body: JSONValue? = nil
    ) async throws -> (status: Int, body: JSONValue) {
        let answer = try await exchange(method, path, body)
        return (answer.status, answer.body)
    }

    /// What the API answers, and when that had arrived.
    struct Answer: Sendable {
        let status: Int
        let body: JSONValue
        let finished: ContinuousClock.Instant
    }

    func exchange(
        _ method: String, _ path: String, _ body: JSONValue? = nil
    ) async throws -> Answer {
        var request = HTTPSender.Request(method: method, url: url + path)
        request.headers = [("user-agent", SystemUnderTest.Agent.runner)]
        if let token { request.headers.append(("authorization", "Bearer \(token)")) }
        if let body {
            request.headers.append(("content-type", "application/json"))
            request.body = Array(body.text().utf8)
        }
        do throws(HTTPSender.Failure) {
            let answer = try await sender.send(request)
            return Answer(
                status: answer.status, body: (try? JSONValue(json: answer.body)) ?? .null,
                finished: answer.finished)
        } catch {
            throw FaultProxyCallError(
                status: nil, message: "the fault proxy at \(url) gives no answer: \(error)")
        }
    }

    /// The same, if the answer is a good one.
    ///
    /// - Throws: `FaultProxyCallError`, with what the proxy says.
    func demand(
        _ method: String, _ path: String, _ body: JSONValue? = nil
    ) async throws -> Answer {
        let answer = try await exchange(method, path, body)
        guard (200..<300).contains(answer.status) else {
            throw FaultProxyCallError(
                status: answer.status,
                message: "the fault proxy at \(url) refuses: \(words(of: answer))")
        }
        return answer
    }

    /// Why it refuses. Whoever listens there may repeat what it was sent.
    func words(of answer: Answer) -> String {
        let words = answer.body["error"]?.stringValue ?? "HTTP \(answer.status)"
        return token.map { words.replacing($0, with: "(hidden)") } ?? words
    }

    /// A name as one part of a path.
    static func escaped(_ name: String) -> String { PathText.escaped(name) }
}

/// Percent-encoding for paths of URLs.
enum PathText {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// As one part of a path: a slash is encoded too.
    static func escaped(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isPlain(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Part for part: slashes stay.
    static func escapedParts(_ text: String) -> String {
        text.split(separator: "/", omittingEmptySubsequences: false).map { escaped($0) }
            .joined(separator: "/")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }
}
