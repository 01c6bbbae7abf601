import Foundation
import Testing

@testable import Projections

struct RFC3339Tests {
    private static let second: UInt64 = 1_000_000

    @Test(
        arguments: zip(
            [
                0, 999, 1000, 1_000_000, 951_782_399_999_999, 951_782_400_000_000,
                1_795_422_600_123_456, 4_107_542_399_000_000, 253_402_300_799_999_999,
            ] as [UInt64],
            [
                "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z",
                "1970-01-01T00:00:00.001Z", "1970-01-01T00:00:01.000Z",
                "2000-02-28T23:59:59.999Z", "2000-02-29T00:00:00.000Z",
                "2026-11-23T08:30:00.123Z", "2100-02-28T23:59:59.000Z",
                "9999-12-31T23:59:59.999Z",
            ]))
    func aTimeIsShownInMilliseconds(time: UInt64, text: String) {
        #expect(RFC3339.text(time) == text)
    }

    @Test func whatIsShownIsReadBack() {
        var random = SplitMix64(seed: Seed.value)
        for _ in 0..<5000 {
            let milliseconds = UInt64.random(in: 0..<253_402_300_800_000, using: &random)
            let time = milliseconds * 1000
            #expect(RFC3339.time(RFC3339.text(time)) == time, Seed.note)
            let within = time + UInt64.random(in: 0..<1000, using: &random)
            #expect(RFC3339.text(within) == RFC3339.text(time), Seed.note)
        }
    }

    @Test func timesAreThoseOfFoundation() {
        let formatter = ISO8601DateFormatter()
        var random = SplitMix64(seed: Seed.value &+ 1)
        for _ in 0..<1000 {
            let seconds = UInt64.random(in: 0..<253_402_300_800, using: &random)
            let date = Date(timeIntervalSince1970: Double(seconds))
            let expected = formatter.string(from: date).replacing("Z", with: ".000Z")
            #expect(RFC3339.text(seconds * Self.second) == expected, Seed.note)
        }
    }

    @Test func everyDayIsTheOneAfterTheDayBefore() {
        var last = (year: 1969, month: 12, day: 31)
        for day in 0..<160_000 {
            let date = RFC3339.date(ofDay: day)
            let isNextDay = date == (last.year, last.month, last.day + 1)
            let isNextMonth = date == (last.year, last.month + 1, 1)
            let isNextYear = date == (last.year + 1, 1, 1) && last.month == 12
            let isNext = isNextDay || isNextMonth || isNextYear
            if !isNext || RFC3339.day(of: date) != day {
                Issue.record("day \(day) is \(date), after \(last)")
                return
            }
            last = date
        }
        // Enough for the centuries that are leap years and those that are not.
        #expect(last.year > 2400)
    }

    @Test(
        arguments: zip(
            [1970, 1972, 1999, 2000, 2023, 2024, 2100, 2400],
            [28, 29, 28, 29, 28, 29, 28, 29]))
    func februaryHasItsDays(year: Int, days: Int) {
        for day in 1...31 {
            let text = "\(year)-02-\(day < 10 ? "0" : "")\(day)"
            #expect((RFC3339.time(text) != nil) == (day <= days), "\(text)")
        }
    }

    @Test(
        arguments: zip(
            [
                "2026-11-23", "2026-11-23T08:30:00Z", "2026-11-23T08:30:00.1Z",
                "2026-11-23T08:30:00.123Z", "2026-11-23T08:30:00.123456Z",
                "1970-01-01T00:00:00.000001Z",
            ],
            [
                1_795_392_000_000_000, 1_795_422_600_000_000, 1_795_422_600_100_000,
                1_795_422_600_123_000, 1_795_422_600_123_456, 1,
            ] as [UInt64]))
    func partsThatMayBeLeftOutMay(text: String, time: UInt64) {
        #expect(RFC3339.time(text) == time)
    }

    @Test(arguments: [
        "", "T", "2026", "2026-11", "2026-13-01", "2026-00-01", "2026-11-00", "2026-11-31",
        "2026-02-29", "1969-12-31", "10000-01-01", "0000-01-01", "2026-11-23T", "2026-11-23TZ",
        "2026-11-23T08:30Z", "2026-11-23T08:30:00", "2026-11-23T24:00:00Z",
        "2026-11-23T08:60:00Z", "2026-11-23T08:30:60Z", "2026-11-23T08:30:00+01:00",
        "2026-11-23T08:30:00.1234567Z", "2026-11-23T08:30:00.12a Z", "2026-11-23 08:30:00Z",
        "2026-11-23t08:30:00z", "2026-11-23T08:30:00ZZ", "2026-11-23T08:30:00TZ", "yesterday",
        "23.11.2026", "2026/11/23", "２０２６-11-23", " 2026-11-23", "2026-11-23 ",
    ])
    func whatIsNoTimeIsRefused(text: String) {
        #expect(RFC3339.time(text) == nil)
    }

    /// Digits are missing or doubled, or there is a sign: not a time of that form either.
    @Test(arguments: [
        "2026-1-1", "26-11-23", "2026--11-23", "-2026-11-23", "2026-11-23-", "2026-+1-01",
        "2026-11-23T8:30:00Z", "2026-11-23T08::30:00Z", "2026-11-23T:08:30:00Z",
        "2026-11-23T+8:30:00Z", "2026-11-23T08:30:00.Z", "2026-11-23T08:30:00.+1Z",
        "02026-11-23", "2026-11-23T008:30:00Z",
    ])
    func whatOnlyLooksLikeATimeIsRefused(text: String) {
        #expect(RFC3339.time(text) == nil)
    }
}
