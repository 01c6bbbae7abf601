import Testing

@testable import EventLog

/// Several processes with one log: hundreds of appends, or thousands if `DR_SOAK` is set.
@Suite(.timeLimit(.minutes(10))) struct ProcessSoakTests {
    private let fixture = Fixture()

    @Test func fourWritersAndFourReadersAgreeOnEveryEvent() async throws {
        let count = Effort.count(300, soak: 5000)
        let appenders = try (1...4).map { try Appender(fixture.directory, "run/\($0)", count) }
        let follow = ["follow", fixture.directory.path, "\(4 * count + 1)"]
        let followers = try (1...4).map { _ in try Appender(follow, beside: fixture.directory) }
        var positions: [UInt64] = []
        for appender in appenders {
            let acknowledged = try await appender.finish()
            #expect(acknowledged.count == count)
            positions += acknowledged.map(\.position)
        }
        // The first event of the log is its own.
        let expected = (2...UInt64(4 * count + 1)).map { $0 }
        #expect(positions.sorted() == expected)
        var digests: Set<String> = []
        for follower in followers {
            try await follower.finish()
            #expect(follower.status == 0, "\(follower.complaints)")
            digests.insert(try #require(follower.printed.last))
        }
        #expect(digests.count == 1, "\(digests)")
        let reader = try fixture.openReader()
        for stream in 1...4 {
            #expect(try reader.revision(ofStream: "run/\(stream)") == UInt64(count))
        }
        try await fixture.expectKept(appenders)
    }

    /// So many of the other's appends may come before one, most often: two or three, and more where
    /// the machine lets a process wait. LMDB's own lock lets hundreds: see `Turnstile`.
    private static let patience: UInt64 = 50

    @Test func aLoneAppendBesideAHotProcessGetsItsTurn() async throws {
        let hot = try Appender(fixture.directory, "run/hot", 1_000_000)
        try await hot.waitForFirst()
        let lone = try Appender(fixture.directory, "run/lone", 30)
        let acknowledged = try await lone.finish()
        #expect(hot.isRunning)
        hot.kill()
        try await hot.finish()
        try #require(acknowledged.count == 30)
        let positions = acknowledged.map(\.position)
        let between = zip(positions, positions.dropFirst()).map { $1 - $0 - 1 }.sorted()
        // The other one went on all the time.
        #expect(between.reduce(0, +) > 0)
        #expect(between[between.count / 2] <= Self.patience, "\(between)")
        let times = acknowledged.map(\.microseconds).sorted()
        let (median, worst) = (times[times.count / 2], times[times.count - 1])
        // From the call to durable; to begin takes less.
        print("a lone append beside a hot one: median \(median) µs, worst \(worst) µs")
        print("appends of the hot one before each: \(between)")
        // Other tests may take the machine from it; long tests have it for themselves.
        if Effort.isSoak { #expect(median < 100_000, "median \(median) µs, worst \(worst) µs") }
        try await fixture.expectKept([hot, lone])
    }

    @Test func aFollowerSeesWhatAnotherProcessAppends() async throws {
        let store = try fixture.openStore()
        let appender = try Appender(fixture.directory, "run/other", 50)
        var seen: [UInt64] = []
        for try await events in store.follow(from: 2) {
            seen += events.map(\.position)
            if seen.count >= 50 { break }
        }
        #expect(seen == Array(2...51))
        try await appender.finish()
        try verify(store)
    }
}
