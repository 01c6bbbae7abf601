import DRTesting
import Testing

@testable import Engine

/// Times are milliseconds after some moment.
struct LedgerComparisonTests {
    struct Write: Sendable {
        var change = OperationMix.Change.overwrite
        /// `nil`: it has not ended.
        let outcome: OperationSample.Outcome?
        let start: Int
        var end = 0

        /// One that took from its start until 5 ms later.
        static func served(at start: Int) -> Write {
            Write(outcome: .served, start: start, end: start + 5)
        }

        static func deleted(at start: Int) -> Write {
            Write(change: .deletion, outcome: .served, start: start, end: start + 5)
        }

        static func unknown(from start: Int, to end: Int) -> Write {
            Write(outcome: .indeterminate, start: start, end: end)
        }
    }

    enum Stored: Equatable, Sendable {
        case nothing
        /// The body of a write, from 1.
        case write(Int)
        /// The first line of that, and other bytes.
        case forgery(Int)
        /// That of another key.
        case stranger(Int)
        case garbage
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let claim: String
        let writes: [Write]
        let stored: Stored
        let finding: KeyFinding

        var testDescription: String { claim }
    }

    private static let start = ContinuousClock.now
    private static let objects = SyntheticObjects(seed: 7, bytes: 80)
    private static let keys = KeySpace(prefix: "k/", count: 200)

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    private static func enter(_ writes: [Write], of key: Int = 0, into book: inout LedgerBook) {
        let begun = writes.map { book.begin($0.change, of: key, at: at($0.start)) }
        for (write, begun) in zip(writes, begun) {
            if let outcome = write.outcome { book.end(begun, as: outcome, at: at(write.end)) }
        }
    }

    private static func object(_ stored: Stored) -> StoredObject? {
        switch stored {
        case .nothing: return nil
        case .write(let sequence): return StoredObject(objects.body(of: 0, sequence: sequence))
        case .forgery(let sequence):
            var body = objects.body(of: 0, sequence: sequence)
            body[body.count - 1] ^= 1
            return StoredObject(body)
        case .stranger(let sequence):
            return StoredObject(objects.body(of: 1, sequence: sequence))
        case .garbage: return StoredObject(Array("x".utf8))
        }
    }

    private static func compare(
        _ book: LedgerBook, _ stored: [Int: StoredObject]
    ) -> LedgerComparison {
        let named = stored.map { (keys.names[$0.key], $0.value) }
        return LedgerComparison(
            book.expectations(), stored: Dictionary(uniqueKeysWithValues: named), keys: keys,
            objects: objects)
    }

    static let cases: [Case] = [
        Case(claim: "as written", writes: [.served(at: 0)], stored: .write(1), finding: .intact),
        Case(claim: "gone", writes: [.served(at: 0)], stored: .nothing, finding: .lost),
        Case(
            claim: "an older version", writes: [.served(at: 0), .served(at: 10)],
            stored: .write(1), finding: .stale),
        Case(
            claim: "bytes of nobody", writes: [.served(at: 0)], stored: .garbage,
            finding: .corrupt),
        Case(
            claim: "one bit is another", writes: [.served(at: 0)], stored: .forgery(1),
            finding: .corrupt),
        Case(
            claim: "what another key should hold", writes: [.served(at: 0)],
            stored: .stranger(1), finding: .corrupt),
        Case(
            claim: "deleted and gone", writes: [.served(at: 0), .deleted(at: 10)],
            stored: .nothing, finding: .intact),
        Case(
            claim: "deleted and back", writes: [.served(at: 0), .deleted(at: 10)],
            stored: .write(1), finding: .resurrected),
        Case(
            claim: "deleted and back with other bytes",
            writes: [.served(at: 0), .deleted(at: 10)], stored: .garbage, finding: .resurrected),
        Case(
            claim: "written again after a delete",
            writes: [.served(at: 0), .deleted(at: 10), .served(at: 20)], stored: .write(3),
            finding: .intact),
        Case(
            claim: "as it was before a delete and another write",
            writes: [.served(at: 0), .deleted(at: 10), .served(at: 20)], stored: .write(1),
            finding: .stale),
        Case(
            claim: "deferred is acknowledged",
            writes: [Write(outcome: .deferred, start: 0, end: 5)], stored: .nothing,
            finding: .lost),
        Case(
            claim: "refused is not acknowledged",
            writes: [.served(at: 0), Write(outcome: .refused, start: 10, end: 15)],
            stored: .write(1), finding: .intact),
        Case(
            claim: "refused and yet there",
            writes: [.served(at: 0), Write(outcome: .refused, start: 10, end: 15)],
            stored: .write(2), finding: .stale),
    ]

    static let unknownCases: [Case] = [
        Case(
            claim: "an unknown write that follows may be there",
            writes: [.served(at: 0), .unknown(from: 10, to: 20)], stored: .write(2),
            finding: .intact),
        Case(
            claim: "or not", writes: [.served(at: 0), .unknown(from: 10, to: 20)],
            stored: .write(1), finding: .intact),
        Case(
            claim: "but it does not excuse a loss",
            writes: [.served(at: 0), .unknown(from: 10, to: 20)], stored: .nothing,
            finding: .lost),
        Case(
            claim: "any of several unknown writes may be there",
            writes: [.served(at: 0), .unknown(from: 10, to: 20), .unknown(from: 30, to: 40)],
            stored: .write(2), finding: .intact),
        Case(
            claim: "an unknown delete that follows may have worked",
            writes: [
                .served(at: 0),
                Write(change: .deletion, outcome: .indeterminate, start: 10, end: 20),
            ], stored: .nothing, finding: .intact),
        Case(
            claim: "a write that has not ended may be there",
            writes: [.served(at: 0), Write(outcome: nil, start: 10)], stored: .write(2),
            finding: .intact),
        Case(
            claim: "an unknown write that overlaps may be there",
            writes: [.unknown(from: 0, to: 12), .served(at: 10)], stored: .write(1),
            finding: .intact),
        Case(
            claim: "an unknown write that came before may not",
            writes: [.unknown(from: 0, to: 5), .served(at: 10)], stored: .write(1),
            finding: .stale),
        Case(
            claim: "an unknown delete that came before may not have the last word",
            writes: [
                Write(change: .deletion, outcome: .indeterminate, start: 0, end: 5),
                .served(at: 10),
            ], stored: .nothing, finding: .lost),
        Case(
            claim: "of two acknowledged writes that overlap the first may be there",
            writes: [Write(outcome: .served, start: 0, end: 12), .served(at: 10)],
            stored: .write(1), finding: .intact),
        Case(
            claim: "or the second",
            writes: [Write(outcome: .served, start: 0, end: 12), .served(at: 10)],
            stored: .write(2), finding: .intact),
        Case(
            claim: "a delete that overlaps an acknowledged write may have come last",
            writes: [
                Write(change: .deletion, outcome: .served, start: 0, end: 12), .served(at: 10),
            ], stored: .nothing, finding: .intact),
    ]

    @Test(arguments: LedgerComparisonTests.cases + LedgerComparisonTests.unknownCases)
    func aKeyIsHeldAgainstItsWrites(_ example: Case) {
        var book = LedgerBook(keys: 2)
        Self.enter(example.writes, into: &book)
        let object = Self.object(example.stored)
        let comparison = Self.compare(book, object.map { [0: $0] } ?? [:])
        let isIntact = example.finding == .intact
        #expect(comparison.keys == 1)
        #expect(comparison.intact == (isIntact ? 1 : 0))
        #expect(comparison.offences.map(\.finding) == (isIntact ? [] : [example.finding]))
        #expect(comparison.unexpected == [])
        #expect(comparison.bytesCompared == object?.bytes ?? 0)
    }

    @Test func whatNobodyAcknowledgedMayBeThereOrNot() {
        for stored in [Stored.nothing, .write(1)] {
            var book = LedgerBook(keys: 2)
            Self.enter([.unknown(from: 0, to: 5)], into: &book)
            let comparison = Self.compare(book, Self.object(stored).map { [0: $0] } ?? [:])
            #expect(comparison.keys == 0)
            #expect(comparison.acknowledged == 0)
            #expect(comparison.indeterminate == 1)
            #expect(comparison.offences == [])
            #expect(comparison.unexpected == [])
        }
    }

    @Test(arguments: [Stored.write(1), .garbage, .stranger(1)])
    func whatWasOnlyRefusedIsNotExpected(_ stored: Stored) {
        var book = LedgerBook(keys: 2)
        Self.enter([Write(outcome: .refused, start: 0, end: 5)], into: &book)
        let comparison = Self.compare(book, Self.object(stored).map { [0: $0] } ?? [:])
        #expect(comparison.unexpected == [Self.keys.names[0]])
        #expect(comparison.offences == [])
    }

    @Test func otherBytesThanThoseOfAnUnknownWriteAreNotExpected() {
        var book = LedgerBook(keys: 2)
        Self.enter([.unknown(from: 0, to: 5)], into: &book)
        let comparison = Self.compare(book, [0: StoredObject([1])])
        #expect(comparison.unexpected == [Self.keys.names[0]])
    }

    @Test func objectsThatNobodyWroteAreNamed() {
        var book = LedgerBook(keys: 2)
        Self.enter([.served(at: 0)], into: &book)
        let stored = [
            Self.keys.names[0]: StoredObject(Self.objects.body(of: 0, sequence: 1)),
            "z": StoredObject([1]), "a": StoredObject([]),
        ]
        let comparison = LedgerComparison(
            book.expectations(), stored: stored, keys: Self.keys, objects: Self.objects)
        #expect(comparison.unexpected == ["a", "z"])
        #expect(comparison.intact == 1)
    }

    @Test func offencesAreInTheOrderOfTheirKeysWithTheTimeOfTheLastWrite() {
        var book = LedgerBook(keys: 11)
        Self.enter([.served(at: 0), .served(at: 100)], of: 2, into: &book)
        Self.enter([.served(at: 50), .unknown(from: 60, to: 70)], of: 10, into: &book)
        Self.enter([.served(at: 0)], of: 3, into: &book)
        // It was the fifth write of all.
        let object = StoredObject(Self.objects.body(of: 3, sequence: 5))
        let comparison = Self.compare(book, [3: object])
        // Names are in the order of text.
        #expect(comparison.offences.map(\.key) == [Self.keys.names[10], Self.keys.names[2]])
        #expect(comparison.offences.map(\.acknowledged) == [Self.at(55), Self.at(105)])
        #expect(comparison.acknowledged == 4)
        #expect(comparison.intact == 1)
        #expect(comparison.count(of: .lost) == 2)
        #expect(comparison.count(of: .stale) == 0)
    }

    @Test func theRecordNamesAtMostAHundredKeys() {
        var book = LedgerBook(keys: 150)
        for key in 0..<150 { Self.enter([.served(at: 7)], of: key, into: &book) }
        let stored = (0..<5).map { ("stranger/\($0)", StoredObject([UInt8($0)])) }
        let comparison = LedgerComparison(
            book.expectations(), stored: Dictionary(uniqueKeysWithValues: stored),
            keys: Self.keys, objects: Self.objects)
        let recorded = comparison.recorded(
            of: .end, clock: RunClock(start: Self.start, startTime: 0))
        #expect(recorded.subject == "final")
        #expect(recorded.lost == 150)
        #expect(recorded.unexpected == 5)
        #expect(recorded.keys == 150)
        #expect(recorded.offending.count == 100)
        #expect(recorded.offending.first?.finding == "lost")
        #expect(recorded.offending.first?.acknowledgedUs == 12_000)
    }

    @Test func theRecordNamesStrangersAfterOffences() {
        var book = LedgerBook(keys: 1)
        Self.enter([.served(at: 0), .deleted(at: 10)], into: &book)
        let stored = [
            Self.keys.names[0]: StoredObject(Self.objects.body(of: 0, sequence: 1)),
            "a": StoredObject([1]),
        ]
        let recorded = LedgerComparison(
            book.expectations(), stored: stored, keys: Self.keys, objects: Self.objects
        ).recorded(of: .takeover, clock: RunClock(start: Self.start, startTime: 0))
        #expect(recorded.offending.map(\.key) == [Self.keys.names[0], "a"])
        #expect(recorded.offending.map(\.finding) == ["resurrected", "unexpected"])
        #expect(recorded.offending.map(\.acknowledgedUs) == [15_000, nil])
        #expect(recorded.subject == "takeover")
        #expect(recorded.resurrected == 1)
        #expect(recorded.bytesCompared == 80)
    }
}
