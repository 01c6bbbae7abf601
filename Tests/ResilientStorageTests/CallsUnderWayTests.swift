import Testing

@testable import ResilientStorage

struct CallsUnderWayTests {
    @Test func itIsQuietWhenTheLastOfTheEarlierCallsHasEnded() {
        var calls = CallsUnderWay()
        let (first, second) = (calls.began(), calls.began())
        let atOpening = calls.opened()
        let later = calls.began()
        let ends = [first, later, second].map { calls.ended($0) }
        #expect(!atOpening && ends == [false, false, true])
    }

    @Test func withNothingUnderWayItIsQuietAtOnce() {
        var calls = CallsUnderWay()
        let atEnd = calls.ended(calls.began())
        let atOpening = calls.opened()
        #expect(!atEnd && atOpening)
    }

    @Test func atEachOpeningAllThatIsUnderWayIsEarlier() {
        var calls = CallsUnderWay()
        let first = calls.began()
        let atFirst = calls.opened()
        let trial = calls.began()
        let atSecond = calls.opened()
        let ends = [first, trial].map { calls.ended($0) }
        #expect(!atFirst && !atSecond && ends == [false, true])
    }

    /// Against a list of the calls.
    @Test(arguments: 0..<50 as Range<UInt64>) func itAgreesWithAList(round: UInt64) {
        var chance = SplitMix64(round: round)
        var calls = CallsUnderWay()
        var open: [(ticket: CallsUnderWay.Ticket, isEarlier: Bool)] = []
        for _ in 0..<200 {
            switch Int.random(in: 0..<5, using: &chance) {
            case 0, 1: open.append((calls.began(), false))
            case 2:
                for index in open.indices { open[index].isEarlier = true }
                let isQuiet = calls.opened()
                #expect(isQuiet == open.isEmpty, Seed.note(round: round))
            default:
                guard !open.isEmpty else { continue }
                let ended = open.remove(at: Int.random(in: open.indices, using: &chance))
                let isLast = ended.isEarlier && !open.contains(where: \.isEarlier)
                let isQuiet = calls.ended(ended.ticket)
                #expect(isQuiet == isLast, Seed.note(round: round))
            }
        }
    }
}
