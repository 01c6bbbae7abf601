import Testing

@testable import Engine

struct LedgerTests {
    private let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    @Test func writesAreNumberedOverAllKeys() {
        let ledger = Ledger()
        var numbers: [Int] = []
        for key in ["a", "b", "c"] {
            let begun = ledger.begin(key, at: at(0)) { number in
                numbers.append(number)
                return [UInt8(number)]
            }
            #expect(begun?.sequence == numbers.last)
            #expect(begun?.body == numbers.last.map { [UInt8($0)] })
        }
        #expect(numbers == [1, 2, 3])
    }

    @Test func aKeyIsWrittenByOneAtATime() throws {
        let ledger = Ledger()
        let first = ledger.begin("a", at: at(0)) { _ in [1] }
        var isAsked = false
        let second = ledger.begin("a", at: at(1)) { _ in
            isAsked = true
            return [2]
        }
        #expect(second?.sequence == nil)
        #expect(!isAsked)
        #expect(ledger.versions["a"]?.count == 1)
        // Another key is free meanwhile, and this one when its write has ended.
        let other = ledger.begin("b", at: at(1)) { _ in [3] }
        #expect(other?.sequence == 2)
        let sequence = try #require(first?.sequence)
        ledger.end("a", sequence: sequence, outcome: .failed, at: at(2))
        let third = ledger.begin("a", at: at(3)) { _ in [4] }
        #expect(third?.sequence == 3)
    }

    @Test(arguments: [
        OperationSample.Outcome.served, .deferred, .refused, .failed, .indeterminate,
    ])
    func anEndedWriteKeepsHowItEnded(_ outcome: OperationSample.Outcome) throws {
        let ledger = Ledger()
        let begun = ledger.begin("a", at: at(5)) { _ in Array("body".utf8) }
        #expect(ledger.versions["a"]?.first?.isIndeterminate == true)
        let sequence = try #require(begun?.sequence)
        ledger.end("a", sequence: sequence, outcome: outcome, at: at(9))
        let version = try #require(ledger.versions["a"]?.first)
        #expect(version.outcome == outcome)
        #expect(version.started == at(5))
        #expect(version.ended == at(9))
        #expect(version.digest?.count == 32)
        #expect(version.isAcknowledged == [.served, .deferred].contains(outcome))
        #expect(version.isIndeterminate == (outcome == .indeterminate))
        #expect(ledger.acknowledgedCount == (version.isAcknowledged ? 1 : 0))
    }

    @Test func aDeleteHasNoDigest() {
        let ledger = Ledger()
        let begun = ledger.begin("a", at: at(0)) { _ in nil }
        #expect(begun?.sequence == 1)
        #expect(begun?.body == nil)
        #expect(ledger.versions["a"]?.first?.digest == nil)
    }

    @Test func theEndOfAnUnknownWriteChangesNothing() {
        let ledger = Ledger()
        _ = ledger.begin("a", at: at(0)) { _ in [1] }
        ledger.end("a", sequence: 7, outcome: .served, at: at(1))
        ledger.end("b", sequence: 1, outcome: .served, at: at(1))
        #expect(ledger.versions["a"]?.first?.outcome == nil)
        #expect(ledger.versions["b"] == nil)
        #expect(ledger.acknowledgedCount == 0)
    }

    @Test func keysAreChosenAmongThoseWritten() {
        let ledger = Ledger()
        #expect(ledger.key(chosenBy: 0) == nil)
        for key in ["x", "a", "m"] { _ = ledger.begin(key, at: at(0)) { _ in [1] } }
        let chosen = (UInt64(0)...5).map { ledger.key(chosenBy: $0) }
        #expect(chosen == ["x", "a", "m", "x", "a", "m"])
        // 2^64 - 1 is a multiple of 3.
        #expect(ledger.key(chosenBy: .max) == "x")
    }
}
