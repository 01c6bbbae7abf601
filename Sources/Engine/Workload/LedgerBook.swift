/// What is known of the writes of a load: for every key what it may hold. A pure value.
///
/// Kept outside of the system under test, so that it can be held against the stored bytes. Its
/// size follows from the number of keys, not from the number of writes: of each key it keeps the
/// writes that can still decide what is stored.
struct LedgerBook: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// A key with so many writes of unknown fate is not written any more.
    static let maximumDoubts = 1000

    struct Version: Codable, Equatable, Sendable {
        enum Fate: UInt8, Codable, Sendable {
            case underWay, acknowledged
            /// Nobody knows whether it was applied, or will be.
            case indeterminate
        }

        /// Counted over all writes, from 1.
        let sequence: Int
        let change: OperationMix.Change
        let started: Instant
        var ended: Instant?
        var fate = Fate.underWay

        var isDelete: Bool { change == .deletion }

        /// Acknowledged by `instant`, or at all.
        func isAcknowledged(by instant: Instant?) -> Bool {
            guard fate == .acknowledged, let ended else { return false }
            return instant.map { ended <= $0 } ?? true
        }

        func isAcknowledged(after instant: Instant) -> Bool {
            fate == .acknowledged && !isAcknowledged(by: instant)
        }

        /// It was under way at `instant`, or still is.
        func isOpen(at instant: Instant?) -> Bool {
            guard let ended else { return true }
            return instant.map { started <= $0 && $0 < ended } ?? false
        }
    }

    /// A write that has begun.
    struct Write: Equatable, Sendable {
        let key: Int
        let sequence: Int
        let change: OperationMix.Change
    }

    /// Acknowledged changes.
    struct Changes: Equatable, Sendable {
        var creations = 0
        var overwrites = 0
        var deletions = 0
    }

    /// Nobody sees all keys at one moment: how much younger than a snapshot the writes may be that
    /// it shows all the same.
    struct Blur: Equatable, Sendable {
        /// What began by then may show. `nil`: nothing that is younger does.
        var end: Instant?
        /// Keys of which more may show, and by when that began.
        var ends: [Int: Instant] = [:]

        func end(of key: Int, after snapshot: Instant) -> Instant { ends[key] ?? end ?? snapshot }
    }

    private struct Record {
        /// In the order in which they began.
        var versions: [Version] = []
        var underWay = 0
        var doubts = 0
        var oldestChange: Instant?

        var isIdle: Bool { underWay == 0 && doubts < maximumDoubts }
    }

    private var records: [Record]
    /// Keys that hold an object, as far as is known, and all others.
    private var live: KeyPool
    private var free: KeyPool
    private var sequence = 0
    private var keptSince: Instant?
    private var snapshot: Instant?

    /// Writes and deletes.
    private(set) var acknowledged = 0
    /// Those that have ended.
    private(set) var indeterminate = 0
    /// When the first write was acknowledged.
    private(set) var firstAcknowledged: Instant?
    /// What was acknowledged since the snapshot.
    private(set) var changesSinceSnapshot = Changes()

    init(keys: Int) {
        records = Array(repeating: Record(), count: keys)
        live = KeyPool(among: keys)
        free = KeyPool(among: keys)
        for key in 0..<keys { free.insert(key) }
    }

    // MARK: Writes

    /// A write of some key begins, of one that nobody is writing: a load does not race with
    /// itself, so that the order of its writes is known.
    ///
    /// Where every key is in use a creation overwrites; where none is, everything creates.
    /// - Parameter roll: chooses among the keys.
    /// - Returns: `nil` if there is no key that can be written now.
    mutating func begin(
        _ wanted: OperationMix.Change, choosing roll: UInt64, at instant: Instant
    ) -> Write? {
        if wanted == .creation {
            if let key = idleKey(in: free, roll) { return begin(.creation, of: key, at: instant) }
            return idleKey(in: live, roll).map { begin(.overwrite, of: $0, at: instant) }
        }
        if let key = idleKey(in: live, roll) { return begin(wanted, of: key, at: instant) }
        return idleKey(in: free, roll).map { begin(.creation, of: $0, at: instant) }
    }

    /// A write of this key begins, whatever else is under way.
    mutating func begin(
        _ change: OperationMix.Change, of key: Int, at instant: Instant
    ) -> Write {
        sequence += 1
        records[key].versions.append(
            Version(sequence: sequence, change: change, started: instant))
        records[key].underWay += 1
        return Write(key: key, sequence: sequence, change: change)
    }

    /// A write has ended. The second end of a write changes nothing.
    mutating func end(
        _ write: Write, as outcome: OperationSample.Outcome, at instant: Instant
    ) {
        let key = write.key
        let found = records[key].versions.firstIndex {
            $0.sequence == write.sequence && $0.fate == .underWay
        }
        guard let index = found else { return }
        records[key].underWay -= 1
        records[key].versions[index].ended = instant
        switch outcome {
        case .served, .deferred:
            records[key].versions[index].fate = .acknowledged
            acknowledged += 1
            firstAcknowledged = min(firstAcknowledged ?? instant, instant)
            if let snapshot, instant > snapshot {
                noteChange(records[key].versions[index], of: key)
            }
            move(key, toLive: write.change != .deletion)
        case .indeterminate:
            records[key].versions[index].fate = .indeterminate
            indeterminate += 1
            if write.change != .deletion { move(key, toLive: true) }
        case .refused, .failed:
            records[key].versions.remove(at: index)
        }
        forget(key)
    }

    /// A key that holds an object, or any if none does.
    func keyToRead(choosing roll: UInt64) -> Int {
        let keys = live.members
        return keys.isEmpty
            ? Int(roll % UInt64(records.count)) : keys[Int(roll % UInt64(keys.count))]
    }

    private func idleKey(in pool: KeyPool, _ roll: UInt64) -> Int? {
        let keys = pool.members
        if keys.isEmpty { return nil }
        let start = Int(roll % UInt64(keys.count))
        return (0..<keys.count).lazy.map { keys[(start + $0) % keys.count] }
            .first { records[$0].isIdle }
    }

    private mutating func move(_ key: Int, toLive isLive: Bool) {
        if isLive {
            free.remove(key)
            live.insert(key)
        } else {
            live.remove(key)
            free.insert(key)
        }
    }

    /// Writes that had ended before the last acknowledged one began cannot decide any more.
    private mutating func forget(_ key: Int) {
        if keptSince == nil, let last = Self.last(of: records[key].versions, by: nil) {
            records[key].versions.removeAll { $0.ended.map { $0 < last.started } ?? false }
        }
        records[key].doubts = records[key].versions.count { $0.fate == .indeterminate }
    }

    // MARK: Snapshots

    /// From here on nothing is forgotten, so that a snapshot can be taken as of a moment that
    /// becomes known only later. Costs memory for every write until it is taken.
    mutating func keepEverything(since instant: Instant) { keptSince = keptSince ?? instant }

    /// No snapshot will be taken: what is not needed any more is forgotten again.
    mutating func keepNoMore() {
        keptSince = nil
        for key in records.indices { forget(key) }
    }

    /// What every key might hold at a moment; `nil` if not everything was kept since then.
    func keptExpectations(asOf instant: Instant, blur: Blur = Blur()) -> LedgerExpectations? {
        guard let keptSince, keptSince <= instant else { return nil }
        return expectations(asOf: instant, blur: blur)
    }

    /// What every key might hold at a moment. Changes count anew from there, and what is not
    /// needed any more is forgotten again.
    ///
    /// - Returns: `nil` if not everything was kept since then.
    mutating func takeSnapshot(
        asOf instant: Instant, blur: Blur = Blur()
    ) -> LedgerExpectations? {
        let taken = keptExpectations(asOf: instant, blur: blur)
        (keptSince, snapshot) = (nil, instant)
        changesSinceSnapshot = Changes()
        for key in records.indices {
            records[key].oldestChange = nil
            for version in records[key].versions where version.isAcknowledged(after: instant) {
                noteChange(version, of: key)
            }
            forget(key)
        }
        return taken
    }

    /// The storage was set back to a snapshot: what came after it is undone, and does not count as
    /// a change any more.
    ///
    /// - Precondition: no write is under way: it might be undone or not.
    mutating func setBack(to snapshot: LedgerExpectations, at instant: Instant) {
        changesSinceSnapshot = Changes()
        for key in records.indices {
            precondition(records[key].underWay == 0, "A ledger is set back while nobody writes.")
            records[key] = Record()
            move(key, toLive: false)
        }
        for expectation in snapshot.keys {
            let key = expectation.key
            records[key].versions = expectation.allowed.map { version in
                if version == expectation.last { return version }
                // The snapshot may show it or not, also if it was acknowledged afterwards.
                var doubtful = version
                (doubtful.fate, doubtful.ended) = (.indeterminate, version.ended ?? instant)
                return doubtful
            }
            forget(key)
            move(key, toLive: expectation.allowed.contains { !$0.isDelete })
        }
    }

    private mutating func noteChange(_ version: Version, of key: Int) {
        switch version.change {
        case .creation: changesSinceSnapshot.creations += 1
        case .overwrite: changesSinceSnapshot.overwrites += 1
        case .deletion: changesSinceSnapshot.deletions += 1
        }
        guard let ended = version.ended else { return }
        records[key].oldestChange = min(records[key].oldestChange ?? ended, ended)
    }

    // MARK: What may be stored

    /// - Parameter instant: as of when; `nil`: as of now. An earlier moment is known only if
    ///   everything was kept since then.
    func expectations(asOf instant: Instant? = nil, blur: Blur = Blur()) -> LedgerExpectations {
        var expectations = LedgerExpectations()
        (expectations.acknowledged, expectations.indeterminate) = (acknowledged, indeterminate)
        for (key, record) in records.enumerated() {
            let known = record.versions.filter { version in
                instant.map { version.started <= blur.end(of: key, after: $0) } ?? true
            }
            expectations.indeterminate += known.count { $0.isOpen(at: instant) }
            if let instant {
                expectations.acknowledged -= record.versions.count {
                    $0.isAcknowledged(after: instant)
                }
                expectations.indeterminate -= record.versions.count { version in
                    version.fate == .indeterminate && version.ended.map { $0 > instant } ?? false
                }
            }
            if known.isEmpty { continue }
            expectations.keys.append(
                KeyExpectation(
                    key: key, last: Self.last(of: known, by: instant),
                    allowed: Self.allowed(of: known, by: instant),
                    oldestChange: record.oldestChange))
        }
        return expectations
    }

    /// Of writes that overlap, the one that began last.
    private static func last(of versions: [Version], by instant: Instant?) -> Version? {
        versions.filter { $0.isAcknowledged(by: instant) }
            .max { ($0.started, $0.sequence) < ($1.started, $1.sequence) }
    }

    /// The last acknowledged one, and whatever overlaps or follows it. What was still under way at
    /// the moment may have been applied or not, however it ended.
    private static func allowed(of versions: [Version], by instant: Instant?) -> [Version] {
        guard let last = last(of: versions, by: instant) else { return versions }
        return versions.filter { $0.ended.map { $0 >= last.started } ?? true }
    }
}
