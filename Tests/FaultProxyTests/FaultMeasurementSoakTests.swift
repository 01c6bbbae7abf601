import FaultProxy
import Foundation
import Testing

/// How late, how slow and how often, as clients measure it. With few samples the best of them
/// counts: others may use the machine. With many, if `DR_SOAK` is set, the median does.
@Suite(.timeLimit(.minutes(30)))
struct FaultMeasurementSoakTests {
    private static let isSoak = ProcessInfo.processInfo.environment["DR_SOAK"] != nil
    private static let lease = Duration.seconds(60)
    private static let tolerance = Duration.milliseconds(5)

    private static func count(_ few: Int, soak many: Int) -> Int { isSoak ? many : few }

    private static func median(_ times: [Duration]) -> Duration {
        times.isEmpty ? .zero : times.sorted()[times.count / 2]
    }

    private static func typical(_ times: [Duration]) -> Duration {
        isSoak ? median(times) : times.min() ?? .zero
    }

    /// One after the other, so that none is in another's way.
    ///
    /// - Returns: how long each batch of requests took, divided by `parts`.
    private static func times(
        _ clients: MeasuredClients, _ request: [UInt8], _ storage: MeasuredStorage, count: Int,
        parts: Int = 1
    ) async -> [Duration] {
        var times: [Duration] = []
        for _ in 0..<count {
            let seen = await clients.exchange(request, expecting: storage.body).joined()
            #expect(seen.allSatisfy { $0.sight == .whole })
            if let last = seen.max(by: { $0.time < $1.time }) { times.append(last.time / parts) }
        }
        return times
    }

    private static func expect(
        _ measured: Duration, about nominal: Duration, within tolerance: Duration,
        _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            measured >= nominal - tolerance && measured <= nominal + tolerance,
            "\(comment): \(measured)", sourceLocation: sourceLocation)
    }

    // MARK: Latency

    @Test(arguments: Connections.allCases)
    func eachRequestIsLateByTheLatency(_ connections: Connections) async throws {
        try await withMeasuredStorage { proxy, storage in
            let clients = MeasuredClients(connections, of: proxy)
            // Requests on one connection are forwarded one at a time: each of a batch waits anew.
            let (read, batch) = (MeasuredStorage.read, connections.batch)
            let count = Self.count(12, soak: 100)
            let before = await Self.times(clients, read, storage, count: count, parts: batch)
            for delay in [20, 150] as [Int64] {
                let fault = Fault(.latency(.milliseconds(delay)))
                let lease = try await proxy.inject(fault, lease: Self.lease)
                let late = await Self.times(clients, read, storage, count: count, parts: batch)
                let added = Self.typical(late) - Self.typical(before)
                Self.expect(
                    added, about: .milliseconds(delay), within: Self.tolerance, "\(delay) ms")
                try await proxy.lift(lease.token)
            }
            let after = await Self.times(clients, read, storage, count: count, parts: batch)
            let added = Self.typical(after) - Self.typical(before)
            Self.expect(added, about: .zero, within: Self.tolerance, "lifted")
        }
    }

    @Test func jitterSpreadsTheLatencyEvenly() async throws {
        try await withMeasuredStorage { proxy, storage in
            let clients = MeasuredClients(.keptAlive, of: proxy)
            let count = Self.count(40, soak: 400)
            let kind = Fault.Kind.latency(.milliseconds(60), jitter: .milliseconds(40))
            let lease = try await proxy.inject(Fault(kind, seed: 5), lease: Self.lease)
            let times = await Self.times(clients, MeasuredStorage.read, storage, count: count)
            #expect(times.allSatisfy { $0 >= .milliseconds(20) })
            // Of 40 one is in the lowest quarter, but for once in a hundred thousand times.
            #expect(times.min() ?? .zero <= .milliseconds(45))
            #expect(times.max() ?? .zero >= .milliseconds(75))
            if Self.isSoak {
                // The median of so many draws lies so close to the middle, and 5 ms are allowed.
                let chance = 3.89 * 80 / (2 * Double(count).squareRoot())
                Self.expect(
                    Self.median(times), about: .milliseconds(60),
                    within: Self.tolerance + .milliseconds(chance), "jitter")
            }
            try await proxy.lift(lease.token)
        }
    }

    /// The other seven tenths are as fast as before.
    @Test func thirtyPercentAreLate() async throws {
        try await withMeasuredStorage { proxy, storage in
            let clients = MeasuredClients(.keptAlive, of: proxy)
            let count = Self.count(60, soak: 500)
            let fault = Fault(.latency(.milliseconds(100)), fraction: 0.3, seed: 23)
            let lease = try await proxy.inject(fault, lease: Self.lease)
            let times = await Self.times(clients, MeasuredStorage.read, storage, count: count)
            let late = times.count { $0 >= .milliseconds(100) }
            let struck = proxy.struck(by: lease.token) ?? 0
            #expect(late >= struck)
            if Self.isSoak { #expect(late <= struck + count / 100) }
            let mean = 0.3 * Double(count)
            #expect(abs(Double(struck) - mean) <= 3.89 * (mean * 0.7).squareRoot(), "\(struck)")
            try await proxy.lift(lease.token)
        }
    }

    struct Way: Sendable {
        let direction: StreamFault.Direction
        let speaks: ProxySettings.Speaks
        let connections: Connections
    }

    static let ways: [Way] = StreamFault.Direction.allCases.flatMap { direction in
        [ProxySettings.Speaks.tcp, .http].flatMap { speaks in
            Connections.allCases.map { connections in
                Way(direction: direction, speaks: speaks, connections: connections)
            }
        }
    }

    /// Once a way, however many requests are under way.
    @Test(arguments: ways)
    func bytesAreLateByTheLatency(_ way: Way) async throws {
        try await withMeasuredStorage(way.speaks) { proxy, storage in
            let clients = MeasuredClients(way.connections, of: proxy)
            let (read, count) = (MeasuredStorage.read, Self.count(10, soak: 100))
            let before = await Self.times(clients, read, storage, count: count)
            let kind = StreamFault.Kind.latency(.milliseconds(80), jitter: .zero)
            let lease = try await proxy.inject(
                StreamFault(kind, direction: way.direction), lease: Self.lease)
            let late = await Self.times(clients, read, storage, count: count)
            let added = Self.typical(late) - Self.typical(before)
            Self.expect(added, about: .milliseconds(80), within: Self.tolerance, "in force")
            try await proxy.lift(lease.token)
            let after = await Self.times(clients, read, storage, count: count)
            Self.expect(
                Self.typical(after) - Self.typical(before), about: .zero, within: Self.tolerance,
                "lifted")
        }
    }

    @Test func aLateDeliveryIsLateByItsDelay() async throws {
        try await withMeasuredStorage { proxy, storage in
            let write = MeasuredStorage.write(patterned(2000))
            /// From sending to the arrival at the storage, on a connection that was in use.
            func travel() async throws -> Duration {
                let clients = MeasuredClients(.keptAlive, of: proxy)
                _ = await clients.exchange(MeasuredStorage.read, expecting: storage.body)
                let arrived = storage.arrivals.all.count
                let start = ContinuousClock.now
                _ = await clients.exchange(write, expecting: storage.body)
                #expect(await eventually { storage.arrivals.all.count > arrived })
                return try #require(storage.arrivals.all.last) - start
            }
            let count = Self.count(8, soak: 60)
            var (before, late): ([Duration], [Duration]) = ([], [])
            for _ in 0..<count { before.append(try await travel()) }
            let fault = Fault(.lateDelivery(.milliseconds(120)), methods: ["PUT"])
            let lease = try await proxy.inject(fault, lease: Self.lease)
            for _ in 0..<count { late.append(try await travel()) }
            let added = Self.typical(late) - Self.typical(before)
            Self.expect(added, about: .milliseconds(120), within: Self.tolerance, "late")
            try await proxy.lift(lease.token)
        }
    }

    // MARK: Rates

    /// A tenth more or less than at the rate.
    private static func expect(
        _ times: [Duration], ofBytes count: Int, perSecond rate: Int, _ comment: Comment
    ) {
        let nominal = Duration.milliseconds(count * 1000 / rate)
        expect(typical(times), about: nominal, within: nominal / 10, comment)
    }

    @Test(arguments: Connections.allCases)
    func theBodyOfAnAnswerComesAtTheRate(_ connections: Connections) async throws {
        try await withMeasuredStorage { proxy, storage in
            storage.change(to: patterned(200_000))
            let clients = MeasuredClients(connections, of: proxy)
            let fault = Fault(.bandwidth(bytesPerSecond: 500_000))
            let lease = try await proxy.inject(fault, lease: Self.lease)
            let times = await Self.times(
                clients, MeasuredStorage.read, storage, count: Self.count(3, soak: 15))
            Self.expect(
                times, ofBytes: 200_000 * connections.batch, perSecond: 500_000, "answers")
            try await proxy.lift(lease.token)
        }
    }

    @Test(arguments: ways)
    func bytesComeAtTheRate(_ way: Way) async throws {
        try await withMeasuredStorage(way.speaks) { proxy, storage in
            let large = patterned(40_000)
            var request = MeasuredStorage.read
            if way.direction == .upstream {
                request = MeasuredStorage.write(large)
            } else {
                storage.change(to: large)
            }
            let clients = MeasuredClients(way.connections, of: proxy)
            let kind = StreamFault.Kind.bandwidth(kilobytesPerSecond: 100)
            let lease = try await proxy.inject(
                StreamFault(kind, direction: way.direction), lease: Self.lease)
            let times = await Self.times(
                clients, request, storage, count: Self.count(3, soak: 15))
            Self.expect(
                times, ofBytes: large.count * way.connections.batch, perSecond: 100_000, "bytes")
            try await proxy.lift(lease.token)
        }
    }

    @Test(arguments: StreamFault.Direction.allCases)
    func piecesComeWithTheirPauses(_ direction: StreamFault.Direction) async throws {
        try await withMeasuredStorage(.tcp) { proxy, storage in
            // New ones: on others the first piece waits for the pause behind the last.
            let clients = MeasuredClients(.new, of: proxy)
            // In one read of the proxy, which gives a new connection 2 KiB.
            storage.change(to: direction == .upstream ? [] : patterned(1600))
            let request =
                direction == .upstream
                ? MeasuredStorage.write(patterned(1600)) : MeasuredStorage.read
            let kind = StreamFault.Kind.slicer(
                averageSize: 200, sizeVariation: 0, delay: .milliseconds(50))
            let lease = try await proxy.inject(
                StreamFault(kind, direction: direction), lease: Self.lease)
            let times = await Self.times(
                clients, request, storage, count: Self.count(3, soak: 20))
            // The head makes nine pieces of eight.
            Self.expect(
                Self.typical(times), about: .milliseconds(400), within: .milliseconds(50),
                "pieces")
            try await proxy.lift(lease.token)
        }
    }

    // MARK: Ends

    struct End: Sendable {
        let kind: StreamFault.Kind
        let direction: StreamFault.Direction
        let connections: Connections
    }

    private static let endAfter = Duration.milliseconds(300)

    static let ends: [End] = [StreamFault.Kind.timeout(endAfter), .resetPeer(endAfter)]
        .flatMap { kind in
            StreamFault.Direction.allCases.flatMap { direction in
                [Connections.keptAlive, .new].map { connections in
                    End(kind: kind, direction: direction, connections: connections)
                }
            }
        }

    @Test(arguments: ends)
    func connectionsEndInTime(_ end: End) async throws {
        try await withTunnel(to: StreamServer.echo) { proxy in
            var times: [Duration] = []
            for _ in 0..<Self.count(5, soak: 40) {
                let open = end.connections == .new ? nil : StreamPeer(port: proxy.port)
                if let open { #expect(await open.echo().end == nil) }
                let lease = try await proxy.inject(
                    StreamFault(end.kind, direction: end.direction), lease: Self.lease)
                let peer = try #require(open ?? StreamPeer(port: proxy.port))
                let start = ContinuousClock.now
                let reception = await peer.echo()
                #expect(reception.bytes.isEmpty && reception.end != .silence)
                times.append(reception.ended - start)
                try await proxy.lift(lease.token)
            }
            Self.expect(
                Self.median(times), about: Self.endAfter,
                within: Self.isSoak ? Self.tolerance : .milliseconds(100), "\(end.kind)")
        }
    }

    @Test(arguments: StreamFault.Direction.allCases)
    func theEndOfAStreamIsLate(_ direction: StreamFault.Direction) async throws {
        let heard = Recorder<ContinuousClock.Instant>()
        let serve: @Sendable (StreamPeer) -> Void = { peer in
            if direction == .upstream { heard.add(peer.read().ended) }
        }
        try await withTunnel(to: serve) { proxy in
            let kind = StreamFault.Kind.slowClose(Self.endAfter)
            let lease = try await proxy.inject(
                StreamFault(kind, direction: direction), lease: Self.lease)
            var times: [Duration] = []
            for number in 1...Self.count(5, soak: 40) {
                // Before connecting: the server ends as soon as it is reached.
                let start = ContinuousClock.now
                let peer = try #require(StreamPeer(port: proxy.port))
                if direction == .upstream {
                    peer.endOutput()
                    #expect(await eventually { heard.all.count == number })
                    times.append(try #require(heard.all.last) - start)
                } else {
                    times.append(await peer.received().ended - start)
                }
            }
            Self.expect(
                Self.typical(times), about: Self.endAfter, within: Self.tolerance, "slow close")
            try await proxy.lift(lease.token)
        }
    }
}
