import Testing

@testable import Engine

/// The ledger forgets as it goes; a naive model that forgets nothing must come to the same.
struct LedgerPropertyTests {
    /// Every write that ever was, and how it ended.
    private struct Entry {
        let key: Int
        let sequence: Int
        let isDelete: Bool
        let start: Int
        var end: Int?
        var outcome: OperationSample.Outcome?

        func isAcknowledged(by time: Int) -> Bool {
            guard let end, let outcome else { return false }
            return [.served, .deferred].contains(outcome) && end <= time
        }

        /// Whether it could have any effect by then.
        func mayCount(by time: Int) -> Bool {
            start <= time && outcome != .refused && outcome != .failed
        }
    }

    private struct Model {
        var entries: [Entry] = []

        func of(_ key: Int) -> [Entry] { entries.filter { $0.key == key } }

        func last(of key: Int, by time: Int) -> Entry? {
            of(key).filter { $0.isAcknowledged(by: time) }
                .max { ($0.start, $0.sequence) < ($1.start, $1.sequence) }
        }

        /// No write that was acknowledged by then began after it had ended.
        func allowed(of key: Int, by time: Int) -> [Entry] {
            of(key).filter { entry in
                entry.mayCount(by: time)
                    && !of(key).contains { other in
                        other.isAcknowledged(by: time) && (entry.end ?? .max) < other.start
                    }
            }
        }

        func finding(of key: Int, stored: Int?, by time: Int) -> KeyFinding? {
            guard let last = last(of: key, by: time) else { return nil }
            let isAllowed = allowed(of: key, by: time).contains {
                $0.isDelete ? stored == nil : stored == $0.sequence
            }
            if isAllowed { return .intact }
            guard let stored else { return .lost }
            if last.isDelete { return .resurrected }
            let isGenuine = of(key).contains { $0.sequence == stored }
            return isGenuine ? .stale : .corrupt
        }
    }

    private static let keys = 4
    private static let start = ContinuousClock.now
    private static let objects = SyntheticObjects(seed: 3, bytes: 64)
    private static let space = KeySpace(prefix: "", count: keys)

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    /// A book and its model after the same writes, which overlap as they like.
    private struct History {
        var book = LedgerBook(keys: LedgerPropertyTests.keys)
        var model = Model()
        var time = 0
        private var open: [(write: LedgerBook.Write, place: Int)] = []

        mutating func go(on steps: Int, using random: inout SplitMix64) {
            for _ in 0..<steps {
                time += Int.random(in: 0...3, using: &random)
                if open.isEmpty || Int.random(in: 0..<5, using: &random) < 2 {
                    begin(using: &random)
                } else {
                    end(using: &random)
                }
            }
        }

        private mutating func begin(using random: inout SplitMix64) {
            let key = Int.random(in: 0..<LedgerPropertyTests.keys, using: &random)
            let isDelete = Int.random(in: 0..<4, using: &random) == 0
            let write = book.begin(
                isDelete ? .deletion : .overwrite, of: key, at: LedgerPropertyTests.at(time))
            open.append((write, model.entries.count))
            model.entries.append(
                Entry(key: key, sequence: write.sequence, isDelete: isDelete, start: time))
        }

        private mutating func end(using random: inout SplitMix64) {
            let (write, place) = open.remove(at: Int.random(in: 0..<open.count, using: &random))
            let outcomes = OperationSample.Outcome.allCases + [.served, .served]
            let outcome = outcomes[Int.random(in: 0..<outcomes.count, using: &random)]
            model.entries[place].end = time
            model.entries[place].outcome = outcome
            book.end(write, as: outcome, at: LedgerPropertyTests.at(time))
        }
    }

    private static func object(_ sequence: Int?, of key: Int) -> StoredObject? {
        sequence.map { StoredObject(objects.body(of: key, sequence: $0)) }
    }

    private func check(
        _ expectations: LedgerExpectations, _ model: Model, by time: Int,
        using random: inout SplitMix64, _ note: Comment
    ) {
        for key in 0..<Self.keys {
            let expectation = expectations.keys.first { $0.key == key }
            let allowed = expectation?.allowed.map(\.sequence) ?? []
            #expect(allowed == model.allowed(of: key, by: time).map(\.sequence), note)
            #expect(expectation?.last?.sequence == model.last(of: key, by: time)?.sequence, note)
        }
        // Nothing, the body of any write of any key, or bytes of nobody.
        let stored: [Int?] = (0..<Self.keys).map { _ in
            let choice = Int.random(in: -1...model.entries.count + 1, using: &random)
            return choice < 0 ? nil : choice
        }
        var objects: [String: StoredObject] = [:]
        for (key, sequence) in stored.enumerated() {
            let isOurs = model.of(key).contains { $0.sequence == sequence }
            // What is of another key keeps the bytes of that key.
            let object = Self.object(sequence, of: isOurs ? key : key + 1)
            objects[Self.space.names[key]] = object
        }
        let comparison = LedgerComparison(
            expectations, stored: objects, keys: Self.space, objects: Self.objects)
        let findings = (0..<Self.keys).map {
            model.finding(of: $0, stored: stored[$0], by: time)
        }
        let expected = zip(Self.space.names, findings).filter { $1 != nil && $1 != .intact }
        #expect(comparison.offences.map(\.key) == expected.map(\.0), note)
        #expect(comparison.offences.map(\.finding) == expected.compactMap(\.1), note)
        #expect(comparison.keys == findings.count { $0 != nil }, note)
        #expect(comparison.intact == findings.count { $0 == .intact }, note)
        #expect(
            comparison.acknowledged == model.entries.count { $0.isAcknowledged(by: time) }, note)
    }

    @Test func theBookKnowsWhatAModelKnowsThatForgetsNothing() {
        var random = SplitMix64(seed: Seed.value)
        for round in 0..<150 {
            var history = History()
            for _ in 0..<8 {
                history.go(on: 12, using: &random)
                check(
                    history.book.expectations(), history.model, by: history.time,
                    using: &random, "round \(round), seed \(Seed.value)")
            }
        }
    }

    @Test func aSnapshotIsWhatTheModelKnewThen() throws {
        var random = SplitMix64(seed: Seed.value &+ 1)
        for round in 0..<150 {
            let note: Comment = "round \(round), seed \(Seed.value)"
            var history = History()
            history.go(on: 40, using: &random)
            let since = history.time
            history.book.keepEverything(since: Self.at(since))
            history.go(on: 40, using: &random)
            let moment = Int.random(in: since...history.time, using: &random)
            history.go(on: 20, using: &random)
            let taken = history.book.takeSnapshot(asOf: Self.at(moment))
            check(try #require(taken, note), history.model, by: moment, using: &random, note)
            history.go(on: 20, using: &random)
            check(
                history.book.expectations(), history.model, by: history.time, using: &random,
                note)
            let changes = history.model.entries.count {
                $0.isAcknowledged(by: history.time) && !$0.isAcknowledged(by: moment)
            }
            let counted = history.book.changesSinceSnapshot
            #expect(
                counted.creations + counted.overwrites + counted.deletions == changes, note)
        }
    }
}
