import NIOCore
import Testing

@testable import HTTPAPI

struct EventSubscriptionTests {
    private let client = EventSubscription(stream: 3, for: Self.caller("t1", until: 100))

    private static func caller(_ tokenID: String, until time: UInt64 = .max) -> Caller {
        Caller(subject: "ada", role: .viewer, tokenID: tokenID, expires: time)
    }

    private static func frame(_ position: UInt64, stream: UInt64 = 3) -> EventFrame {
        EventFrame(
            position: position, stream: stream, bytes: ByteBuffer(string: "event \(position)"))
    }

    private static func texts(_ frames: [ByteBuffer]?) -> [String]? {
        frames?.map { String(buffer: $0) }
    }

    @Test func whatHasComeIsHandedOutTogetherAndOnce() async {
        for position in UInt64(1)...3 { client.offer(Self.frame(position)) }
        #expect(Self.texts(await client.next()) == ["event 1", "event 2", "event 3"])
        client.offer(Self.frame(4))
        #expect(Self.texts(await client.next()) == ["event 4"])
    }

    @Test(.timeLimit(.minutes(1)))
    func whoeverWaitsGetsWhatComes() async {
        async let frames = client.next()
        client.offer(Self.frame(1))
        #expect(Self.texts(await frames) == ["event 1"])
    }

    @Test func otherStreamsAreNotHandedOut() async {
        client.offer(Self.frame(1, stream: 4))
        client.offer(Self.frame(2))
        #expect(Self.texts(await client.next()) == ["event 2"])
    }

    @Test func whatCameBeforeTheEndIsStillHandedOut() async {
        client.offer(Self.frame(1))
        client.end()
        client.offer(Self.frame(2))
        #expect(Self.texts(await client.next()) == ["event 1"])
        #expect(await client.next() == nil)
    }

    @Test func whoeverDoesNotKeepUpIsEndedWithoutAGap() async {
        for position in 0...UInt64(EventSubscription.maximumFrames) {
            client.offer(Self.frame(position))
        }
        #expect(client.isEnded)
        #expect(await client.next() == nil)
    }

    @Test func largeEventsAreNotGatheredWithoutEnd() async {
        let bytes = ByteBuffer(repeating: 0x20, count: 1 << 20)
        for position in UInt64(1)...5 {
            client.offer(EventFrame(position: position, stream: 3, bytes: bytes))
        }
        #expect(client.isEnded)
    }

    @Test(.timeLimit(.minutes(1)))
    func aCancelledReaderWaitsNoLonger() async {
        let reader = Task { [client] in await client.next() }
        reader.cancel()
        #expect(await reader.value == nil)
    }

    @Test(.timeLimit(.minutes(1)))
    func aStreamEndsWithItsToken() async throws {
        let fixture = try StreamFixture()
        let late = EventSubscription(for: Self.caller("t1"))
        let early = EventSubscription(for: Self.caller("t2", until: .max - 1))
        _ = try await fixture.hub.add(late)
        _ = try await fixture.hub.add(early)
        fixture.hub.tick(at: .max - 1, isHeartbeat: true)
        #expect(early.isEnded && !late.isEnded)
        #expect(Self.texts(await late.next()) == [":\n\n"])
        fixture.hub.remove(late)
        fixture.hub.remove(early)
        #expect(fixture.metrics.text.contains("dr_event_stream_clients 0\n"))
    }

    @Test(.timeLimit(.minutes(1)))
    func oneCallerDoesNotTakeThePlacesOfOthers() async throws {
        let fixture = try StreamFixture()
        var clients = (0..<EventHub.maximumClientsOfOne).map { number in
            EventSubscription(for: Self.caller("t\(number)"))
        }
        for client in clients { _ = try await fixture.hub.add(client) }
        let refused = EventSubscription(for: Self.caller("t"))
        await #expect(throws: APIError.self) { _ = try await fixture.hub.add(refused) }
        #expect(!fixture.hub.hasRoom(for: refused.caller))
        let other = Caller(subject: "ops", role: .viewer, tokenID: "t", expires: .max)
        clients.append(EventSubscription(for: other))
        _ = try await fixture.hub.add(clients[clients.count - 1])
        clients.forEach { fixture.hub.remove($0) }
        #expect(fixture.hub.hasRoom(for: refused.caller))
    }

    @Test(.timeLimit(.minutes(1)))
    func aTokenThatWasRevokedWhileItsClientReadThePastEndsItsStream() async throws {
        let fixture = try StreamFixture()
        let (good, revoked) = (Self.caller("t1"), Self.caller("t2"))
        let clients = [good, revoked].map { EventSubscription(for: $0) }
        // No event that the clients are handed says it: it was recorded before they came.
        fixture.revoked.insert(revoked)
        for client in clients { _ = try await fixture.hub.add(client) }
        fixture.hub.tick(at: 1, isHeartbeat: false)
        #expect(clients.map(\.isEnded) == [false, true])
        #expect(clients.map { fixture.hub.isOpen($0) } == [true, false])
        clients.forEach { fixture.hub.remove($0) }
    }
}
