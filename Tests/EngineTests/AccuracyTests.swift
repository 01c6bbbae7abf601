import DRTesting
import FaultProxy
import Foundation
import S3
import Testing

@testable import Engine

/// How well is told when service was lost and when it was back: held against a stopwatch.
///
/// Outages of 2 s, or of 2, 5 and 10 s if `DR_SOAK` is set.
@Suite(.timeLimit(.minutes(10))) struct AccuracySoakTests {
    private typealias Instant = ContinuousClock.Instant

    struct Outage: CustomTestStringConvertible, Sendable {
        let kind: Fault.Kind
        let seconds: Int

        var testDescription: String { "\(kind) for \(seconds) s" }
    }

    private static let isSoak = ProcessInfo.processInfo.environment["DR_SOAK"] != nil
    static let probed = [Fault.Kind.refuse, .hang].flatMap { kind in
        (isSoak ? [2, 5, 10] : [2]).map { Outage(kind: kind, seconds: $0) }
    }
    static let drilled = isSoak ? probed : Array(probed.prefix(1))

    /// What is started every 50 ms can tell no better.
    private static let resolutionLimit: Duration = .milliseconds(100)
    /// So much may pass from when an operation is due until it is sent.
    private static let tolerance = Pulse.tolerance
    /// So well the clock of a drill and that of the test are put together.
    private static let pairing: Duration = .milliseconds(1)

    // MARK: Probes

    @Test(arguments: Self.probed)
    func anUnprotectedProbeTellsWhenTheStorageWasBack(_ outage: Outage) async throws {
        try await onceUndisturbed { pulse in
            try await probe(outage, pulse)
        }
    }

    /// - Returns: whether the machine let the probes start when they were due.
    private func probe(_ outage: Outage, _ pulse: Pulse) async throws -> Bool {
        let result = Inbox<Bool>()
        try await DrilledStorage.use { storage in
            var configuration = storage.configuration
            configuration.usesNewConnections = true
            configuration.requestTimeout = .seconds(1)
            configuration.maximumConnections = 512
            let client = try S3Client(configuration)
            let probes = Probes(
                client: client, bucket: DrilledStorage.bucket, key: "probe",
                clock: RunClock(start: .now, startTime: 0))
            try await probes.prepare()
            let prober = Task { await probes.run() }
            try await eventually("probes are served") { probes.counts.served >= 10 }
            let watch = try await Stopwatch(breaking: storage.proxy, outage)
            try await eventually("probes are served again") {
                probes.served(since: watch.ended.upperBound) >= 20
            }
            let restored = try #require(probes.servedForGood(since: watch.began.upperBound))
            let lastFailed = probes.ended(after: watch.began.lowerBound)
                .filter { !$0.isServed && $0.finished <= restored }.map(\.intended).max()
            prober.cancel()
            await prober.value
            try await client.shutdown()
            let resolution = restored - (try #require(lastFailed))
            print("\(outage.testDescription): the probe tells its end to within \(resolution)")
            #expect(restored >= watch.ended.lowerBound)
            #expect(restored - resolution <= watch.ended.upperBound)
            let isSteady = pulse.wasSteady(from: watch.ended.lowerBound, to: restored)
            if isSteady { #expect(resolution <= Self.resolutionLimit) }
            result.add(isSteady)
        }
        return result.all == [true]
    }

    // MARK: Drills

    /// Reads as often as probes. So few writes that hardly a read meets a key whose last write is
    /// still queued when the storage is back: that is not served, for some milliseconds more.
    private static let scenario = """
        name: Timed outage
        type: timed_outage
        system: {breaker_open_for: 0s}
        workload:
          writes_per_second: 5
          reads_per_second: 20
          delete_share: 0
          keys: 1000
          object_bytes: 128
          steady_for: 1s
          stable_for: 11s
        steps:
          - name: Prepare
            component: storage
            action:
              create_data: {writes: 300}
            expect:
              - observe: workload.not_served_ratio
                equals: 0
                within: 10s
                samples_at_least: 10
              - {observe: storage.objects, at_least: 100}
          - name: Outage
            component: storage
            required: true
            actions:
              # Strikes nothing: it says when to look for an impact.
              - inject_fault: {name: start, kind: status, fraction: 0}
              - custom: {name: outage}
              - lift_fault: {name: start}
            expect:
              - observe: workload.restored
                equals: true
                within: 60s
              - {observe: fault.ended_by, equals: lifted}
          - name: Compare
            component: operation_queue
            action:
              compare_ledger: {drained_within: 30s}
            expect:
              - observe: ledger.damaged
                equals: 0

        """

    @Test(arguments: Self.drilled)
    func aDrillTellsWhenServiceWasLostAndWhenItWasBack(_ outage: Outage) async throws {
        try await onceUndisturbed { pulse in
            try await drill(outage, pulse)
        }
    }

    private func drill(_ outage: Outage, _ pulse: Pulse) async throws -> Bool {
        let result = Inbox<Bool>()
        try await DrilledStorage.use { storage in
            let watches = Inbox<Stopwatch>()
            let action = CustomAction(name: "outage") { _, _ in
                watches.add(try await Stopwatch(breaking: storage.proxy, outage))
            }
            let record = try await storage.drill(Self.scenario, actions: [action])
            let watch = try #require(watches.all.first, "\(record.complaint)")
            let impact = try #require(record.instant("impact"), "\(record.complaint)")
            let restored = try #require(record.instant("restored"), "\(record.complaint)")
            let milliseconds = try #require(record.metric("rto_resolution_ms"))
            let resolution: Duration = .milliseconds(milliseconds)
            print("\(outage.testDescription): the drill tells its end to within \(resolution)")
            let lost = record.comparison.map { $0.keys - $0.intact }
            #expect(lost == 0, "\(record.complaint)")
            let isSteady =
                pulse.wasSteady(
                    from: watch.began.lowerBound, to: watch.began.upperBound + .seconds(1))
                && pulse.wasSteady(from: watch.ended.lowerBound, to: restored)
            if isSteady { try expectExact(watch, impact, restored, resolution, record) }
            result.add(isSteady)
        }
        return result.all == [true]
    }

    /// An operation that is under way when the outage begins is the first that is not served.
    ///
    /// When the outage ends, others are not served as long as the first trials of the breaker take,
    /// and until what is queued for their keys is delivered: that is when service is restored.
    private func expectExact(
        _ watch: Stopwatch, _ impact: Instant, _ restored: Instant, _ resolution: Duration,
        _ record: DrillRecord
    ) throws {
        let whole = try #require(record.wholeAgain, "\(record.complaint)")
        #expect(record.report.finished.verdict == .passed, "\(record.complaint)")
        #expect(resolution <= Self.resolutionLimit)
        #expect(restored >= watch.ended.lowerBound - Self.pairing)
        #expect(restored - resolution <= max(watch.ended.upperBound, whole) + Self.pairing)
        // What the drill says of itself is not believed beyond this.
        #expect(restored <= watch.ended.upperBound + Self.resolutionLimit + Self.tolerance)
        #expect(impact >= watch.began.lowerBound - Self.tolerance)
        #expect(impact <= watch.began.upperBound + Self.resolutionLimit + Self.tolerance)
    }

    /// A machine that is busy with other things cannot time anything: then once more.
    private func onceUndisturbed(_ body: (Pulse) async throws -> Bool) async throws {
        for _ in 0..<3 {
            let pulse = Pulse()
            defer { pulse.stop() }
            if try await body(pulse) { return }
        }
        Issue.record("the machine was held up each time, so nothing could be timed")
    }
}

extension DrillRecord {
    /// When the storage system last found service whole: with its breaker closed, and nothing
    /// queued.
    fileprivate var wholeAgain: ContinuousClock.Instant? {
        let times = events.compactMap { event -> UInt64? in
            guard case .logRecorded(let entry) = event else { return nil }
            return entry.message == "degraded mode left" ? entry.time : nil
        }
        guard let last = times.max(), let start = report.run.started?.time, last >= start
        else { return nil }
        return instant(last - start)
    }
}

/// What the test itself did to the storage, and when.
private struct Stopwatch: Sendable {
    /// The storage was there before it, and not after it.
    let began: ClosedRange<ContinuousClock.Instant>
    let ended: ClosedRange<ContinuousClock.Instant>

    init(breaking proxy: ProxyServer, _ outage: AccuracySoakTests.Outage) async throws {
        let start = ContinuousClock.now
        let lease = try await proxy.inject(
            Fault(outage.kind), lease: ProxyServer.maximumLease)
        began = start...ContinuousClock.now
        try await Task.sleep(until: start + .seconds(outage.seconds), clock: .continuous)
        let end = ContinuousClock.now
        try await proxy.lift(lease.token)
        ended = end...ContinuousClock.now
    }
}

/// Notes when this process was kept from running.
private final class Pulse: Sendable {
    static let tolerance: Duration = .milliseconds(40)

    private let pauses: Inbox<ClosedRange<ContinuousClock.Instant>>
    private let task: Task<Void, Never>

    init() {
        let pauses = Inbox<ClosedRange<ContinuousClock.Instant>>()
        self.pauses = pauses
        task = Task {
            var last = ContinuousClock.now
            while (try? await Task.sleep(for: .milliseconds(5))) != nil {
                let now = ContinuousClock.now
                if now - last > Self.tolerance { pauses.add(last...now) }
                last = now
            }
        }
    }

    func stop() { task.cancel() }

    /// What took place then may have been begun too late already.
    func wasSteady(
        from start: ContinuousClock.Instant, to end: ContinuousClock.Instant
    ) -> Bool {
        let early = start - .milliseconds(100)
        return !pauses.all.contains { $0.lowerBound <= end && $0.upperBound >= early }
    }
}
