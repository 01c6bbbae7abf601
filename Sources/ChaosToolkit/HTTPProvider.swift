public import Wire

/// A call over HTTP.
public struct HTTPProvider: Equatable, Sendable {
    public let url: String
    public let method: String
    public let headers: JSONObject?
    public internal(set) var arguments: JSONValue?
    /// Seconds, or a list of those to connect and those between two parts of the answer, or a name.
    public let timeout: JSONValue?
    public let isVerifyingTLS: Bool
    /// How often a connection that cannot be made is tried again.
    public let retries: Int

    /// With these a service has done nothing, but says where the request is to be sent instead.
    /// With 302 and 303 those send people on who have done something.
    public static let elsewhere: Set<Int> = [301, 307, 308]

    /// The request with everything put in, encoded as Python's `requests` does.
    public func request(
        substituting substitution: Substitution
    ) throws(ActivityError) -> HTTPRequest {
        guard case .string(let address) = substitution.apply(.string(url)) else {
            throw ActivityError("the address is not a text")
        }
        let filled = arguments.map { substitution.isEmpty ? $0 : substitution.apply($0) }
        let given = filled.flatMap { $0.isTrue ? $0 : nil }
        var headers = filledHeaders(substitution)
        let (connect, read) = try times(substitution)
        var body: [UInt8]?
        var target = address
        if method == "GET" {
            if let given {
                target = Self.adding(query: try FormEncoding.text(of: given), to: target)
            }
        } else if headers.contains(where: { $0 == .json }) {
            if let filled, !filled.isNull { body = Array(filled.text(isASCII: true).utf8) }
        } else if let given {
            body = Array(try FormEncoding.text(of: given).utf8)
            let isTyped = headers.contains { $0.name.lowercased() == "content-type" }
            if given.stringValue == nil, !isTyped { headers.append(.form) }
        }
        return HTTPRequest(
            method: method, url: target.percentEncoded(leaving: "!#$%&'()*+,/:;=?@[]"),
            headers: headers, body: body, connectTimeout: connect, readTimeout: read,
            isVerifyingTLS: isVerifyingTLS, retries: retries)
    }

    private func filledHeaders(_ substitution: Substitution) -> [HTTPHeader] {
        let filled = substitution.apply(.object(headers ?? JSONObject())).objectValue
        return (filled?.members ?? []).compactMap { member in
            if member.value.isNull { return nil }
            return HTTPHeader(name: member.key, value: member.value.pythonString)
        }
    }

    private func times(
        _ substitution: Substitution
    ) throws(ActivityError) -> (connect: Duration?, read: Duration?) {
        let value = timeout.map { substitution.apply($0) }
        func duration(_ value: JSONValue?) throws(ActivityError) -> Duration? {
            guard let value, !value.isNull else { return nil }
            guard let number = value.doubleValue ?? value.stringValue.flatMap({ Double($0) }),
                number > 0, number <= 86_400
            else {
                throw ActivityError("a timeout has to be a number of seconds")
            }
            return .seconds(number)
        }
        guard case .array(let parts)? = value else {
            let both = try duration(value)
            return (both, both)
        }
        guard parts.count == 2 else { throw ActivityError("a timeout has one number or two") }
        return (try duration(parts[0]), try duration(parts[1]))
    }

    private static func adding(query: String, to url: String) -> String {
        let fragment = url.firstIndex(of: "#") ?? url.endIndex
        let address = url[..<fragment]
        let joint = address.contains("?") ? (address.hasSuffix("?") ? "" : "&") : "?"
        return "\(address)\(joint)\(query)\(url[fragment...])"
    }

    /// The output of the activity. The body is read as JSON only if its type says so, and exactly
    /// so, as in Chaos Toolkit.
    public static func output(
        status: Int, headers: [HTTPHeader], body: [UInt8]
    ) throws(ActivityError) -> JSONValue {
        var members = JSONObject()
        for header in headers {
            let earlier = members[header.name]?.stringValue.map { $0 + ", " } ?? ""
            members[header.name] = .string(earlier + header.value)
        }
        var content = JSONValue.string(text(of: body))
        let type = headers.last { $0.name.lowercased() == "content-type" }
        if type?.value == HTTPHeader.json.value {
            do {
                content = try JSONValue(json: body, takingLast: true)
            } catch {
                throw ActivityError("the answer's body is not the JSON that it says: \(error)")
            }
        }
        return ["status": .int(status), "headers": .object(members), "body": content]
    }

    /// UTF-8 where it is that, and else Latin-1, which any bytes are.
    private static func text(of bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: bytes.map { Unicode.Scalar($0) })
        return String(text)
    }
}

/// A header of a request or an answer.
public struct HTTPHeader: Equatable, Sendable {
    public let name: String
    public let value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    static let json = HTTPHeader(name: "Content-Type", value: "application/json")
    static let form = HTTPHeader(
        name: "Content-Type", value: "application/x-www-form-urlencoded")
}

/// A request that is ready to be sent.
public struct HTTPRequest: Equatable, Sendable {
    public let method: String
    public let url: String
    public let headers: [HTTPHeader]
    public let body: [UInt8]?
    public let connectTimeout: Duration?
    /// Between two parts of the answer.
    public let readTimeout: Duration?
    public let isVerifyingTLS: Bool
    public let retries: Int
}
