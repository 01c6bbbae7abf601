internal import CoreMetrics
internal import DRTesting
internal import EventLog
internal import HTTPTypes
internal import NIOCore
internal import Synchronization
internal import Wire

/// Follows the log once for all clients of streams, and hands each event out to them.
///
/// It follows only while somebody listens.
final class EventHub: Sendable {
    /// Each holds a connection, and is looked at with every event.
    static let maximumClients = 4096
    /// One caller leaves room for others, over all his tokens.
    static let maximumClientsOfOne = 2048
    /// How often it is looked whose token is good no longer.
    private static let tickTime: Duration = .seconds(1)
    /// Proxies take a connection for dead after 30 to 60 seconds.
    private static let ticksBetweenHeartbeats = 15
    private static let tokenRevoked = TestEvent.tokenRevoked(TokenRevoked()).number

    private struct State {
        var clients: [ObjectIdentifier: EventSubscription] = [:]
        /// The first position that is not handed out yet; all from there on will be.
        var next: UInt64 = 0
        var tasks: [Task<Void, Never>] = []
        /// Tells the tasks of now from those that are being cancelled.
        var round = 0

        func hasRoom(for caller: Caller) -> Bool {
            if clients.count >= EventHub.maximumClients { return false }
            let own = clients.values.count(where: { $0.caller.subject == caller.subject })
            return own < EventHub.maximumClientsOfOne
        }
    }

    let store: EventStore
    let frames = EventFrames()
    private let clock: LogClock
    private let isRevoked: @Sendable (Caller) -> Bool
    private let clientMeter: Meter
    private let state = Mutex(State())

    /// - Parameter isRevoked: whether the token of somebody was revoked. Asked for each client
    ///   every second.
    init(
        _ store: EventStore, clock: LogClock, metrics: MetricsRegistry,
        isRevoked: @escaping @Sendable (Caller) -> Bool
    ) {
        (self.store, self.clock) = (store, clock)
        self.isRevoked = isRevoked
        clientMeter = Meter(label: "dr_event_stream_clients", factory: metrics)
        clientMeter.set(0)
    }

    /// From now on the subscription gets the events.
    ///
    /// - Returns: the position of the first one it gets.
    /// - Throws: `APIError` if there are too many clients.
    func add(_ client: EventSubscription) async throws -> UInt64 {
        let head = try await store.read { try $0.head().position }
        let first = state.withLock { state -> UInt64? in
            guard state.hasRoom(for: client.caller) else { return nil }
            if state.tasks.isEmpty { start(&state, from: head + 1) }
            state.clients[ObjectIdentifier(client)] = client
            clientMeter.set(state.clients.count)
            return state.next
        }
        guard let first else { throw Self.tooManyClients }
        return first
    }

    static let tooManyClients = APIError(
        .serviceUnavailable, code: "busy", "too many clients follow the log; try again later",
        headers: [.retryAfter: "30"])

    /// Whether somebody may have one more client: to be asked while it can still be said.
    func hasRoom(for caller: Caller) -> Bool { state.withLock { $0.hasRoom(for: caller) } }

    func remove(_ client: EventSubscription) {
        client.end()
        let tasks = state.withLock { state -> [Task<Void, Never>] in
            state.clients[ObjectIdentifier(client)] = nil
            clientMeter.set(state.clients.count)
            guard state.clients.isEmpty else { return [] }
            defer { state.tasks = [] }
            return state.tasks
        }
        for task in tasks { task.cancel() }
    }

    // MARK: While somebody listens

    private func start(_ state: inout State, from position: UInt64) {
        state.next = position
        state.round += 1
        let round = state.round
        state.tasks = [
            Task { await follow(from: position, round: round) },
            Task { await tick() },
        ]
    }

    private func follow(from position: UInt64, round: Int) async {
        do {
            for try await events in store.follow(from: position) {
                let ready = try await store.read { [frames] in try frames.frames(of: events, $0) }
                handOut(ready, round: round)
                endRevoked(by: events)
            }
        } catch {
            // The clients come again, and are told why the log cannot be read.
            endAll(ofRound: round)
        }
    }

    private func handOut(_ frames: [EventFrame], round: Int) {
        state.withLock { state in
            guard state.round == round, let last = frames.last else { return }
            for client in state.clients.values {
                for frame in frames { client.offer(frame) }
            }
            state.next = last.position + 1
        }
    }

    private func endAll(ofRound round: Int) {
        let ended = state.withLock { state -> State in
            var ended = State()
            guard state.round == round else { return ended }
            swap(&ended.clients, &state.clients)
            swap(&ended.tasks, &state.tasks)
            return ended
        }
        for task in ended.tasks { task.cancel() }
        for client in ended.clients.values { client.end() }
    }

    private func tick() async {
        var count = 0
        while (try? await Task.sleep(for: Self.tickTime)) != nil {
            count += 1
            tick(at: clock.now(), isHeartbeat: count % Self.ticksBetweenHeartbeats == 0)
        }
    }

    /// Ends those whose token is good no longer: also if it was revoked before they were handed
    /// anything.
    func tick(at now: UInt64, isHeartbeat: Bool) {
        for client in state.withLock({ Array($0.clients.values) }) {
            if !isGood(client.caller, at: now) {
                client.end()
            } else if isHeartbeat {
                client.offer(EventFrame.heartbeat)
            }
        }
    }

    private func isGood(_ caller: Caller, at now: UInt64) -> Bool {
        now < caller.expires && !isRevoked(caller)
    }

    /// Whether a client may be sent more.
    func isOpen(_ client: EventSubscription) -> Bool {
        !client.isEnded && isGood(client.caller, at: clock.now())
    }

    /// Ends those that came with a token that is now revoked.
    private func endRevoked(by events: [RecordedEvent]) {
        for event in events where event.record.number == Self.tokenRevoked {
            guard let revoked = try? TokenRevoked(from: WireReader(event.record.payload))
            else { continue }
            for client in state.withLock({ Array($0.clients.values) })
            where client.caller.tokenID == revoked.tokenID {
                client.end()
            }
        }
    }
}
