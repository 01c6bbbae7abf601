internal import EventLog
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import ServiceLifecycle

/// What is recorded, as it is recorded: `GET /api/testing/events` and `/tests/{id}/events`, as
/// server-sent events.
///
/// The id of an event is its position. A client that sends it as `Last-Event-ID` goes on after it:
/// browsers do so by themselves. Without it, all of the log is followed from now on, and a test
/// from its beginning. A stream ends when its token does, when the server stops, and when its
/// client does not keep up.
struct StreamRoutes: Sendable {
    /// Tells a browser to come back soon, and fills the first packet of the body.
    private static let greeting = ByteBuffer(string: "retry: 2000\n\n")

    private let hub: EventHub

    init(_ parts: APIParts) {
        let access = parts.access
        self.init(
            EventHub(
                parts.store, clock: parts.clock, metrics: parts.metrics,
                isRevoked: { access.isRevoked($0) }))
    }

    init(_ hub: EventHub) { self.hub = hub }

    func add(to router: some RouterMethods<APIContext>) {
        router.get("/api/testing/events") { request, context in
            try await followLog(request, context)
        }
        router.get("/api/testing/tests/{id}/events") { request, context in
            try await followTest(request, context)
        }
    }

    private func followLog(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try context.signedIn
        let given = try lastEventID(request)
        let position = try await hub.store.answer { reader in
            let head = try reader.head().position
            let position = min(given ?? head, head)
            // What left the log is said now: once the answer has begun, it is too late.
            _ = try reader.events(from: position + 1, limit: 1)
            return position
        }
        let past = PastEvents(hub, after: position)
        return try stream(past, to: EventSubscription(for: caller), request)
    }

    private func followTest(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try context.signedIn
        let given = try lastEventID(request)
        let id = try context.id(of: "test")
        let beginning = try await hub.store.answer { reader in
            let record = try RunBeginning.record(ofTest: id, reader)
            _ = try reader.events(ofStream: record.streamName, limit: 1)
            return record
        }
        let past = PastEvents(hub, after: given ?? 0, ofStream: beginning.streamName)
        let client = EventSubscription(stream: beginning.stream, for: caller)
        return try stream(past, to: client, request)
    }

    /// A browser cannot send the header with its first request, so there is a parameter too.
    private func lastEventID(_ request: Request) throws -> UInt64? {
        let query = try QueryParameters(request, accepting: ["last_event_id"])
        let header = request.headers[.lastEventID]
        let parameter = try query.value(of: "last_event_id")
        guard let text = header ?? parameter else { return nil }
        guard let position = UInt64(digits: text), position < .max else {
            throw APIError.badParameter(
                header == nil ? "last_event_id" : "Last-Event-ID", "it is no position",
                accepted: ["the id of the last event that was received"])
        }
        return position
    }

    // MARK: The body

    private func stream(
        _ past: PastEvents, to client: EventSubscription, _ request: Request
    ) throws -> Response {
        guard hub.hasRoom(for: client.caller) else { throw EventHub.tooManyClients }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .cacheControl: "no-store",
                .accelBuffering: "no",
            ],
            body: ResponseBody { writer in
                try await withGracefulShutdownHandler {
                    try await request.body.consumeWithInboundCloseHandler { _ in
                        try await write(past, to: client, &writer)
                    } onInboundClosed: {
                        client.end()
                    }
                } onGracefulShutdown: {
                    client.end()
                }
                try await writer.finish(nil)
            })
    }

    private func write(
        _ past: PastEvents, to client: EventSubscription, _ writer: inout any ResponseBodyWriter
    ) async throws {
        var past = past
        try await writer.write(Self.greeting)
        // Only who has caught up is handed what is new: before, too much of it would wait for him.
        while let page = try await past.page() {
            guard hub.isOpen(client) else { return }
            try await writer.write(Self.joined(page.map(\.bytes)))
        }
        client.begin(at: past.next)
        let first = try await hub.add(client)
        defer { hub.remove(client) }
        // What is left is little, and what is handed out follows it without a gap.
        while let page = try await past.page(before: first) {
            try await writer.write(Self.joined(page.map(\.bytes)))
        }
        while let frames = await client.next() {
            try await writer.write(Self.joined(frames))
        }
    }

    /// Each write is sent by itself, so what has come together is written together.
    private static func joined(_ frames: [ByteBuffer]) -> ByteBuffer {
        guard var whole = frames.first else { return ByteBuffer() }
        for var frame in frames.dropFirst() { whole.writeBuffer(&frame) }
        return whole
    }
}

extension HTTPField.Name {
    fileprivate static let lastEventID = Self("Last-Event-ID")!
    /// By it, nginx hands on what it gets at once.
    fileprivate static let accelBuffering = Self("X-Accel-Buffering")!
}
