internal import AsyncHTTPClient
public import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// What users are told about the storage they use.
public struct Notice: Codable, Equatable, Sendable {
    public enum Kind: String, Codable, Sendable {
        case degraded, recovered
        case performanceAlert, performanceRecovered
    }

    /// The same in all notices about one incident.
    public let incident: String
    public let kind: Kind
    public let message: String
    public let time: Date

    public init(incident: String, kind: Kind, message: String, time: Date) {
        (self.incident, self.kind, self.message, self.time) = (incident, kind, message, time)
    }
}

/// Delivers notices. Called away from the path of the operations: it may be slow.
public protocol Notifying: Sendable {
    /// - Throws: if the notice was not taken; it is then sent again.
    func send(_ notice: Notice) async throws
}

/// Posts notices as JSON to a URL.
public final class WebhookNotifier: Notifying {
    public struct Refused: Error, CustomStringConvertible {
        public let status: UInt
        public var description: String { "the receiver of notices answered \(status)" }
    }

    private let url: String
    private let client: HTTPClient

    /// - Parameter url: may hold a secret; it appears in no error and no log.
    public init(url: String) {
        self.url = url
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(2)
        // A receiver that is away is tried again by the store, which also says so.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    public func send(_ notice: Notice) async throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = .sortedKeys
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(try encoder.encode(notice))
        let response = try await client.execute(request, timeout: .seconds(5))
        guard (200..<300).contains(response.status.code) else {
            throw Refused(status: response.status.code)
        }
    }

    public func shutdown() async throws { try await client.shutdown() }
}

/// Whether users are served as usual. A pure state machine.
///
/// Degraded begins when the breaker leaves closed or writes are refused, and ends when the breaker
/// is closed again, writes are taken and nothing waits in the queue.
struct DegradedMode: Equatable {
    enum Change: Equatable {
        case entered(incident: String)
        case left(incident: String)
    }

    private(set) var incident: String?

    /// - Parameter newIncident: names the incident, if one begins.
    mutating func update(
        breaker: CircuitBreaker.State, queueDepth: Int, isReadOnly: Bool = false,
        newIncident: () -> String
    ) -> Change? {
        switch incident {
        case nil where breaker != .closed || isReadOnly:
            let name = newIncident()
            incident = name
            return .entered(incident: name)
        case let current? where breaker == .closed && queueDepth == 0 && !isReadOnly:
            incident = nil
            return .left(incident: current)
        default:
            return nil
        }
    }
}
