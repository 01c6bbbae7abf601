import DRTesting
import Testing

@testable import Engine

/// Times are milliseconds after some moment; bodies are words, `nil` is a delete.
struct LedgerComparisonTests {
    struct Write: Sendable {
        let body: String?
        let outcome: OperationSample.Outcome?
        let start: Int
        var end: Int?

        /// One that took from its start until 5 ms later.
        static func served(_ body: String?, at start: Int) -> Write {
            Write(body: body, outcome: .served, start: start, end: start + 5)
        }

        static func unknown(_ body: String?, from start: Int, to end: Int) -> Write {
            Write(body: body, outcome: .indeterminate, start: start, end: end)
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let claim: String
        let writes: [Write]
        let stored: String?
        let finding: KeyFinding

        var testDescription: String { claim }
    }

    private static let start = ContinuousClock.now

    private static func versions(_ writes: [Write]) -> [Ledger.Version] {
        writes.enumerated().map { index, write in
            Ledger.Version(
                sequence: index + 1, digest: write.body.flatMap { digest(of: $0) },
                started: start + .milliseconds(write.start),
                ended: write.end.map { start + .milliseconds($0) }, outcome: write.outcome)
        }
    }

    /// As a ledger computes it.
    private static func digest(of body: String) -> [UInt8]? {
        let ledger = Ledger()
        _ = ledger.begin("key", at: start) { _ in Array(body.utf8) }
        return ledger.versions["key"]?.first?.digest
    }

    static let cases: [Case] = [
        Case(claim: "as written", writes: [.served("a", at: 0)], stored: "a", finding: .intact),
        Case(claim: "gone", writes: [.served("a", at: 0)], stored: nil, finding: .lost),
        Case(
            claim: "an older version", writes: [.served("a", at: 0), .served("b", at: 10)],
            stored: "a", finding: .stale),
        Case(
            claim: "bytes of nobody", writes: [.served("a", at: 0)], stored: "x",
            finding: .corrupt),
        Case(
            claim: "deleted and gone", writes: [.served("a", at: 0), .served(nil, at: 10)],
            stored: nil, finding: .intact),
        Case(
            claim: "deleted and back", writes: [.served("a", at: 0), .served(nil, at: 10)],
            stored: "a", finding: .resurrected),
        Case(
            claim: "written again after a delete",
            writes: [.served("a", at: 0), .served(nil, at: 10), .served("b", at: 20)],
            stored: "b", finding: .intact),
        Case(
            claim: "deferred is acknowledged",
            writes: [Write(body: "a", outcome: .deferred, start: 0, end: 5)], stored: nil,
            finding: .lost),
        Case(
            claim: "refused is not acknowledged",
            writes: [
                .served("a", at: 0), Write(body: "b", outcome: .refused, start: 10, end: 15),
            ], stored: "a", finding: .intact),
    ]

    static let unknownCases: [Case] = [
        Case(
            claim: "an unknown write that follows may be there",
            writes: [.served("a", at: 0), .unknown("b", from: 10, to: 20)], stored: "b",
            finding: .intact),
        Case(
            claim: "or not", writes: [.served("a", at: 0), .unknown("b", from: 10, to: 20)],
            stored: "a", finding: .intact),
        Case(
            claim: "but it does not excuse a loss",
            writes: [.served("a", at: 0), .unknown("b", from: 10, to: 20)], stored: nil,
            finding: .lost),
        Case(
            claim: "an unknown delete that follows may have worked",
            writes: [.served("a", at: 0), .unknown(nil, from: 10, to: 20)], stored: nil,
            finding: .intact),
        Case(
            claim: "a write that has not ended may be there",
            writes: [.served("a", at: 0), Write(body: "b", outcome: nil, start: 10)],
            stored: "b", finding: .intact),
        Case(
            claim: "an unknown write that overlaps may be there",
            writes: [.unknown("a", from: 0, to: 12), .served("b", at: 10)], stored: "a",
            finding: .intact),
        Case(
            claim: "an unknown write that came before may not",
            writes: [.unknown("a", from: 0, to: 5), .served("b", at: 10)], stored: "a",
            finding: .stale),
        Case(
            claim: "an unknown delete that came before may not have the last word",
            writes: [.unknown(nil, from: 0, to: 5), .served("b", at: 10)], stored: nil,
            finding: .lost),
    ]

    @Test(arguments: LedgerComparisonTests.cases + LedgerComparisonTests.unknownCases)
    func aKeyIsHeldAgainstItsWrites(_ example: Case) {
        let stored = example.stored.map { ["key": Array($0.utf8)] } ?? [:]
        let comparison = LedgerComparison(
            ledger: ["key": Self.versions(example.writes)], stored: stored)
        let isIntact = example.finding == .intact
        #expect(comparison.keys == 1)
        #expect(comparison.intact == (isIntact ? 1 : 0))
        #expect(comparison.offences.map(\.finding) == (isIntact ? [] : [example.finding]))
        #expect(comparison.unexpected == [])
        #expect(comparison.bytesCompared == example.stored?.utf8.count ?? 0)
    }

    @Test func whatNobodyAcknowledgedIsNotCompared() {
        let ledger = [
            "a": Self.versions([.unknown("a", from: 0, to: 5)]),
            "b": Self.versions([Write(body: "b", outcome: .failed, start: 0, end: 5)]),
        ]
        let comparison = LedgerComparison(ledger: ledger, stored: ["a": Array("a".utf8)])
        #expect(comparison.keys == 0)
        #expect(comparison.acknowledged == 0)
        #expect(comparison.indeterminate == 1)
        #expect(comparison.offences == [])
        #expect(comparison.unexpected == [])
    }

    @Test func objectsThatNobodyWroteAreNamed() {
        let ledger = ["b": Self.versions([.served("b", at: 0)])]
        let stored = ["b": Array("b".utf8), "z": [UInt8(1)], "a": []]
        let comparison = LedgerComparison(ledger: ledger, stored: stored)
        #expect(comparison.unexpected == ["a", "z"])
        #expect(comparison.intact == 1)
    }

    @Test func offencesAreInTheOrderOfTheirKeysWithTheTimeOfTheLastWrite() {
        let ledger = [
            "b": Self.versions([.served("1", at: 0), .served("2", at: 100)]),
            "a": Self.versions([.served("1", at: 50), .unknown("2", from: 60, to: 70)]),
            "c": Self.versions([.served("1", at: 0)]),
        ]
        let comparison = LedgerComparison(ledger: ledger, stored: ["c": Array("1".utf8)])
        #expect(comparison.offences.map(\.key) == ["a", "b"])
        let expected = [Self.start + .milliseconds(55), Self.start + .milliseconds(105)]
        #expect(comparison.offences.map(\.acknowledged) == expected)
        #expect(comparison.acknowledged == 4)
        #expect(comparison.count(of: .lost) == 2)
        #expect(comparison.count(of: .stale) == 0)
    }

    @Test func theRecordNamesAtMostAHundredKeys() {
        let lost = (0..<150).map { ("lost/\($0)", Self.versions([.served("a", at: 7)])) }
        let stored = Dictionary(
            uniqueKeysWithValues: (0..<5).map { ("stranger/\($0)", [UInt8($0)]) })
        let comparison = LedgerComparison(
            ledger: Dictionary(uniqueKeysWithValues: lost), stored: stored)
        let recorded = comparison.recorded(clock: RunClock(start: Self.start, startTime: 0))
        #expect(recorded.lost == 150)
        #expect(recorded.unexpected == 5)
        #expect(recorded.keys == 150)
        #expect(recorded.offending.count == 100)
        #expect(recorded.offending.first?.finding == "lost")
        #expect(recorded.offending.first?.acknowledgedUs == 12_000)
    }

    @Test func theRecordNamesStrangersAfterOffences() {
        let ledger = ["a": Self.versions([.served("a", at: 0), .served(nil, at: 10)])]
        let stored = ["a": Array("a".utf8), "z": [UInt8(1)]]
        let recorded = LedgerComparison(ledger: ledger, stored: stored)
            .recorded(clock: RunClock(start: Self.start, startTime: 0))
        #expect(recorded.offending.map(\.key) == ["a", "z"])
        #expect(recorded.offending.map(\.finding) == ["resurrected", "unexpected"])
        #expect(recorded.offending.map(\.acknowledgedUs) == [15_000, nil])
        #expect(recorded.resurrected == 1)
        #expect(recorded.bytesCompared == 1)
    }
}
