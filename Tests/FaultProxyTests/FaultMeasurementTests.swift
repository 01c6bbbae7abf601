import FaultProxy
import Testing

/// What clients see of every fault: all of them while it is in force, and none before and after. On
/// connections that were open before, one request at a time and several at once, and on new ones.
@Suite(.timeLimit(.minutes(5)))
struct FaultMeasurementTests {
    private static let clients = 8
    private static let lease = Duration.seconds(60)

    /// What a fault shows a client that sends so many requests at once on one connection.
    struct Effect: Sendable {
        let first: Seen.Sight
        /// Of those behind the first.
        let others: Seen.Sight

        init(_ first: Seen.Sight, others: Seen.Sight) {
            (self.first, self.others) = (first, others)
        }

        /// Every request is met alike, and the connection stays.
        static func each(_ sight: Seen.Sight) -> Self { Effect(sight, others: sight) }

        /// The connection is gone with the first.
        static let loss = Effect(.lost, others: .lost)

        var leavesConnection: Bool { others != .lost }

        func sights(_ batch: Int) -> [Seen.Sight] {
            [first] + Array(repeating: others, count: batch - 1)
        }
    }

    /// - Returns: what is not as it should be.
    private static func unexpected(
        _ seen: [[Seen]], _ expected: [Seen.Sight]
    ) -> [[Seen.Sight]] {
        seen.map { $0.map(\.sight) }.filter { $0 != expected }
    }

    /// What clients see that wait until a fault that withholds everything is lifted.
    private static func seenByWaiting(
        _ clients: MeasuredClients, _ storage: MeasuredStorage, _ proxy: ProxyServer,
        _ token: String
    ) async throws -> [[Seen]] {
        let before = proxy.bytes
        let sent = clients.count * clients.connections.batch * MeasuredStorage.read.count
        async let exchange = clients.exchange(MeasuredStorage.read, expecting: storage.body)
        let hasCome = await eventually {
            proxy.bytes.receivedFromClients >= before.receivedFromClients + sent
        }
        #expect(hasCome)
        // Long enough for an answer, if there were one.
        try await Task.sleep(for: .milliseconds(200))
        #expect(proxy.bytes.sentToClients == before.sentToClients)
        let lifted = ContinuousClock.now
        try await proxy.lift(token)
        let seen = await exchange
        #expect(seen.joined().allSatisfy { $0.ended >= lifted })
        return seen
    }

    // MARK: Requests

    struct Row: Sendable {
        let kind: Fault.Kind
        let effect: Effect
        /// So long each request takes at least.
        var time: Duration = .zero
    }

    static let rows = [
        Row(kind: .hang, effect: .loss), Row(kind: .refuse, effect: .loss),
        Row(kind: .resetBeforeForwarding, effect: .loss),
        Row(kind: .resetAfterAnswer, effect: .loss),
        Row(kind: .status(503), effect: .each(.status(503))),
        Row(
            kind: .latency(.milliseconds(30), jitter: .milliseconds(10)), effect: .each(.whole),
            time: .milliseconds(20)),
        // The body has 1000 bytes.
        Row(
            kind: .bandwidth(bytesPerSecond: 20_000), effect: .each(.whole),
            time: .milliseconds(50)),
        Row(kind: .truncate, effect: Effect(.cut, others: .lost)),
        Row(kind: .corrupt, effect: .each(.wrong)),
        Row(kind: .lateDelivery(.milliseconds(50)), effect: .loss),
        Row(kind: .staleRead, effect: .each(.wrong)),
    ]

    private static func request(for kind: Fault.Kind) -> [UInt8] {
        guard case .lateDelivery = kind else { return MeasuredStorage.read }
        return MeasuredStorage.write(Array("hello".utf8))
    }

    /// Lets a read be remembered, if that is what the fault is about, and makes it wrong.
    private static func prepare(
        _ kind: Fault.Kind, _ storage: MeasuredStorage, _ proxy: ProxyServer
    ) async {
        guard kind == .staleRead else { return }
        let first = await MeasuredClients(.new, of: proxy).exchange(
            MeasuredStorage.read, expecting: storage.body)
        #expect(unexpected(first, [.whole]) == [])
        storage.change(to: patterned(999))
    }

    @Test(arguments: rows, Connections.allCases)
    func allRequestsAreStruckWhileAFaultIsInForceAndNoOthers(
        _ row: Row, _ connections: Connections
    ) async throws {
        try await withMeasuredStorage { proxy, storage in
            let (request, batch) = (Self.request(for: row.kind), connections.batch)
            let whole = Effect.each(.whole).sights(batch)
            let clients = MeasuredClients(Self.clients, connections, of: proxy)
            let before = await clients.exchange(request, expecting: storage.body)
            #expect(Self.unexpected(before, whole) == [])

            let lease = try await proxy.inject(Fault(row.kind), lease: Self.lease)
            await Self.prepare(row.kind, storage, proxy)
            let arrived = storage.arrivals.all.count
            var during: [[Seen]] = []
            if row.kind == .hang {
                during = try await Self.seenByWaiting(clients, storage, proxy, lease.token)
            } else {
                during = await clients.exchange(request, expecting: storage.body)
            }
            let isRefused = row.kind == .refuse && connections == .new
            #expect(
                Self.unexpected(during, isRefused ? [.refused] : row.effect.sights(batch)) == [])
            for seen in during {
                for (number, one) in seen.enumerated() {
                    #expect(one.time >= row.time * (number + 1))
                }
            }
            if case .lateDelivery = row.kind {
                let areDelivered = await eventually {
                    storage.arrivals.all.count - arrived == proxy.struck(by: lease.token)
                }
                #expect(areDelivered)
            }
            if row.kind != .refuse {
                // Those behind one that loses the connection may have been read with it.
                let least = Self.clients * (row.effect.leavesConnection ? batch : 1)
                let struck = proxy.struck(by: lease.token) ?? 0
                #expect((least...Self.clients * batch).contains(struck), "\(struck)")
            }
            try await proxy.lift(lease.token)
            let next =
                row.effect.leavesConnection
                ? clients : MeasuredClients(Self.clients, connections, of: proxy)
            let after = await next.exchange(request, expecting: storage.body)
            #expect(Self.unexpected(after, whole) == [])
        }
    }

    /// So many that the interval, which a fair draw leaves once in ten thousand times, is far from
    /// none and from all.
    private static let drawn = 150

    /// On one connection, and with several requests at once, `FaultShareTests` counts.
    @Test(arguments: rows.filter { $0.kind != .refuse && $0.time == .zero })
    func thirtyPercentAreStruckOnNewConnections(_ row: Row) async throws {
        try await withMeasuredStorage { proxy, storage in
            let request = Self.request(for: row.kind)
            let fault = Fault(row.kind, fraction: 0.3, seed: 11)
            let lease = try await proxy.inject(fault, lease: Self.lease)
            await Self.prepare(row.kind, storage, proxy)
            let met = proxy.counts().requests + Self.drawn
            async let exchange = MeasuredClients(Self.drawn, .new, of: proxy).exchange(
                request, expecting: storage.body)
            if row.kind == .hang {
                #expect(await eventually { proxy.counts().requests == met })
                try await proxy.lift(lease.token)
            }
            let sights = await exchange.joined().map(\.sight)
            let struck = sights.count { $0 == row.effect.first }
            #expect(sights.count { $0 == .whole } == Self.drawn - struck)
            #expect(proxy.struck(by: lease.token) == struck)
            let mean = 0.3 * Double(Self.drawn)
            #expect(abs(Double(struck) - mean) <= 3.89 * (mean * 0.7).squareRoot(), "\(struck)")
            try await proxy.lift(lease.token)
        }
    }

    // MARK: Streams

    struct StreamRow: Sendable {
        let fault: StreamFault
        let speaks: ProxySettings.Speaks
        let effect: Effect

        /// Of every request, and its answer comes later by so much at least.
        func time(_ batch: Int) -> Duration {
            // A lower bound downstream, where there are heads as well.
            let size = fault.direction == .upstream ? MeasuredStorage.read.count : 1000
            switch fault.kind {
            case .latency(let delay, _), .resetPeer(let delay): return delay
            case .bandwidth(let rate): return .milliseconds(1) * (batch * size / rate)
            case .slicer(let average, _, let pause): return pause * (batch * size / average - 1)
            default: return .zero
            }
        }
    }

    private static func effect(
        _ kind: StreamFault.Kind, _ direction: StreamFault.Direction
    ) -> Effect {
        switch kind {
        case .timeout, .resetPeer: .loss
        case .limitData: direction == .upstream ? .loss : Effect(.cut, others: .lost)
        default: .each(.whole)
        }
    }

    static let streamRows: [StreamRow] = StreamFault.Direction.allCases.flatMap {
        direction -> [StreamRow] in
        let kinds: [StreamFault.Kind] = [
            .latency(.milliseconds(40), jitter: .zero), .bandwidth(kilobytesPerSecond: 50),
            .slowClose(.milliseconds(300)), .timeout(.zero), .timeout(.milliseconds(100)),
            .resetPeer(.milliseconds(60)), .noop,
            .slicer(averageSize: 50, sizeVariation: 0, delay: .milliseconds(3)),
            // More than the head of an answer, less than that of a request.
            .limitData(bytes: direction == .upstream ? 20 : 300),
        ]
        return kinds.flatMap { kind in
            [ProxySettings.Speaks.tcp, .http].map { speaks in
                StreamRow(
                    fault: StreamFault(kind, direction: direction), speaks: speaks,
                    effect: effect(kind, direction))
            }
        }
    }

    @Test(arguments: streamRows)
    func allConnectionsAreStruckWhileAFaultIsInForceAndNoOthers(_ row: StreamRow) async throws {
        try await withMeasuredStorage(row.speaks) { proxy, storage in
            for connections in Connections.allCases {
                try await Self.measure(row, connections, storage, proxy)
            }
        }
    }

    private static func measure(
        _ row: StreamRow, _ connections: Connections, _ storage: MeasuredStorage,
        _ proxy: ProxyServer
    ) async throws {
        let (request, batch) = (MeasuredStorage.read, connections.batch)
        let whole = Effect.each(.whole).sights(batch)
        let clients = MeasuredClients(Self.clients, connections, of: proxy)
        let before = await clients.exchange(request, expecting: storage.body)
        #expect(unexpected(before, whole) == [], "\(connections)")

        let lease = try await proxy.inject(row.fault, lease: Self.lease)
        var during: [[Seen]] = []
        if row.fault.kind == .timeout(.zero) {
            during = try await seenByWaiting(clients, storage, proxy, lease.token)
        } else {
            during = await clients.exchange(request, expecting: storage.body)
        }
        #expect(unexpected(during, row.effect.sights(batch)) == [], "\(connections)")
        for seen in during {
            #expect(seen.last.map { $0.time >= row.time(batch) } == true, "\(connections)")
        }
        // The proxy may not have noticed yet that others are gone.
        #expect(proxy.struck(by: lease.token) ?? 0 >= Self.clients)
        try await proxy.lift(lease.token)
        let next =
            row.effect.leavesConnection
            ? clients : MeasuredClients(Self.clients, connections, of: proxy)
        let after = await next.exchange(request, expecting: storage.body)
        #expect(unexpected(after, whole) == [], "\(connections)")
    }
}
