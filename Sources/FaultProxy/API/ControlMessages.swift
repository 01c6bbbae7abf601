internal import Foundation

/// A request to the API.
struct ControlRequest: Sendable {
    let method: String
    /// The parts between the slashes of the path, decoded: a name may have a slash as `%2F`.
    let path: [String]
    /// The last value of each name.
    let query: [String: String]
    let agent: String
    let authorization: String?
    let body: [UInt8]

    /// - Parameter target: path and query, as sent.
    /// - Returns: `nil` if the path is not encoded as it should be.
    init?(
        method: String, target: String, agent: String = "", authorization: String? = nil,
        body: [UInt8] = []
    ) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path: [String] = []
        for word in parts[0].split(separator: "/", omittingEmptySubsequences: false) {
            guard let part = String(word).removingPercentEncoding else { return nil }
            path.append(part)
        }
        (self.method, self.path, self.agent) = (method, path, agent)
        (self.authorization, self.body) = (authorization, body)
        query = parts.count > 1 ? Self.query(parts[1]) : [:]
    }

    private static func query(_ text: Substring) -> [String: String] {
        var values: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let words = sides.map { side -> String in
                let text = side.replacing("+", with: " ")
                return text.removingPercentEncoding ?? String(text)
            }
            values[words[0]] = words.count > 1 ? words[1] : ""
        }
        return values
    }

    /// - Throws: if it is not a number.
    func number(_ name: String) throws(ControlError) -> Int64? {
        guard let text = query[name] else { return nil }
        guard let number = Int64(text), (0..<1 << 62).contains(number) else {
            throw ControlError(400, "\(name) is '\(text)'; accepted: a whole number")
        }
        return number
    }

    /// The value of the body, as JSON.
    var json: JSON {
        get throws(JSONError) { try JSONReader.value(of: body) }
    }
}

/// What the API answers.
struct ControlResponse: Equatable, Sendable {
    let status: Int
    /// Without `Content-Length`.
    private(set) var headers: [String: String] = [:]
    private(set) var body: [UInt8] = []

    init(status: Int) { self.status = status }

    init(_ json: JSON, status: Int = 200) {
        self.init(status: status)
        headers["Content-Type"] = "application/json"
        body = json.bytes
    }

    init(_ text: String, type: String, status: Int = 200) {
        self.init(status: status)
        headers["Content-Type"] = type
        body = Array(text.utf8)
    }

    /// As Go's `http.Error` says it: JSON, and called plain text.
    init(_ error: ControlError) {
        self.init(
            "\(String(decoding: error.body.bytes, as: UTF8.self))\n", type: Self.plain,
            status: error.status)
        headers["X-Content-Type-Options"] = "nosniff"
        if error.status == 401 { headers["WWW-Authenticate"] = "Bearer" }
    }

    private static let plain = "text/plain; charset=utf-8"

    static let noContent = ControlResponse(status: 204)

    static let methodNotAllowed = ControlResponse(status: 405)

    static let pageNotFound = text("404 page not found", status: 404)

    static let agentNotAllowed = text("User agent not allowed", status: 403)

    /// What Go answers when its patience ends.
    static let timeout = ControlResponse(
        "<html><head><title>Timeout</title></head><body><h1>Timeout</h1></body></html>",
        type: "text/html; charset=utf-8", status: 503)

    private static func text(_ text: String, status: Int) -> ControlResponse {
        ControlResponse("\(text)\n", type: plain, status: status)
            .with("X-Content-Type-Options", "nosniff")
    }

    func with(_ name: String, _ value: String) -> ControlResponse {
        var response = self
        response.headers[name] = value
        return response
    }
}
