import Testing

@testable import FaultProxy

struct ArrivalLogTests {
    private static let origin = ContinuousClock.now

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        origin + .milliseconds(milliseconds)
    }

    /// One request every ten milliseconds: PUT, GET, PUT, GET, …; every third of the probe.
    private static func log(of count: Int) -> ArrivalLog {
        var log = ArrivalLog()
        for number in 0..<count {
            log.add(
                agent: number % 3 == 0 ? "probe" : "store", method: number % 2 == 0 ? "PUT" : "GET",
                at: at(10 * number))
        }
        return log
    }

    @Test func nothingHasArrivedInAnEmptyLog() {
        let log = ArrivalLog()
        #expect(log.count(of: nil, methods: nil, since: Self.at(0), until: nil) == 0)
        #expect(log.count(of: "a", methods: ["PUT"], since: Self.at(0), until: Self.at(9)) == 0)
    }

    @Test func intervalsIncludeTheirStartAndNotTheirEnd() {
        let log = Self.log(of: 12)
        for (start, end, count) in [
            (0, 120, 12), (0, 110, 11), (10, 20, 1), (11, 20, 0), (10, 21, 2), (20, 20, 0),
            (30, 20, 0), (-50, 1, 1), (115, 900, 0),
        ] {
            let found = log.count(
                of: nil, methods: nil, since: Self.at(start), until: Self.at(end))
            #expect(found == count, "\(start)..<\(end)")
        }
        #expect(log.count(of: nil, methods: nil, since: Self.at(50), until: nil) == 7)
    }

    @Test func senderAndMethodAreAskedForTogether() {
        let log = Self.log(of: 12)
        func count(_ agent: String?, _ methods: Set<String>?) -> Int {
            log.count(of: agent, methods: methods, since: Self.at(0), until: nil)
        }
        #expect(count("probe", nil) == 4 && count("store", nil) == 8)
        #expect(count(nil, ["PUT"]) == 6 && count(nil, ["GET", "PUT"]) == 12)
        #expect(count("probe", ["PUT"]) == 2 && count("store", ["PUT"]) == 4)
        #expect(count(nil, []) == 0 && count("nobody", ["PUT"]) == 0)
    }

    /// Ten minutes of a hundred requests a second: the last five are remembered exactly.
    @Test func theLastFiveMinutesAreKept() {
        let log = Self.log(of: 60_000)
        for seconds in [1, 60, 299] {
            let start = Self.at(600_000 - 1000 * seconds)
            #expect(log.count(of: nil, methods: nil, since: start, until: nil) == 100 * seconds)
        }
    }
}
