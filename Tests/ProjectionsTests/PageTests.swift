import DRTesting
import EventLog
import Foundation
import Testing

@testable import Projections

struct PageTests {
    private let fixture = LogFixture()

    /// Seven drills: of each three, one passes, one fails and one is inconclusive.
    private static let drills: [ScriptedEvent] = {
        let verdicts: [Verdict] = [.passed, .failed, .inconclusive]
        return (0..<7).flatMap { ScriptedDrill("k\($0)").whole(verdicts[$0 % 3]) }
    }()

    /// Opens the views, up to date, for as long as `body` runs.
    private func withViews<Result>(
        _ events: [ScriptedEvent], _ body: (ViewStore) throws -> Result
    ) async throws -> Result {
        try await fixture.write(events)
        let reader = try fixture.openReader()
        let store = try whenClosed { try ViewStore(reader) }
        try store.catchUp(Views.all)
        return try body(store)
    }

    /// All pages, one after another.
    private func pages(
        _ store: ViewStore, limit: Int, newestFirst: Bool, where filter: RowFilter = RowFilter()
    ) throws -> [RowPage] {
        var pages: [RowPage] = []
        repeat {
            pages.append(
                try store.page(
                    of: TestsView.self, after: pages.last?.next, limit: limit,
                    newestFirst: newestFirst, where: filter))
        } while pages.last?.next != nil
        return pages
    }

    @Test func pagesPutTogetherAreTheTable() async throws {
        try await withViews(Self.drills) { store in
            let rows = try store.table(TestsView.self).rows
            #expect(rows.count == 7)
            for limit in [1, 2, 3, 6, 7, 100] {
                let ascending = try pages(store, limit: limit, newestFirst: false)
                #expect(ascending.flatMap(\.rows) == rows, "limit \(limit)")
                #expect(ascending.dropLast().allSatisfy { $0.rows.count == limit })
                let descending = try pages(store, limit: limit, newestFirst: true)
                #expect(descending.flatMap(\.rows) == Array(rows.reversed()), "limit \(limit)")
                #expect(descending.allSatisfy { $0.position == 22 })
            }
        }
    }

    @Test func onlyWantedRowsAreOnPagesAndTheLastOneSaysSo() async throws {
        try await withViews(Self.drills) { store in
            var passed = RowFilter()
            passed.require("verdict", oneOf: ["passed"])
            let rows = try store.table(TestsView.self).rows.filter { passed.accepts($0) }
            #expect(rows.count == 3)
            for newestFirst in [false, true] {
                let found = try pages(store, limit: 2, newestFirst: newestFirst, where: passed)
                #expect(found.map(\.rows.count) == [2, 1])
                let expected = newestFirst ? Array(rows.reversed()) : rows
                #expect(found.flatMap(\.rows) == expected)
                // No page follows only to be empty.
                let whole = try store.page(
                    of: TestsView.self, limit: 3, newestFirst: newestFirst, where: passed)
                #expect(whole.rows.count == 3 && whole.next == nil)
            }
        }
    }

    @Test func rowsBeforeTheLeastIdAreLeftOut() async throws {
        try await withViews(Self.drills) { store in
            let rows = try store.table(TestsView.self).rows
            // The ids are 2, 5, 8, 11, 14, 17 and 20.
            for newestFirst in [false, true] {
                let page = try store.page(
                    of: TestsView.self, limit: 100, newestFirst: newestFirst, from: 12)
                let expected = Array(rows.suffix(3))
                #expect(page.rows == (newestFirst ? Array(expected.reversed()) : expected))
            }
        }
    }

    @Test func aSearchGoesThroughAsManyRowsAsThereAre() async throws {
        try await fixture.write(History.events)
        var log = LogRecorded()
        log.level = "debug"
        var last = log
        last.level = "fatal"
        let logs = Array(repeating: TestEvent.logRecorded(log), count: 4500)
        try await fixture.writeAtOnce(
            logs + [.logRecorded(last)], to: History.first, after: 100)
        let reader = try fixture.openReader()
        let store = try whenClosed { try ViewStore(reader) }
        try store.catchUp(LogsView.self)
        var fatal = RowFilter()
        fatal.require("level", oneOf: ["fatal"])
        let page = try store.page(of: LogsView.self, limit: 5, where: fatal)
        #expect(page.rows.count == 1)
        #expect(page.next == nil)
    }

    @Test func aRowIsFoundByItsId() async throws {
        try await withViews(History.events) { store in
            let rows = try store.table(TestsView.self).rows
            #expect(try store.row(History.firstID, of: TestsView.self) == rows[0])
            #expect(try store.row(History.secondID, of: TestsView.self) == rows[1])
            #expect(try store.row(3, of: TestsView.self) == nil)
        }
    }

    @Test func theRowsOfATestComeInPiecesAndAreItsOwn() async throws {
        try await withViews(History.events) { store in
            for test in [History.firstID, History.secondID] {
                var found: [[UInt8]] = []
                var last: UInt64 = 0
                while true {
                    let piece = try store.rows(
                        ofTest: test, of: LogsView.self, after: last, size: 1)
                    guard let row = piece.first else { break }
                    #expect(piece.count == 1)
                    found.append(row.json)
                    last = row.id
                }
                let texts = found.map { String(decoding: $0, as: UTF8.self) }
                let expected = try History.snapshot(of: "test_logs", test: test)
                #expect(texts == expected)
            }
            #expect(try store.rows(ofTest: 3, of: LogsView.self).isEmpty)
        }
    }

    @Test func theBucketsOfDaysAreThoseOfTheTable() async throws {
        try await withViews(CatalogHistory.events) { store in
            let rows = try store.table(StatisticsView.self).rows
            let buckets = try rows.map { try StatisticsBucket(row: $0) }
            #expect(!buckets.isEmpty)
            #expect(try store.statistics(of: "2026-11-22"..."2026-11-23") == buckets)
            #expect(try store.statistics(of: "2026-11-24"..."2026-11-30") == [])
            #expect(try store.statistics(of: "2026-11-01"..."2026-11-22") == [])
        }
    }

    @Test func anEmptyStoreHasEmptyPages() async throws {
        try await fixture.write(History.events)
        let reader = try fixture.openReader()
        let store = try whenClosed { try ViewStore(reader) }
        let page = try store.page(of: TestsView.self, limit: 10)
        #expect(page.rows == [] && page.next == nil && page.position == 0)
        #expect(try store.row(2, of: TestsView.self) == nil)
    }
}
