internal import AsyncHTTPClient
public import DRTesting
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#endif

/// Why a message did not arrive. No part of the URL but its host is in it.
public struct WebhookError: Error, Equatable, CustomStringConvertible {
    public let message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}

/// A message to a receiver.
public struct WebhookRequest: Sendable {
    public let url: WebhookURL
    public let allowsLocal: Bool
    public let headers: [NamedValue]
    public let body: [UInt8]
}

/// Brings a message to a receiver, once.
public protocol WebhookSending: Sendable {
    /// - Returns: the status that the receiver answered, whatever it is.
    /// - Throws: `WebhookError` if there was no answer, or nobody may be asked for one;
    ///   `CancellationError`.
    func send(_ request: WebhookRequest) async throws -> Int
}

/// Sends over HTTP: no redirects, no second try, and only to an address that was looked at.
public struct WebhookClient: WebhookSending {
    private static let connectLimit: TimeAmount = .seconds(3)

    private let answerLimit: TimeAmount

    public init() { self.init(answerLimit: .seconds(5)) }

    /// - Parameter answerLimit: how long a message may take, with its answer.
    init(answerLimit: Duration) { self.answerLimit = TimeAmount(answerLimit) }

    public func send(_ request: WebhookRequest) async throws -> Int {
        let address = try await address(for: request)
        var options = HTTPClient.Configuration()
        options.httpVersion = .http1Only
        options.redirectConfiguration = .disallow
        options.timeout = HTTPClient.Configuration.Timeout(connect: Self.connectLimit)
        options.connectionPool.retryConnectionEstablishment = false
        options.maximumUsesPerConnection = 1
        // A name may lead elsewhere when it is asked for again.
        options.dnsOverride = [request.url.host: address.description]
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: options)
        let answer: Result<Int, any Error>
        do {
            answer = .success(try await exchange(request, with: client))
        } catch {
            answer = .failure(error)
        }
        try? await client.shutdown()
        do {
            return try answer.get()
        } catch let error as WebhookError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw WebhookError(Self.reason(for: error))
        }
    }

    private func address(for request: WebhookRequest) async throws -> ReceiverAddress {
        let addresses = try await ReceiverAddress.addresses(of: request.url.host)
        guard let address = addresses.first(where: { request.allowsLocal || !$0.isLocal }) else {
            throw WebhookError(
                "the receiver is on this machine or its link; allow_local permits that")
        }
        return address
    }

    private func exchange(_ request: WebhookRequest, with client: HTTPClient) async throws -> Int {
        var message = HTTPClientRequest(url: request.url.text)
        message.method = .POST
        message.headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
        message.body = .bytes(ByteBuffer(bytes: request.body))
        // What the receiver has to say beside its status is of no use.
        let response = try await client.execute(message, timeout: answerLimit)
        return Int(response.status.code)
    }

    private static func reason(for cause: any Error) -> String {
        switch cause {
        case let cause as NIOConnectionError:
            cause.connectionErrors.first.map { reason(for: $0.error) } ?? "no address was found"
        case let cause as IOError: String(cString: strerror(cause.errnoCode))
        case let cause as HTTPClientError: cause.shortDescription
        // Others may tell more of the URL than its host.
        default: "the receiver cannot be reached: \(type(of: cause))"
        }
    }
}
