internal import S3
internal import Synchronization

/// Asks the storage, or the service before it, 20 times a second, each time on a new connection and
/// whether or not earlier probes have come back: an opinion that does not depend on the load.
final class Probes: Sendable {
    static let interval: Duration = .milliseconds(50)
    /// 40 minutes.
    private static let capacity = 48_000

    struct Sample: Equatable, TimedSample {
        let intended: ContinuousClock.Instant
        let finished: ContinuousClock.Instant
        let isServed: Bool
    }

    struct Counts: Equatable, Sendable {
        var served = 0
        var all = 0
    }

    private struct State {
        var ring = SampleRing<Sample>(capacity: Probes.capacity)
        var counts = Counts()
        var timeline: Timeline
    }

    static let body = Array("dr-testing probe\n".utf8)

    private let object: any ProbedObject
    private let state: Mutex<State>
    private let isPaused = Atomic(false)
    private let underWay = Atomic(0)

    /// - Parameter object: what the probe reads; `prepare` writes it.
    init(of object: any ProbedObject, clock: RunClock) {
        self.object = object
        state = Mutex(State(timeline: Timeline(clock: clock)))
    }

    /// - Parameter client: makes a new connection for each request.
    convenience init(client: S3Client, bucket: String, key: String, clock: RunClock) {
        self.init(of: StoredProbe(client: client, bucket: bucket, key: key), clock: clock)
    }

    func prepare() async throws { try await object.prepare() }

    /// Runs until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            let start = ContinuousClock.now
            var number = 0
            while !Task.isCancelled {
                let intended = start + Self.interval * number
                try? await Task.sleep(until: intended, tolerance: .zero)
                if Task.isCancelled { break }
                number += 1
                // Counted before it is asked whether to pause: whoever pauses and then finds none
                // under way knows that none will be.
                underWay.add(1, ordering: .sequentiallyConsistent)
                if isPaused.load(ordering: .sequentiallyConsistent) {
                    underWay.subtract(1, ordering: .sequentiallyConsistent)
                    continue
                }
                group.addTask {
                    await self.probe(intended: intended)
                    self.underWay.subtract(1, ordering: .sequentiallyConsistent)
                }
            }
        }
    }

    /// Starts no more probes, until `resume`. Those under way end by themselves.
    func pause() { isPaused.store(true, ordering: .sequentiallyConsistent) }

    /// Waits until none is under way, or its task is cancelled.
    func rest() async {
        while underWay.load(ordering: .sequentiallyConsistent) > 0, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    func resume() { isPaused.store(false, ordering: .sequentiallyConsistent) }

    private func probe(intended: ContinuousClock.Instant) async {
        let sample: Sample
        do {
            let finished = try await object.read()
            sample = Sample(intended: intended, finished: finished, isServed: true)
        } catch {
            let finished = (error as? S3Error)?.finished ?? .now
            sample = Sample(intended: intended, finished: finished, isServed: false)
        }
        add(sample)
    }

    func add(_ sample: Sample) {
        state.withLock { state in
            _ = state.ring.add(sample)
            state.timeline.add(sample)
            state.counts.all += 1
            if sample.isServed { state.counts.served += 1 }
        }
    }

    /// Of the whole run.
    var counts: Counts { state.withLock { $0.counts } }

    var timeline: Timeline { state.withLock { $0.timeline } }

    func ended(after start: ContinuousClock.Instant) -> [Sample] {
        state.withLock { $0.ring.ended(after: start) }
    }

    func served(since instant: ContinuousClock.Instant) -> Int {
        state.withLock { $0.ring }.window(since: instant).samples
            .count { $0.isServed && $0.finished > instant }
    }

    /// When the first probe was served that started after `instant` and after which none failed.
    /// `nil` if there is none, or if not all since then are known any more.
    func servedForGood(since instant: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let window = state.withLock { $0.ring }.window(since: instant)
        guard window.isComplete else { return nil }
        let samples = window.samples.filter { $0.intended >= instant }
        let failures = samples.filter { !$0.isServed }
        let lastFailure = failures.map(\.finished).max() ?? instant
        return samples.filter { $0.isServed && $0.finished > lastFailure }.map(\.finished).min()
    }
}
