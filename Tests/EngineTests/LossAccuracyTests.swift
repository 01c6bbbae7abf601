import DRTesting
import Foundation
import S3
import Synchronization
import Testing

@testable import Engine
@testable import FaultProxy

/// What is lost is counted exactly, and so is how old it was: after damage that is known to the
/// test, and to nobody else.
@Suite(.timeLimit(.minutes(5))) struct LossAccuracyTests {
    // MARK: In a model

    private static let keys = KeySpace(prefix: "k/", count: 60)
    private static let objects = SyntheticObjects(seed: 11, bytes: 80)
    private static let zero = ContinuousClock.now

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        zero + .milliseconds(milliseconds)
    }

    /// A key, its writes one after another, and what is made of it.
    private struct Victim {
        let key: Int
        /// When each write was acknowledged.
        var times: [Int] = []
        var sequences: [Int] = []
        var isDeleted = false
        /// `nil`: nothing is done to it.
        var finding: KeyFinding?

        var stored: Int? {
            switch finding {
            case nil, .intact: isDeleted ? nil : sequences.last
            case .lost: nil
            case .stale, .resurrected: sequences.first
            case .corrupt: sequences.last
            }
        }
    }

    private static func victim(
        _ key: Int, _ book: inout LedgerBook, using random: inout SplitMix64
    ) -> Victim {
        var victim = Victim(key: key)
        let count = Int.random(in: 1...4, using: &random)
        let times = Set((0..<count).map { _ in Int.random(in: 0..<9_000, using: &random) })
        victim.isDeleted = times.count > 1 && Int.random(in: 0..<4, using: &random) == 0
        for (index, time) in times.sorted().enumerated() {
            let isDelete = victim.isDeleted && index == times.count - 1
            let write = book.begin(isDelete ? .deletion : .overwrite, of: key, at: at(time))
            book.end(write, as: .served, at: at(time))
            victim.times.append(time)
            if !isDelete { victim.sequences.append(write.sequence) }
        }
        let damages: [KeyFinding?] =
            victim.isDeleted
            ? [nil, .resurrected]
            : victim.sequences.count > 1 ? [nil, .lost, .stale, .corrupt] : [nil, .lost, .corrupt]
        victim.finding = damages[Int.random(in: 0..<damages.count, using: &random)]
        return victim
    }

    private static func object(of victim: Victim) -> StoredObject? {
        guard let sequence = victim.stored else { return nil }
        var body = objects.body(of: victim.key, sequence: sequence)
        if victim.finding == .corrupt { body[body.count - 1] ^= 1 }
        return StoredObject(body)
    }

    @Test func countsAndLossAreThoseOfTheDamageThatWasDone() {
        var random = SplitMix64(seed: Seed.value)
        let (impact, restored, stopped) = (3_000, 5_000, 10_000)
        for round in 0..<200 {
            let note: Comment = "round \(round), seed \(Seed.value)"
            var book = LedgerBook(keys: Self.keys.names.count)
            let victims = Self.keys.names.indices.map { key in
                Self.victim(key, &book, using: &random)
            }
            let stored = victims.compactMap { victim in
                Self.object(of: victim).map { (Self.keys.names[victim.key], $0) }
            }
            let comparison = LedgerComparison(
                book.expectations(), stored: Dictionary(uniqueKeysWithValues: stored),
                keys: Self.keys, objects: Self.objects)
            for finding in [KeyFinding.lost, .stale, .corrupt, .resurrected] {
                let expected = victims.count { $0.finding == finding }
                #expect(comparison.count(of: finding) == expected, note)
            }
            #expect(comparison.intact == victims.count { $0.finding == nil }, note)
            let losses = victims.filter { $0.finding != nil }.map { victim in
                let time = victim.times.last ?? 0
                return (time < impact ? impact : time < restored ? restored : stopped) - time
            }
            let point = LossAnalysis.recoveryPoint(
                losses: comparison.offences.map(\.acknowledged),
                marks: RecoveryMarks(
                    impact: Self.at(impact), restored: Self.at(restored),
                    writersStopped: Self.at(stopped)),
                firstAcknowledged: book.firstAcknowledged)
            #expect(point == .milliseconds(losses.max() ?? 0), note)
        }
    }

    // MARK: In a drill

    /// Nobody writes while objects are tampered with, and everything queued is delivered.
    private static let scenario = """
        name: Tampered storage
        type: tampered_storage
        workload:
          writes_per_second: 40
          reads_per_second: 40
          overwrite_share: 0.3
          delete_share: 0.2
          keys: 600
          object_bytes: 128
          steady_for: 6s
          stable_for: 2s
        steps:
          - name: Outage
            component: storage
            required: true
            actions:
              - custom: {name: remember}
              - inject_fault: {name: outage, kind: status}
              # Longer than a call is tried again. Else what is due right after the fault may be
              # served after all, and the impact is that of another.
              - wait: {for: 2s}
            expect:
              - {observe: wire.order_violations, equals: 0}
              - observe: workload.not_served_ratio
                equals: 1
                within: 20s
                samples_at_least: 10
          - name: Restore
            component: storage
            required: true
            action:
              lift_fault: {name: outage}
            expect:
              - {observe: wire.order_violations, equals: 0}
              - observe: workload.restored
                equals: true
                within: 60s
          - name: Pause
            component: operation_queue
            required: true
            action:
              pause_load: {}
            expect:
              - {observe: wire.order_violations, equals: 0}
              - observe: queue.depth
                equals: 0
                within: 20s
          - name: Tamper
            component: storage
            required: true
            action:
              custom: {name: tamper}
            expect:
              - {observe: wire.order_violations, equals: 0}
              - observe: queue.depth
                equals: 0
          - name: Compare
            component: storage
            action:
              compare_ledger: {drained_within: 20s}
            expect:
              - observe: ledger.damaged
                equals: 14
              - observe: ledger.unexpected
                equals: 1

        """

    @Test func aDrillCountsWhatWasDoneBehindTheSystemsBack() async throws {
        try await DrilledStorage.use { storage in
            let tampering = Tampering(storage)
            let record = try await storage.drill(
                Self.scenario,
                actions: [
                    CustomAction(name: "remember") { _, _ in try await tampering.remember() },
                    CustomAction(name: "tamper") { _, _ in try await tampering.tamper() },
                ])
            let note: Comment = "seed \(Seed.value)\n\(record.complaint)"
            let compared = try #require(record.comparison, note)
            let done = tampering.done
            #expect(done.values.count { $0 == "lost" } == 5, note)
            let named = compared.offending.map { ($0.key, $0.finding) }
            #expect(Dictionary(uniqueKeysWithValues: named) == done, note)
            let counts = [
                compared.lost, compared.stale, compared.corrupt, compared.resurrected,
                compared.unexpected,
            ]
            #expect(counts == [5, 4, 3, 2, 1], note)
            #expect(compared.intact == compared.keys - 14, note)
            let steps = record.report.run.results.filter { $0.testName == "Compare" }
            #expect(steps.map(\.verdict) == [.passed], note)
            // The service answers again, but it has not recovered.
            #expect(record.report.finished.verdict == .failed)
            #expect(record.report.finished.rtoActualMs == nil)
            try Self.expectExactLoss(record, compared, tampering)
        }
    }

    /// So much later than it is due an operation may be sent on a busy machine, and so much later
    /// than it has passed the proxy an answer be there for its client.
    private static let lag: Duration = .milliseconds(100)

    /// The oldest of what was lost is the first write of all, as seen on the wire.
    private static func expectExactLoss(
        _ record: DrillRecord, _ compared: LedgerCompared, _ tampering: Tampering
    ) throws {
        let marks = ["impact", "restored", "writers stopped"].compactMap { record.mark($0) }
        try #require(marks.count == 3)
        let acknowledged = compared.offending.compactMap(\.acknowledgedUs)
        let losses = acknowledged.compactMap { time in
            marks.filter { $0 > time }.min().map { $0 - time }
        }
        try #require(losses.count == 14)
        let expected = Double(losses.max() ?? 0) / 1000
        let point = try #require(record.metric("rpo_actual_ms"))
        // Moments are recorded in whole microseconds.
        #expect(abs(point - expected) <= 0.002)

        let (key, stored) = try #require(tampering.oldest)
        let offence = try #require(compared.offending.first { $0.key == key })
        let told = record.instant(try #require(offence.acknowledgedUs))
        // From the proxy of the test the answer goes to its client through that of the drill.
        #expect(told >= stored - .milliseconds(5))
        #expect(told <= stored + lag)

        // What was lost, by what the test has seen alone: from that write to the impact.
        let lifted = try #require(record.instant("lifted"))
        let remembered = try #require(tampering.remembered)
        let letDown = try #require(tampering.letDown(before: lifted - lag))
        let lost: Duration = .milliseconds(point)
        // It was acknowledged after it had passed the proxy.
        #expect(lost <= letDown - stored)
        #expect(lost >= remembered - stored - lag)
    }
}

/// Changes objects past everybody.
private final class Tampering: Sendable {
    private struct State {
        /// As it was before the outage.
        var before: [String: [UInt8]] = [:]
        /// What was done to which key.
        var done: [String: String] = [:]
        var oldest: (key: String, stored: ContinuousClock.Instant)?
        var remembered: ContinuousClock.Instant?
    }

    /// Between two reads of the load.
    private static let readInterval: Duration = .milliseconds(25)

    private let storage: DrilledStorage
    private let state = Mutex(State())

    init(_ storage: DrilledStorage) { self.storage = storage }

    var done: [String: String] { state.withLock { $0.done } }
    /// The key whose last write is the oldest of all, and when the storage had it. It is lost.
    var oldest: (key: String, stored: ContinuousClock.Instant)? { state.withLock { $0.oldest } }
    /// Nothing was broken before.
    var remembered: ContinuousClock.Instant? { state.withLock { $0.remembered } }

    func remember() async throws {
        let objects = try await objects()
        state.withLock { state in
            state.before = objects
            state.remembered = .now
        }
    }

    /// By when service must have been lost: no request came through any more, and another read was
    /// due.
    ///
    /// - Parameter outage: a moment in it.
    func letDown(before outage: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        storage.wire.all.filter { operation in
            operation.agent == SystemUnderTest.Agent.store && operation.received < outage
        }.map(\.received).max().map { $0 + Self.readInterval }
    }

    private func objects() async throws -> [String: [UInt8]] {
        let bucket = DrilledStorage.bucket
        var objects: [String: [UInt8]] = [:]
        for key in try await storage.client.listAll(bucket, prefix: "dr-test/").map(\.key)
        where key.contains("/data/") {
            do {
                objects[key] = try await storage.client.get(key, in: bucket).body
            } catch let error as S3Error where error.code == .noSuchKey {
                // The load goes on.
            }
        }
        return objects
    }

    func tamper() async throws {
        let before = state.withLock { $0.before }
        let now = try await objects()
        let oldest = try #require(oldestWrite(among: now))
        var random = SplitMix64(seed: Seed.value)
        let present = now.keys.filter { $0 != oldest.key }.sorted().shuffled(using: &random)
        let changed = present.filter { key in before[key].map { $0 != now[key] } ?? false }
        let stale = changed.prefix(4)
        let others = present.filter { !stale.contains($0) }
        let gone = before.keys.filter { now[$0] == nil }.sorted().prefix(2)
        try #require(stale.count == 4 && gone.count == 2 && others.count >= 7)
        for key in [oldest.key] + others.prefix(4) {
            try await storage.client.delete(key, in: DrilledStorage.bucket)
            note(key, "lost")
        }
        for key in stale { try await put(before[key], to: key, "stale") }
        for key in others.dropFirst(4).prefix(3) {
            try await put(now[key].map { $0.dropLast() + [~($0.last ?? 0)] }, to: key, "corrupt")
        }
        for key in gone { try await put(before[key], to: key, "resurrected") }
        try await put([1], to: oldest.key + "-stranger", "unexpected")
        state.withLock { $0.oldest = oldest }
    }

    private func put(_ body: [UInt8]?, to key: String, _ deed: String) async throws {
        try await storage.client.put(
            try #require(body), to: key, in: DrilledStorage.bucket)
        note(key, deed)
    }

    private func note(_ key: String, _ deed: String) { state.withLock { $0.done[key] = deed } }

    /// Of the keys that are there, by what passed the proxy.
    private func oldestWrite(
        among objects: [String: [UInt8]]
    ) -> (key: String, stored: ContinuousClock.Instant)? {
        var last: [String: ContinuousClock.Instant] = [:]
        for operation in storage.wire.all where operation.method == "PUT" {
            guard objects[operation.key] != nil, operation.status == 200,
                let finished = operation.finished
            else { continue }
            last[operation.key] = max(last[operation.key] ?? finished, finished)
        }
        return last.min { $0.value < $1.value }.map { (key: $0.key, stored: $0.value) }
    }
}
