internal import DRTesting
internal import FoundationEssentials
internal import ResilientStorage
internal import S3

/// What was acknowledged, against what is stored.
extension Drill {
    /// A scenario need not ask for the comparison, but without one nothing is known of losses.
    func compareIfNoStepDid() async throws {
        let facts = facts.all
        // What a registered action did, nobody here knows.
        let wasBroken =
            facts.fault?.ending != nil || facts.backup.impact != nil
            || !facts.changes.isEmpty
        guard wasBroken, facts.comparison == nil else { return }
        try await compareLedger(drainedWithin: .seconds(60))
        if facts.faults.isEmpty, facts.backup.impact == nil { try await recordLosses() }
    }

    /// Where no recovery is measured, no other row would tell of them.
    private func recordLosses() async throws {
        guard let offences = facts.all.comparison?.offences, !offences.isEmpty else { return }
        var lost = ResultRecorded()
        (lost.component, lost.testName) = ("workload", "Nothing acknowledged is lost")
        (lost.expectedResult, lost.verdict) = ("every key as it was acknowledged", .failed)
        lost.actualResult = "\(offences.count.counted("key")) damaged"
        lost.errorMessage = lost.actualResult
        try await journal.record(.recordResult(lost))
    }

    func compareLedger(drainedWithin limit: Duration) async throws {
        guard let system, let workload else { return }
        setWaiting("the last writes to end")
        await stopLoad()
        setWaiting("the queue to be empty")
        let deadline = ContinuousClock.now + limit
        while await system.store.selfReport.queueDepth ?? 0 > 0, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
        }
        let report = await system.store.selfReport
        if report.queueDepth == 0 { noteEmptyQueue(at: report.queueEmptied) }
        if report.queueDepth == nil { try await awaitDeliveries(until: deadline) }
        setWaiting("every key to be compared with the ledger")
        let stored = try await storedObjects(in: await system.serving, below: keys.data)
        var comparison = compareAll(stored, workload)
        if let other = try await compareLoadProcess(settledWithin: limit) { comparison.add(other) }
        let compared = comparison
        facts.update { $0.comparison = compared }
        try await journal.write([.ledgerCompared(compared.recorded(of: .end, clock: clock))])
    }

    private func compareAll(
        _ stored: [String: StoredObject], _ workload: Workload
    ) -> LedgerComparison {
        LedgerComparison(
            workload.ledger.book.expectations(), stored: stored, keys: workload.client.keys,
            objects: workload.client.objects)
    }

    /// - Parameter instant: when that was seen, where nobody tells of single deliveries.
    private func noteEmptyQueue(at instant: ContinuousClock.Instant?) {
        facts.update { state in
            state.queueEmptied = .now
            if let instant { state.storage.drained(at: instant) }
        }
    }

    /// The queue of a service that tells nothing of it is empty when all is stored that should be.
    private func awaitDeliveries(until deadline: ContinuousClock.Instant) async throws {
        guard let system, let workload else { return }
        setWaiting("everything acknowledged to be stored")
        repeat {
            let seen = ContinuousClock.now
            let stored = try await storedObjects(in: await system.serving, below: keys.data)
            if compareAll(stored, workload).offences.isEmpty {
                // What was deferred is known to be delivered only now.
                let hasDeferred = workload.history.counts.deferred > 0
                return noteEmptyQueue(at: hasDeferred ? seen : nil)
            }
            try await Task.sleep(for: .milliseconds(500))
        } while ContinuousClock.now < deadline
    }

    /// Reads every object below a prefix, past the proxy.
    ///
    /// - Returns: by the keys that the drill knows them by.
    func storedObjects(
        in place: StoragePlace, below prefix: String
    ) async throws -> [String: StoredObject] {
        let (client, bucket, before) = (place.direct, place.bucket, place.keyPrefix)
        let listed = try await client.listAll(bucket, prefix: place.objectKey(prefix))
        let keys = listed.map { String($0.key.dropFirst(before.count)) }
        return try await withThrowingTaskGroup(of: (String, StoredObject?).self) { group in
            var objects: [String: StoredObject] = [:]
            for (index, key) in keys.enumerated() {
                if index >= 8, let (key, object) = try await group.next() { objects[key] = object }
                group.addTask {
                    do {
                        let body = try await client.get(before + key, in: bucket).body
                        return (key, StoredObject(body))
                    } catch let error as S3Error where error.code == .noSuchKey {
                        // Deleted since it was listed.
                        return (key, nil)
                    }
                }
            }
            for try await (key, object) in group { objects[key] = object }
            return objects
        }
    }
}

extension LedgerComparison {
    /// What was compared, as it is recorded.
    enum Subject: String {
        /// What is stored at the end of a run.
        case end = "final"
        /// What the secondary held when it had just taken over.
        case takeover
        /// What is stored after a restore, against the ledger as of the snapshot.
        case restore
        /// The same, against the ledger as it was right before the restore: what the restore lost.
        case beforeRestore = "before restore"
        /// What was restored to an empty place, against the ledger as of the snapshot.
        case restoredCopy = "restored copy"
    }

    /// At most so many keys are named.
    private static let maximumNamed = 100

    func recorded(of subject: Subject, clock: RunClock) -> LedgerCompared {
        var compared = LedgerCompared()
        compared.subject = subject.rawValue
        compared.acknowledged = UInt64(acknowledged)
        (compared.keys, compared.intact) = (UInt64(keys), UInt64(intact))
        compared.lost = UInt64(count(of: .lost))
        compared.stale = UInt64(count(of: .stale))
        compared.corrupt = UInt64(count(of: .corrupt))
        compared.resurrected = UInt64(count(of: .resurrected))
        compared.unexpected = UInt64(unexpected.count)
        compared.indeterminate = UInt64(indeterminate)
        compared.bytesCompared = UInt64(bytesCompared)
        let offending = offences.map { offence in
            var key = OffendingKey()
            (key.key, key.finding) = (offence.key, offence.finding.rawValue)
            key.acknowledgedUs = clock.offset(of: offence.acknowledged)
            return key
        }
        let strangers = unexpected.map { name in
            var key = OffendingKey()
            (key.key, key.finding) = (name, "unexpected")
            return key
        }
        compared.offending = Array((offending + strangers).prefix(Self.maximumNamed))
        return compared
    }
}
