internal import AsyncHTTPClient
internal import DRTesting
internal import FaultProxy
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#endif

/// One HTTP request, all of it known, and its answer. No redirects, no second try, and a connection
/// to the address that is given.
struct HTTPExchange: Sendable {
    /// Where a URL leads.
    struct Place: Sendable {
        /// Without the brackets of an IPv6 address.
        let host: String
        let port: Int

        /// - Returns: `nil` if it is not `http` or `https`, names no host, a port that no host can
        ///   have, or a user, which servers and people take for different things.
        init?(_ text: String) {
            // Read as the client does that connects.
            guard let url = URL(string: text), let host = url.host, url.user == nil,
                let standard = ["http": 80, "https": 443][url.scheme?.lowercased() ?? ""]
            else { return nil }
            let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
            let name = isBracketed ? String(host.dropFirst().dropLast()) : host
            (self.host, port) = (name, url.port ?? standard)
            if name.isEmpty || !Self.ports.contains(port) { return nil }
        }

        private static let ports = 1...65_535

        /// What is wrong with a URL that leads nowhere.
        static func complaint(about text: String) -> String {
            if let port = URL(string: text)?.port, !ports.contains(port) {
                return "a port is a number from 1 to 65535"
            }
            return "a URL is http:// or https:// with a host, and without a user"
        }
    }

    let place: Place
    let method: String
    let url: String
    let headers: [NamedValue]
    let body: String?

    static func isMethod(_ text: String) -> Bool {
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        return !text.isEmpty && text.utf8.allSatisfy { letters.contains($0) }
    }

    /// Whether it can be sent as a header, and does not begin another one.
    static func isHeader(_ header: NamedValue) -> Bool {
        let isName = header.name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isName && !header.name.isEmpty
            && header.value.utf8.allSatisfy { $0 == 9 || ($0 >= 32 && $0 != 127) }
    }

    func send(to address: NetworkAddress) async throws -> OutsideResult {
        var options = HTTPClient.Configuration()
        options.httpVersion = .http1Only
        options.redirectConfiguration = .disallow
        options.connectionPool.retryConnectionEstablishment = false
        options.maximumUsesPerConnection = 1
        options.dnsOverride = [place.host: address.description]
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: options)
        let result: Result<OutsideResult, any Error>
        do {
            result = .success(try await exchange(with: client))
        } catch {
            result = .failure(error)
        }
        try? await client.shutdown()
        do {
            return try result.get()
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as OutsideError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw OutsideError(.failed, Self.reason(for: error))
        }
    }

    private func exchange(with client: HTTPClient) async throws -> OutsideResult {
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        request.headers = HTTPHeaders(headers.map { ($0.name, $0.value) })
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        // The caller limits the time.
        let response = try await client.execute(request, deadline: .distantFuture)
        var result = OutsideResult()
        result.status = Int(response.status.code)
        result.headers = response.headers.map { NamedValue($0.name, $0.value) }
        for try await part in response.body {
            result.body += part.readableBytesView
            if result.body.count > OutsideCaller.maximumBytes {
                throw OutsideError(.unexpected, "the answer has more than 1 MiB")
            }
        }
        result.finished = .now
        return result
    }

    private static func reason(for cause: any Error) -> String {
        switch cause {
        case let cause as NIOConnectionError:
            cause.connectionErrors.first.map { reason(for: $0.error) } ?? "no address was found"
        case let cause as IOError: String(cString: strerror(cause.errnoCode))
        case let cause as HTTPClientError: cause.shortDescription
        default: TLSFailure.words(for: cause) ?? "\(cause)"
        }
    }
}
