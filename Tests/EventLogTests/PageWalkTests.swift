import LMDB
import Testing

@testable import EventLog

/// The pages of logs that are as they were written, and of logs in use.
struct PageWalkTests {
    private let fixture = Fixture()

    private func walk() throws -> PageReport { try PageWalker(fixture.directory).walk() }

    @Test func aNewLogIsClean() throws {
        let store = try fixture.openStore()
        let report = try walk()
        #expect(report.problems == [])
        #expect(try #require(report.pagesWalked) > 2)
        try verify(store)
    }

    /// The store is open all the while: that alone is no use of the log.
    @Test func aLogIsCleanAfterEveryAppend() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        var random = SplitMix64(seed: Seed.value)
        for number in 1...60 {
            let isOnce = number.isMultiple(of: 7)
            let sizes = [0, 40, 900, 1900, 2100, 5000, 40_000].shuffled(using: &random)
            let events = sizes.prefix(Int.random(in: 1...7, using: &random)).map {
                make.event(size: $0, isOnce: isOnce)
            }
            _ = try await store.append(events, to: "run/\(number % 9)", expecting: .any)
            #expect(try walk().problems == [], Seed.note)
        }
        try verify(store)
    }

    /// A tree of three levels shrinks to none, and the free list grows beyond single pages.
    @Test func aLogIsCleanWhileItsEventsAreRemoved() async throws {
        try await fill(with: 1500, size: 1000)
        #expect(try LogBytes(fixture.directory).record(of: "events").record.depth == 3)
        var random = SplitMix64(seed: Seed.value)
        var positions = (1...1501).shuffled(using: &random)
        let environment = try whenClosed { try Environment(path: fixture.directory.log) }
        let events = try environment.openDatabases(
            [.init("events", keys: .integers)], create: false)[0]
        while !positions.isEmpty {
            try environment.write { transaction in
                for position in positions.prefix(79) {
                    try transaction.remove(.integer(UInt64(position)), in: events)
                }
                try transaction.commit()
            }
            positions.removeFirst(min(79, positions.count))
            #expect(try walk().problems == [], Seed.note)
        }
        #expect(try LogBytes(fixture.directory).record(of: "events").record.root == nil)
    }

    /// A page can be freed before it was ever written.
    @Test func whatIsFreeMayLieBehindTheEndOfTheFile() async throws {
        var file = try await fixture.buildLogOfManyPages()
        let last = file.meta.lastPage
        let freed = try file.freed()
        let place = freed.value.lowerBound + 8
        let listedBefore: UInt64 = try file.page(freed.page).integer(at: place)
        try file.change(file.meta.number, at: 136) { (number: inout UInt64) in number += 1 }
        try file.change(freed.page, at: place) { (number: inout UInt64) in number = last + 1 }
        let report = try DamagedFile().walk(file.bytes)
        #expect(report.names(listedBefore), "\(report.problems)")
        #expect(report.problems.count == 1, "\(report.problems)")
    }

    // MARK: In use

    private func fill(with count: Int, size: Int) async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        for _ in 0..<count / 100 {
            let events = make.events(100, size: size)
            _ = try await store.append(events, to: "run/a", expecting: .any)
        }
    }

    /// Commits to the log while its pages are walked, at most so many times.
    private func walk(whileCommitting limit: Int) async throws -> PageReport {
        // Each event has a page of its own: enough for the walk to show progress.
        try await fill(with: 300, size: 3000)
        return try fixture.withRawLog { log in
            var commits = 0
            return try PageWalker(fixture.directory).walk {
                if commits == limit { return }
                commits += 1
                #expect(throws: Never.self) {
                    try log.put([UInt8(commits)], for: .name("test"), in: "meta")
                }
            }
        }
    }

    @Test func aLogThatIsWrittenToAllTheWhileIsNotWalked() async throws {
        let report = try await walk(whileCommitting: .max)
        #expect(report.pagesWalked == nil)
        #expect(report.problems == [])
    }

    @Test func aLogThatIsWrittenToOnceMeanwhileIsWalkedAgain() async throws {
        let report = try await walk(whileCommitting: 1)
        #expect(try #require(report.pagesWalked) > 256)
        #expect(report.problems == [])
    }
}
