import DRTesting
import EventLog
import Merkle
import Testing
import Wire

@testable import Projections

/// The tables as they were at any moment.
struct TimeTravelTests {
    private let fixture = LogFixture()

    /// Random events of five runs, with cut-offs among them.
    private func writeRandomLog() async throws {
        var random = SplitMix64(seed: Seed.value &+ 5)
        var events: [ScriptedEvent] = []
        for position in 2..<UInt64(180) {
            if Int.random(in: 0..<40, using: &random) == 0 {
                let event = RetentionApplied(
                    logCutOff: History.time(position / 2, 0),
                    resultCutOff: History.time(position / 3, 0), by: "ops")
                events.append(
                    ScriptedEvent(
                        "retention", number: RetentionApplied.number, payload: event.encoded))
            } else {
                let event = History.events.randomElement(using: &random)!
                let stream = "run/\(Int.random(in: 0..<5, using: &random))"
                events.append(
                    ScriptedEvent(stream, number: event.number, payload: event.payload))
            }
        }
        try await fixture.write(events)
    }

    /// In ascending order.
    private func positions(upTo last: UInt64) -> [UInt64] {
        var random = SplitMix64(seed: Seed.value &+ 6)
        return (0..<100).map { _ in UInt64.random(in: 0...last, using: &random) }.sorted()
    }

    @Test func aTableThatFollowsTheLogIsAtEveryPositionThatOfAFreshFold() async throws {
        try await writeRandomLog()
        let reader = try fixture.openReader()
        var random = SplitMix64(seed: Seed.value &+ 7)
        var following = Views.all.map { FoldedView($0) }
        for position in try positions(upTo: reader.head().position) {
            for index in following.indices {
                let batch = Int.random(in: 1...9, using: &random)
                try following[index].fold(reader, upTo: position, batch: batch)
                var fresh = FoldedView(Views.all[index])
                try fresh.fold(reader, upTo: position)
                let isSame =
                    following[index].digest == fresh.digest
                    && following[index].table.json == fresh.table.json
                #expect(isSame, "\(fresh.view.name) at \(position), seed \(Seed.value)")
            }
        }
    }

    @Test func theStoredTablesAreThoseOfAFold() async throws {
        try await writeRandomLog()
        let reader = try fixture.openReader()
        let store = try whenClosed { try ViewStore(reader) }
        try store.catchUp(Views.all)
        for view in Views.all {
            var digests: Set<MerkleHash> = [try store.digest(view)]
            for batch in [1, 7, 5000] {
                var folded = FoldedView(view)
                try folded.fold(reader, upTo: reader.head().position, batch: batch)
                digests.insert(folded.digest)
            }
            #expect(digests.count == 1, "\(view.name), seed \(Seed.value)")
        }
    }
}
