internal import S3
internal import Synchronization

/// Asks the storage directly, 20 times a second, each time on a new connection and whether or not
/// earlier probes have come back: an opinion that does not depend on the system under test.
final class Probes: Sendable {
    static let interval: Duration = .milliseconds(50)

    struct Sample: Equatable, Sendable {
        let intended: ContinuousClock.Instant
        let finished: ContinuousClock.Instant
        let isServed: Bool
    }

    private let client: S3Client
    private let bucket: String
    private let key: String
    private let samples = Mutex<[Sample]>([])

    /// - Parameter key: an object that the probe reads; `prepare` writes it.
    init(client: S3Client, bucket: String, key: String) {
        (self.client, self.bucket, self.key) = (client, bucket, key)
    }

    func prepare() async throws {
        try await client.put(Array("dr-testing probe\n".utf8), to: key, in: bucket)
    }

    /// Runs until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            let start = ContinuousClock.now
            var number = 0
            while !Task.isCancelled {
                let intended = start + Self.interval * number
                try? await Task.sleep(until: intended, tolerance: .zero)
                if Task.isCancelled { break }
                group.addTask { await self.probe(intended: intended) }
                number += 1
            }
        }
    }

    private func probe(intended: ContinuousClock.Instant) async {
        let sample: Sample
        do {
            let finished = try await client.get(key, in: bucket).finished
            sample = Sample(intended: intended, finished: finished, isServed: true)
        } catch {
            let finished = (error as? S3Error)?.finished ?? .now
            sample = Sample(intended: intended, finished: finished, isServed: false)
        }
        samples.withLock { $0.append(sample) }
    }

    var all: [Sample] { samples.withLock { $0 } }

    func ended(after start: ContinuousClock.Instant) -> [Sample] {
        samples.withLock { $0.suffix(2000).filter { $0.finished > start } }
    }

    func served(since instant: ContinuousClock.Instant) -> Int {
        samples.withLock { $0.count { $0.isServed && $0.finished > instant } }
    }

    /// When the first probe was served that started after `instant` and after which none failed.
    func servedForGood(since instant: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let samples = all.filter { $0.intended >= instant }
        let lastFailure = samples.last { !$0.isServed }?.finished ?? instant
        return samples.filter { $0.isServed && $0.finished > lastFailure }.map(\.finished).min()
    }
}
