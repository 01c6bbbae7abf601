import NIOCore
import Testing

@testable import FaultProxy

/// What each fault makes of a stream, to the millisecond.
struct StreamStageTests {
    typealias Script = [(Int, StreamSimulation.Event)]

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kinds: [StreamFault.Kind]
        let script: Script
        let output: [String]

        init(
            _ name: String, _ kinds: [StreamFault.Kind], _ script: Script, _ output: [String]
        ) {
            (testDescription, self.kinds) = (name, kinds)
            (self.script, self.output) = (script, output)
        }
    }

    static let rows: [Row] = late + slow + closing + sliced + chained

    @Test(arguments: Self.rows)
    func aFaultDoesWhatItIsFor(_ row: Row) {
        #expect(StreamSimulation.run(row.kinds, row.script) == row.output)
    }

    private static func latency(_ milliseconds: Int) -> StreamFault.Kind {
        .latency(.milliseconds(milliseconds), jitter: .zero)
    }

    private static let late: [Row] = [
        Row("no fault", [], [(0, .text("a")), (5, .end)], ["0 a", "5 end"]),
        Row("noop", [.noop], [(0, .text("a")), (5, .end)], ["0 a", "5 end"]),
        Row(
            "each piece is late by itself", [latency(100)],
            [(0, .text("a")), (50, .text("b")), (60, .end)], ["100 a", "150 b", "150 end"]),
        Row("an end alone is not late", [latency(100)], [(7, .end)], ["7 end"]),
        Row(
            "a shorter delay counts from the arrival", [latency(1000)],
            [(0, .text("a")), (150, .text("b")), (200, .change(0, latency(100)))],
            ["200 a", "250 b"]),
        Row(
            "a longer delay too", [latency(100)],
            [(0, .text("a")), (50, .change(0, latency(400)))], ["400 a"]),
        Row(
            "what is late goes on when the fault ends", [latency(1000)],
            [(0, .text("a")), (9, .text("b")), (20, .remove(0)), (30, .text("c"))],
            ["20 a", "20 b", "30 c"]),
        Row("less than nothing is nothing", [latency(-5)], [(1, .text("a"))], ["1 a"]),
    ]

    private static let slow: [Row] = [
        Row(
            "slices of a tenth of a second", [.bandwidth(kilobytesPerSecond: 1)],
            [(0, .bytes(250)), (10, .end)], ["100 100", "200 100", "250 50", "250 end"]),
        Row(
            "what was not used is not made up for", [.bandwidth(kilobytesPerSecond: 1)],
            [(0, .bytes(50)), (1000, .bytes(50))], ["50 50", "1050 50"]),
        Row(
            "no rate at all stalls", [.bandwidth(kilobytesPerSecond: 0)],
            [(0, .text("a")), (1, .end), (500, .remove(0))], ["500 a", "500 end"]),
        Row(
            "a new rate begins when it is set", [.bandwidth(kilobytesPerSecond: 0)],
            [(0, .bytes(200)), (5000, .change(0, .bandwidth(kilobytesPerSecond: 2)))],
            ["5100 200"]),
    ]

    private static let closing: [Row] = [
        Row(
            "only the end is late", [.slowClose(.milliseconds(300))],
            [(0, .text("a")), (10, .end)], ["0 a", "310 end"]),
        Row(
            "a close that waits goes on", [.slowClose(.seconds(300))],
            [(10, .end), (20, .remove(0))], ["20 end"]),
        Row(
            "silence closes", [.timeout(.milliseconds(200))],
            [(0, .text("a")), (100, .text("b")), (250, .text("c"))], ["450 close"]),
        Row("silence from the start too", [.timeout(.milliseconds(200))], [], ["200 close"]),
        Row("no limit never closes", [.timeout(.zero)], [(0, .text("a"))], []),
        Row(
            "the end of a timeout closes", [.timeout(.zero)],
            [(0, .text("a")), (400, .remove(0)), (500, .text("b"))], ["400 close"]),
        Row("the sender's end closes", [.timeout(.zero)], [(50, .end)], ["50 close"]),
        Row(
            "reset after the first bytes", [.resetPeer(.milliseconds(150))],
            [(20, .text("a")), (100, .text("b"))], ["170 reset"]),
        Row("reset after the end", [.resetPeer(.zero)], [(20, .end)], ["20 reset"]),
        Row("nothing to reset", [.resetPeer(.zero)], [(9, .remove(0)), (10, .end)], ["10 end"]),
        Row(
            "a stream with a hole is reset", [.resetPeer(.seconds(60))],
            [(0, .text("a")), (9, .remove(0))], ["9 reset"]),
        Row(
            "so many bytes and no more", [.limitData(bytes: 5)],
            [(0, .text("abc")), (1, .text("defg")), (2, .text("h")), (3, .end)],
            ["0 abc", "1 de", "1 close"]),
        Row(
            "the last byte closes", [.limitData(bytes: 3)], [(0, .text("abc"))],
            ["0 abc", "0 close"]),
        Row(
            "fewer bytes than the limit", [.limitData(bytes: 9)], [(0, .text("abc")), (1, .end)],
            ["0 abc", "1 end"]),
        Row(
            "what has passed counts", [.limitData(bytes: 9)],
            [(0, .text("abc")), (1, .change(0, .limitData(bytes: 4))), (2, .text("de"))],
            ["0 abc", "2 d", "2 close"]),
        Row("no byte at all", [.limitData(bytes: 0)], [(0, .text("a"))], ["0 close"]),
    ]

    private static let sliced: [Row] = [
        Row(
            "pieces with a pause after each",
            [.slicer(averageSize: 2, sizeVariation: 0, delay: .milliseconds(10))],
            [(0, .text("abcde")), (1, .end)], ["0 ab", "10 cd", "20 e", "30 end"]),
        Row(
            "no size is one byte", [.slicer(averageSize: 0, sizeVariation: 0, delay: .zero)],
            [(4, .text("abc"))], ["4 a", "4 b", "4 c"]),
        Row(
            "the rest is whole when the fault ends",
            [.slicer(averageSize: 1, sizeVariation: 0, delay: .milliseconds(10))],
            [(0, .text("abcd")), (15, .remove(0))], ["0 a", "10 b", "15 cd"]),
    ]

    private static let chained: [Row] = [
        Row(
            "late, and then cut", [latency(100), .limitData(bytes: 3)],
            [(0, .text("abcd"))], ["100 abc", "100 close"]),
        Row(
            "cut, and then late", [.limitData(bytes: 3), latency(100)],
            [(0, .text("abcd"))], ["100 abc", "100 close"]),
        Row(
            "delays add up", [latency(100), latency(50)], [(0, .text("a"))], ["150 a"]),
        Row(
            "what one lets go, the next holds", [latency(1000), latency(50)],
            [(0, .text("a")), (10, .remove(0))], ["60 a"]),
        Row(
            "closing is slow too", [.limitData(bytes: 1), .slowClose(.milliseconds(80))],
            [(0, .text("ab"))], ["0 a", "80 close"]),
        Row(
            "one fault takes the place of another", [.bandwidth(kilobytesPerSecond: 0)],
            [(0, .text("a")), (5, .change(0, latency(10))), (6, .text("b"))], ["5 a", "16 b"]),
    ]

    // MARK: What is drawn

    @Test func jitterKeepsTheOrderAndTheBounds() throws {
        let kind = StreamFault.Kind.latency(.milliseconds(100), jitter: .milliseconds(50))
        let script = (0..<200).map { ($0 * 200, StreamSimulation.Event.bytes(11 + $0)) }
        let output = StreamSimulation.run([kind], script, until: 100_000)
        let times = try output.map { line in
            let words = line.split(separator: " ").compactMap { Int($0) }
            try #require(words.count == 2)
            return (delay: words[0] - (words[1] - 11) * 200, count: words[1])
        }
        #expect(times.map { $0.count } == (0..<200).map { 11 + $0 })
        #expect(times.allSatisfy { (50...150).contains($0.delay) })
        #expect(times.contains { $0.delay < 60 } && times.contains { $0.delay > 140 })
    }

    @Test func piecesVaryInSizeAndLoseNothing() {
        let kind = StreamFault.Kind.slicer(averageSize: 100, sizeVariation: 50, delay: .zero)
        let output = StreamSimulation.run([kind], [(0, .bytes(10_000))])
        let sizes = output.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
        #expect(sizes.reduce(0, +) == 10_000)
        #expect(sizes.dropLast().allSatisfy { (50...150).contains($0) })
        #expect(Set(sizes).count > 10)
    }

    // MARK: What is held

    @Test func whatIsFullSaysSo() {
        let now = NIODeadline.uptimeNanoseconds(1)
        let rows: [(StreamFault.Kind, Int)] = [
            (.bandwidth(kilobytesPerSecond: 0), 256 * 1024),
            (.latency(.seconds(1), jitter: .zero), 4 * 1024 * 1024),
        ]
        for (kind, capacity) in rows {
            var lane = StreamLane()
            let isPut = lane.put(kind, token: "", random: SplitMix64(seed: 0), at: now)
            #expect(isPut)
            lane.take(.bytes(StreamBytes(ByteBuffer(repeating: 0, count: capacity - 1))), at: now)
            #expect(!lane.isFull)
            lane.take(.bytes(StreamBytes(ByteBuffer(repeating: 0, count: 1))), at: now)
            #expect(lane.isFull && lane.heldBytes == capacity)
            lane.remove("", at: now)
            #expect(!lane.isFull && lane.heldBytes == 0)
        }
    }

    // MARK: Whom it strikes

    private func standing(_ toxicity: Double, number: Int = 0) -> StreamFaults.Standing {
        StreamFaults.Standing(
            token: "", kind: .noop, direction: .upstream, toxicity: toxicity, seed: 1,
            number: number)
    }

    private func struck(_ fault: StreamFaults.Standing) -> [Bool] {
        (1...10_000).map { fault.strike(link: $0) != nil }
    }

    @Test func toxicityIsTheShareOfConnections() {
        #expect(!struck(standing(0)).contains(true))
        #expect(!struck(standing(1)).contains(false))
        let count = struck(standing(0.3)).count { $0 }
        // Six standard deviations.
        #expect((2725...3275).contains(count), "\(count)")
    }

    @Test func drawsAreTheSameAgainAndOthersForOtherFaults() {
        let first = struck(standing(0.5))
        #expect(struck(standing(0.5)) == first)
        #expect(struck(standing(0.5, number: 1)) != first)
        var changed = standing(0.5)
        changed.revision = 1
        #expect(struck(changed) != first)
    }

    @Test func theOldestIsForgotten() {
        var values = RecentValues<Int>(limit: 2)
        for (name, value) in [("a", 1), ("b", 2), ("a", 3), ("c", 4)] {
            values.set(value, for: name)
        }
        #expect(values["a"] == nil && values["b"] == 2 && values["c"] == 4)
    }
}
