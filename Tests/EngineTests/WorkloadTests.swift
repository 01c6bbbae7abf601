import DRTesting
import Testing

@testable import Engine

struct WorkloadTests {
    private static let prefix = "dr-test/w/"

    private func plan(
        rate: Double = 1000, overwrites: Double = 0.25, deletes: Double = 0.05, keys: Int = 50
    ) -> WorkloadPlan {
        WorkloadPlan(
            writesPerSecond: rate, readsPerSecond: rate, objectBytes: 256, steadyFor: .zero,
            stableFor: .seconds(1), overwriteShare: overwrites, deleteShare: deletes, keys: keys)
    }

    private func workload(_ store: MemoryStore, _ plan: WorkloadPlan) -> Workload {
        Workload(
            store: store, plan: plan, prefix: Self.prefix, seed: Seed.value,
            clock: RunClock(start: .now, startTime: 0))
    }

    private func comparison(_ workload: Workload, _ store: MemoryStore) -> LedgerComparison {
        LedgerComparison(
            workload.ledger.book.expectations(),
            stored: store.objects.mapValues { StoredObject($0) }, keys: workload.client.keys,
            objects: workload.client.objects)
    }

    /// Puts a load on until so many operations have ended.
    private func run(_ workload: Workload, until count: Int) async throws {
        workload.start()
        try await eventually("\(count) operations end") { workload.history.counts.all >= count }
        await workload.stop()
    }

    @Test func everyOperationIsAccountedFor() async throws {
        let store = MemoryStore()
        let workload = workload(store, plan())
        try await run(workload, until: 2000)
        let pace = workload.pace.record
        let counts = workload.history.counts
        #expect(pace.sent == counts.all)
        #expect(store.calls == counts.all)
        #expect(counts.served == counts.all)
        #expect(store.races == 0)
        let window = workload.history.window(since: .now - .seconds(3600))
        #expect(window.isComplete)
        #expect(window.samples.count == counts.all)
        let writes = window.samples.count { $0.kind != .read }
        #expect(workload.ledger.acknowledgedCount == writes)
        // Due at the same times, of which some were past when the load was stopped.
        #expect(abs(counts.all - 2 * writes) <= pace.withheld + 2)
    }

    @Test func whatIsStoredIsWhatTheLedgerExpects() async throws {
        let store = MemoryStore(answer: { $0 % 10 == 0 ? .refuse : $0 % 7 == 0 ? .defer : .serve })
        let workload = workload(store, plan(overwrites: 0.3, deletes: 0.3))
        try await run(workload, until: 3000)
        let comparison = comparison(workload, store)
        #expect(comparison.offences == [], Seed.note)
        #expect(comparison.unexpected == [])
        #expect(comparison.intact == comparison.keys)
        #expect(comparison.acknowledged == workload.ledger.acknowledgedCount)
        #expect(store.objects.count <= 50)
        #expect(store.objects.keys.allSatisfy { $0.hasPrefix(Self.prefix) })
        #expect(workload.history.counts.refused > 0)
        #expect(workload.history.counts.deferred > 0)
    }

    @Test func aStoreThatOnlyPretendsIsFoundOut() async throws {
        let store = MemoryStore(answer: { $0 > 1000 ? .pretend : .serve })
        let workload = workload(store, plan())
        try await run(workload, until: 1500)
        #expect(workload.history.counts.served == workload.history.counts.all)
        let comparison = comparison(workload, store)
        #expect(comparison.count(of: .stale) > 0, Seed.note)
        #expect(comparison.intact < comparison.keys)
    }

    /// One object of each kind, each with another damage.
    @Test func everyDamageIsNamedAndNothingElse() async throws {
        let store = MemoryStore()
        let workload = workload(store, plan())
        try await run(workload, until: 2000)
        let deletion = await workload.client.perform(
            .write(.deletion), number: 0, intended: .now)
        try #require(deletion?.sample.isServed == true)
        let book = workload.ledger.book
        let keys = workload.client.keys
        let live = book.expectations().keys.filter { $0.last?.isDelete == false }.prefix(3)
        let deleted = book.expectations().keys.first { $0.last?.isDelete == true }
        try #require(live.count == 3)
        let names = live.map { keys.names[$0.key] }
        let gone = keys.names[try #require(deleted).key]
        // As a write before the first would have left it.
        let older = workload.client.objects.body(of: live[2].key, sequence: 0)
        store.tamper { objects in
            objects[names[0]] = nil
            objects[names[1]]?[100] ^= 1
            objects[names[2]] = older
            objects[gone] = [1, 2, 3]
            objects[Self.prefix + "stranger"] = []
        }
        let comparison = comparison(workload, store)
        let found = Dictionary(
            uniqueKeysWithValues: comparison.offences.map { ($0.key, $0.finding) })
        #expect(
            found == [
                names[0]: .lost, names[1]: .corrupt, names[2]: .stale, gone: .resurrected,
            ], Seed.note)
        #expect(comparison.unexpected == [Self.prefix + "stranger"])
    }

    @Test func operationsComeInTheirShares() async throws {
        let store = MemoryStore()
        let workload = workload(store, plan(overwrites: 0.4, deletes: 0.2, keys: 2000))
        workload.ledger.keepEverything()
        _ = workload.ledger.takeSnapshot(asOf: .now)
        try await run(workload, until: 4000)
        let changes = workload.ledger.book.changesSinceSnapshot
        // About 2000 writes: these bounds are five standard deviations away and more.
        let all = Double(changes.creations + changes.overwrites + changes.deletions)
        #expect(abs(Double(changes.deletions) / all - 0.2) < 0.06, Seed.note)
        #expect(abs(Double(changes.overwrites) / all - 0.4) < 0.06, Seed.note)
    }

    @Test func aLoadCanBePutOnAgain() async throws {
        let store = MemoryStore()
        let workload = workload(store, plan())
        try await run(workload, until: 100)
        let calls = store.calls
        let again = await workload.stop()
        #expect(!again)
        #expect(store.calls == calls)
        try await run(workload, until: calls + 100)
        #expect(comparison(workload, store).offences == [])
    }

    /// A storage that does not answer does not slow the load down.
    @Test func operationsStartWhetherOrNotEarlierOnesHaveEnded() async throws {
        let store = MemoryStore(isHeld: true)
        let workload = workload(store, plan(rate: 200, keys: 500))
        workload.start()
        try await eventually("many are under way") { workload.pace.record.sent > 100 }
        #expect(workload.history.counts.all == 0)
        store.release()
        await workload.stop()
        #expect(workload.history.counts.all == workload.pace.record.sent)
        #expect(store.races == 0)
    }

    /// With every key being written the load would race with itself: it holds back, and says so.
    @Test func whatCannotBeWrittenWithoutARaceIsWithheld() async throws {
        let store = MemoryStore(isHeld: true)
        let workload = workload(store, plan(rate: 500, keys: 3))
        workload.start()
        try await eventually("operations are withheld") { workload.pace.record.withheld > 10 }
        store.release()
        await workload.stop()
        let pace = workload.pace.record
        #expect(store.races == 0)
        #expect(pace.slip > 0)
        #expect(!pace.isHeld)
        #expect(workload.history.counts.all == pace.sent)
        #expect(comparison(workload, store).offences == [])
    }

    @Test func theLastOperationsAreKeptWithTheirReasons() async throws {
        let store = MemoryStore(answer: { _ in .refuse })
        let workload = workload(store, plan())
        try await run(workload, until: 200)
        let notes = workload.history.last(1000)
        #expect(notes.count == OperationHistory.notes)
        #expect(notes.allSatisfy { $0.detail == "not now" && $0.key.hasPrefix(Self.prefix) })
        #expect(workload.history.last(3).count == 3)
    }
}
