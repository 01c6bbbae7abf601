import DRTesting
import Testing

@testable import Engine

/// What a load is made of, each part by itself.
struct WorkloadPartsTests {
    private static let start = ContinuousClock.now

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    // MARK: Bodies and keys

    @Test(arguments: [0, 40, 64, 65, 71, 2048, 4099])
    func aBodyHasItsLengthAndSaysWhatItIs(bytes: Int) {
        let objects = SyntheticObjects(seed: 1, bytes: bytes)
        for sequence in [1, 9, 10, 123_456_789] {
            let body = objects.body(of: 3, sequence: sequence)
            let line = "dr-testing synthetic object, write \(sequence)\n"
            #expect(body.starts(with: line.utf8))
            #expect(body.count == max(bytes, line.utf8.count))
            #expect(SyntheticObjects.sequence(in: body) == sequence)
            #expect(StoredObject(body).digest == objects.digest(of: 3, sequence: sequence))
        }
    }

    @Test func noTwoBodiesAreAlike() {
        var bodies: Set<[UInt8]> = []
        for seed in UInt64(0)..<5 {
            let objects = SyntheticObjects(seed: seed, bytes: 64)
            for key in 0..<20 {
                for sequence in 1...20 { bodies.insert(objects.body(of: key, sequence: sequence)) }
            }
        }
        #expect(bodies.count == 5 * 20 * 20)
        let again = SyntheticObjects(seed: 4, bytes: 64).body(of: 19, sequence: 20)
        #expect(bodies.contains(again))
    }

    @Test(arguments: ["", "\n", "dr-testing synthetic object, write ", "dr-testing\n", "write 3\n"])
    func otherBytesHaveNoNumber(text: String) {
        #expect(SyntheticObjects.sequence(in: Array(text.utf8)) == nil)
    }

    @Test func namesAndNumbersOfKeysBelongTogether() {
        let keys = KeySpace(prefix: "dr-test/x/", count: 30)
        #expect(Set(keys.names).count == 30)
        #expect(keys.names.allSatisfy { $0.hasPrefix("dr-test/x/") })
        #expect(keys.names.map { keys.number(of: $0) } == Array(0..<30))
        #expect(keys.number(of: "dr-test/x/probe") == nil)
    }

    // MARK: What comes when

    private func mix(
        reads: Double, writes: Double, overwrites: Double, deletes: Double
    ) -> OperationMix {
        OperationMix(
            WorkloadPlan(
                writesPerSecond: writes, readsPerSecond: reads, objectBytes: 64, steadyFor: .zero,
                stableFor: .zero, overwriteShare: overwrites, deleteShare: deletes))
    }

    @Test func everyChanceHasItsOperation() {
        let mix = mix(reads: 30, writes: 10, overwrites: 0.5, deletes: 0.25)
        let intents = stride(from: 0.0, to: 1, by: 1.0 / 16).map { mix.intent(at: $0) }
        #expect(intents.count { $0 == .read } == 12)
        #expect(
            intents.suffix(4) == [
                .write(.deletion), .write(.overwrite), .write(.overwrite), .write(.creation),
            ])
    }

    @Test func aLoadOfOneKindHasNoOther() {
        let creations = mix(reads: 1, writes: 1, overwrites: 0, deletes: 0)
        let deletions = mix(reads: 1, writes: 1, overwrites: 0, deletes: 1)
        for chance in [0, 0.5, 1.nextDown] {
            #expect(creations.change(at: chance) == .creation)
            #expect(deletions.change(at: chance) == .deletion)
        }
    }

    @Test func chanceFollowsFromTheSeedAndIsEven() {
        let dice = Dice(seed: Seed.value)
        let chances = (UInt64(0)..<10_000).map { dice.chance(.intent, of: $0) }
        #expect(chances == (UInt64(0)..<10_000).map { dice.chance(.intent, of: $0) })
        #expect(chances.allSatisfy { $0 >= 0 && $0 < 1 })
        for tenth in 0..<10 {
            let share = chances.count { Int($0 * 10) == tenth }
            #expect((850...1150).contains(share), Seed.note)
        }
        let others = (UInt64(0)..<10_000).map { dice.chance(.key, of: $0) }
        #expect(zip(chances, others).count { $0 == $1 } < 10)
    }

    @Test func operationsAreDueAtConstantRates() {
        var schedule = LoadSchedule(rates: [4, 0, 10])
        let arrivals = (0..<140).map { _ in schedule.next() }
        for (stream, rate) in [(0, 4.0), (2, 10.0)] {
            let offsets = arrivals.filter { $0.stream == stream }.map { $0.offset / .seconds(1) }
            let exact = offsets.indices.map { Double($0) / rate }
            #expect(zip(offsets, exact).allSatisfy { abs($0 - $1) < 1e-9 })
        }
        // Ten seconds of them.
        #expect(arrivals.map(\.stream).count { $0 == 0 } == 40)
        #expect(arrivals.map(\.offset) == arrivals.map(\.offset).sorted())
    }

    @Test func slipIsWhatWasSentLateOrNotAtAll() {
        let pace = Pace()
        #expect(pace.record.slip == 0)
        for delay in [-5, 0, 10, 11] {
            #expect(pace.admit())
            pace.sent(intended: Self.at(100), at: Self.at(100 + delay))
        }
        #expect(pace.record.sent == 4 && pace.record.late == 1)
        #expect(pace.record.worst == .milliseconds(11))
        #expect(pace.record.stalls.map(\.delay) == [.milliseconds(11)])
        #expect(pace.record.slip == 0.25)
        #expect(pace.record.isHeld)
        pace.withheld()
        #expect(pace.record.slip == 0.4)
        #expect(!pace.record.isHeld)
    }

    @Test(arguments: [(1000, true), (1001, false)])
    func whatIsSentMuchTooLateIsNoneOfItsRate(delay: Int, isHeld: Bool) {
        let pace = Pace()
        for number in 0..<198 { pace.sent(intended: Self.at(number), at: Self.at(number)) }
        for number in 198..<201 {
            pace.sent(intended: Self.at(number), at: Self.at(number + delay))
        }
        // Three in 201 are more than one in a hundred.
        #expect(pace.record.isHeld == isHeld)
        #expect(pace.record.worst == .milliseconds(delay))
    }

    /// All that was due meanwhile is late, each by less than the one before it.
    @Test func aStallIsRememberedWithItsTime() {
        let pace = Pace()
        for time in stride(from: 1000, to: 1400, by: 50) {
            pace.sent(intended: Self.at(time), at: Self.at(1400))
        }
        pace.sent(intended: Self.at(3000), at: Self.at(3251))
        let record = pace.record
        #expect(record.stalls.count == 2)
        #expect(record.longestStall(in: Self.at(0)...Self.at(9000)) == .milliseconds(400))
        #expect(record.longestStall(in: Self.at(1400)...Self.at(2999)) == .milliseconds(400))
        #expect(record.longestStall(in: Self.at(1401)...Self.at(2999)) == .zero)
        #expect(record.longestStall(in: Self.at(1401)...Self.at(3000)) == .milliseconds(251))
    }

    @Test func noMoreThanTheLimitAreUnderWay() {
        let pace = Pace()
        let admitted = (0..<Pace.maximumUnderWay).count { _ in pace.admit() }
        #expect(admitted == Pace.maximumUnderWay)
        #expect(!pace.admit())
        #expect(pace.record.withheld == 1)
        pace.ended()
        #expect(pace.admit())
        #expect(!pace.admit())
    }
}
