internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// Asks whoever issues tokens for his public keys.
///
/// Only over TLS, and where no redirect leads: whoever answers decides who may do everything.
public struct KeySetRequest: Sendable {
    /// A set of keys that could not be had.
    public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
        public let message: String

        public var description: String { message }
    }

    private static let maximumSize = 1 << 20
    private static let timeLimit: TimeAmount = .seconds(10)

    private let url: String

    public init(url: String) throws(Failure) {
        guard url.lowercased().hasPrefix("https://") else {
            throw Failure(message: "the address of a key set must begin with https://")
        }
        self.url = url
    }

    /// The set as JSON.
    ///
    /// - Throws: `Failure`, and what the client throws if nobody answers.
    public func answer() async throws -> [UInt8] {
        var options = HTTPClient.Configuration()
        options.redirectConfiguration = .disallow
        options.timeout = .init(connect: Self.timeLimit, read: Self.timeLimit)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: options)
        do {
            let bytes = try await answer(by: client)
            try await client.shutdown()
            return bytes
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private func answer(by client: HTTPClient) async throws -> [UInt8] {
        let response = try await client.execute(
            HTTPClientRequest(url: url), timeout: Self.timeLimit)
        guard response.status == .ok else {
            throw Failure(message: "the key set is answered with \(response.status.code)")
        }
        return Array(try await response.body.collect(upTo: Self.maximumSize).readableBytesView)
    }
}
