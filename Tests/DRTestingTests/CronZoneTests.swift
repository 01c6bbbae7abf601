import DRTesting
import Testing

/// What becomes of expressions when clocks are changed: exact, for five zones.
struct CronZoneTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let zone: ZoneSample
        let expression: String
        let after: String
        let fires: [String]

        var testDescription: String { "\(expression) in \(zone.rawValue) after \(after)" }
    }

    /// All times are in UTC.
    private static func row(
        _ zone: ZoneSample, _ expression: String, after: String, _ fires: [String]
    ) -> Row {
        Row(zone: zone, expression: expression, after: after, fires: fires)
    }

    /// Microseconds since 1970.
    private static func time(_ text: String) throws -> UInt64 {
        let numbers = text.split { "-T:".contains($0) }.compactMap { UInt64($0) }
        try #require(numbers.count == 5)
        let (year, month, day) = (Int(numbers[0]), Int(numbers[1]), Int(numbers[2]))
        let lengths = [31, year.isMultiple(of: 4) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30]
        let years = (1970..<year).reduce(0) { $0 + ($1.isMultiple(of: 4) ? 366 : 365) }
        let days = UInt64(years + lengths.prefix(month - 1).reduce(0, +) + day - 1)
        return ((days * 24 + numbers[3]) * 60 + numbers[4]) * 60_000_000
    }

    static let rows: [Row] = [
        // At 2 the clocks go on to 3: 01:00 in UTC.
        row(
            .berlin, "30 2 * * *", after: "2027-03-27T00:00",
            ["2027-03-27T01:30", "2027-03-28T01:00", "2027-03-29T00:30"]),
        // At 3 they go back to 2: of the two, the first counts.
        row(
            .berlin, "30 2 * * *", after: "2026-10-24T00:00",
            ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]),
        // What is left out and what comes at the same moment are one.
        row(
            .berlin, "0 3 * * *", after: "2027-03-27T12:00",
            ["2027-03-28T01:00", "2027-03-29T01:00"]),
        row(
            .berlin, "*/20 2 * * *", after: "2027-03-28T00:00",
            ["2027-03-28T01:00", "2027-03-29T00:00"]),
        row(
            .berlin, "*/20 2 * * *", after: "2026-10-24T23:00",
            ["2026-10-25T00:00", "2026-10-25T00:20", "2026-10-25T00:40", "2026-10-26T01:00"]),
        row(
            .berlin, "0 */2 * * *", after: "2027-03-27T22:30",
            ["2027-03-27T23:00", "2027-03-28T01:00", "2027-03-28T02:00", "2027-03-28T04:00"]),
        row(
            .berlin, "0 */2 * * *", after: "2026-10-24T21:30",
            ["2026-10-24T22:00", "2026-10-25T00:00", "2026-10-25T03:00", "2026-10-25T05:00"]),
        // Every hour that passes, whatever it is called.
        row(
            .berlin, "30 * * * *", after: "2027-03-27T23:00",
            ["2027-03-27T23:30", "2027-03-28T00:30", "2027-03-28T01:30", "2027-03-28T02:30"]),
        row(
            .berlin, "30 * * * *", after: "2026-10-24T23:00",
            ["2026-10-24T23:30", "2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"]),
        row(
            .berlin, "@daily", after: "2027-03-27T12:00",
            ["2027-03-27T23:00", "2027-03-28T22:00", "2027-03-29T22:00"]),
        // On 14 March at 2, and on 1 November back to 1.
        row(
            .newYork, "15 2 * * sun", after: "2027-03-13T12:00",
            ["2027-03-14T07:00", "2027-03-21T06:15"]),
        row(
            .newYork, "15 1 * * sun", after: "2026-10-31T12:00",
            ["2026-11-01T05:15", "2026-11-08T06:15"]),
        row(
            .newYork, "0,30 1-3 * * *", after: "2027-03-14T05:00",
            [
                "2027-03-14T06:00", "2027-03-14T06:30", "2027-03-14T07:00", "2027-03-14T07:30",
                "2027-03-15T05:00", "2027-03-15T05:30",
            ]),
        row(
            .newYork, "0,30 1-3 * * *", after: "2026-11-01T04:00",
            [
                "2026-11-01T05:00", "2026-11-01T05:30", "2026-11-01T07:00", "2026-11-01T07:30",
                "2026-11-01T08:00", "2026-11-01T08:30", "2026-11-02T06:00",
            ]),
        row(
            .newYork, "45 * * * *", after: "2026-11-01T04:00",
            ["2026-11-01T04:45", "2026-11-01T05:45", "2026-11-01T06:45", "2026-11-01T07:45"]),
        row(
            .newYork, "45 * * * *", after: "2027-03-14T05:00",
            ["2027-03-14T05:45", "2027-03-14T06:45", "2027-03-14T07:45", "2027-03-14T08:45"]),
        // By half an hour: on 4 October from 2 to 2:30, on 4 April from 2 to 1:30.
        row(
            .lordHowe, "15 2 * * *", after: "2026-10-02T20:00",
            ["2026-10-03T15:30", "2026-10-04T15:15", "2026-10-05T15:15"]),
        row(
            .lordHowe, "45 1 * * *", after: "2027-04-02T20:00",
            ["2027-04-03T14:45", "2027-04-04T15:15", "2027-04-05T15:15"]),
        row(
            .lordHowe, "0,15,30,45 1-2 * * *", after: "2026-10-03T14:00",
            [
                "2026-10-03T14:30", "2026-10-03T14:45", "2026-10-03T15:00", "2026-10-03T15:15",
                "2026-10-03T15:30", "2026-10-03T15:45", "2026-10-04T14:00",
            ]),
        row(
            .lordHowe, "0,15,30,45 1-2 * * *", after: "2027-04-03T13:30",
            [
                "2027-04-03T14:00", "2027-04-03T14:15", "2027-04-03T14:30", "2027-04-03T14:45",
                "2027-04-03T15:30", "2027-04-03T15:45", "2027-04-03T16:00", "2027-04-03T16:15",
                "2027-04-04T14:30",
            ]),
        row(
            .lordHowe, "15 * * * *", after: "2026-10-03T14:00",
            ["2026-10-03T14:45", "2026-10-03T16:15", "2026-10-03T17:15", "2026-10-03T18:15"]),
        row(
            .lordHowe, "45 * * * *", after: "2027-04-03T14:00",
            ["2027-04-03T14:45", "2027-04-03T15:15", "2027-04-03T16:15", "2027-04-03T17:15"]),
        // On 14 March midnight is left out; on 1 November it comes twice.
        row(
            .havana, "@daily", after: "2025-03-08T00:00",
            ["2025-03-08T05:00", "2025-03-09T05:00", "2025-03-10T04:00"]),
        row(
            .havana, "0 0 * * *", after: "2025-11-01T00:00",
            ["2025-11-01T04:00", "2025-11-02T04:00", "2025-11-03T05:00"]),
        row(
            .havana, "0 */6 * * *", after: "2025-03-08T23:30",
            ["2025-03-09T05:00", "2025-03-09T10:00", "2025-03-09T16:00"]),
        row(
            .havana, "0 */6 * * *", after: "2025-11-01T23:30",
            ["2025-11-02T04:00", "2025-11-02T11:00", "2025-11-02T17:00"]),
        row(
            .havana, "@hourly", after: "2025-11-02T03:30",
            ["2025-11-02T04:00", "2025-11-02T05:00", "2025-11-02T06:00", "2025-11-02T07:00"]),
        // 30 December 2011 was left out as a whole.
        row(
            .apia, "0 3 * * *", after: "2011-12-28T14:00",
            ["2011-12-29T13:00", "2011-12-30T10:00", "2011-12-30T13:00", "2011-12-31T13:00"]),
        row(
            .apia, "0 12 30 12 *", after: "2011-01-01T00:00",
            ["2011-12-30T10:00", "2012-12-29T22:00"]),
        row(
            .apia, "0 9 * * fri", after: "2011-12-20T00:00",
            ["2011-12-23T19:00", "2011-12-30T10:00", "2012-01-05T19:00"]),
        row(
            .apia, "@hourly", after: "2011-12-30T08:30",
            ["2011-12-30T09:00", "2011-12-30T10:00", "2011-12-30T11:00"]),
        row(
            .apia, "*/10 * 30 * *", after: "2011-12-29T12:00",
            ["2012-01-29T10:00", "2012-01-29T10:10"]),
    ]

    @Test(arguments: rows)
    func theMomentsAreThese(_ row: Row) throws {
        let (cron, zone) = (try CronExpression(row.expression), try row.zone.rules)
        var time = try Self.time(row.after)
        for fire in row.fires {
            let expected = try Self.time(fire)
            #expect(cron.next(after: time, in: zone) == expected, "\(fire)")
            #expect(cron.next(after: expected - 1, in: zone) == expected, "\(fire)")
            time = expected
        }
    }

    /// Each half hour of the part of the night in which clocks are changed, for a year.
    @Test(arguments: ZoneSample.allCases)
    func aTimeOfDayComesOnceADay(_ sample: ZoneSample) throws {
        let zone = try sample.rules
        for half in 0..<8 {
            let cron = try CronExpression("\(half % 2 * 30) \(half / 2) * * *")
            var time = try Self.time("2026-05-01T00:00")
            for day in 0..<365 {
                let next = try #require(cron.next(after: time, in: zone))
                let hours = Double(next - time) / 3_600_000_000
                #expect(hours <= 25, "\(cron) after \(time)")
                #expect(day == 0 || hours >= 23, "\(cron) after \(time)")
                time = next
            }
        }
    }

    @Test func withoutChangesAZoneIsUTCShifted() throws {
        let zone = try ZoneSample.apia.rules
        let cron = try CronExpression("0 3 * * *")
        let noon = try Self.time("2026-05-01T12:00")
        #expect(try cron.next(after: noon, in: zone) == Self.time("2026-05-01T14:00"))
        #expect(try cron.next(after: noon, in: .utc) == Self.time("2026-05-02T03:00"))
        #expect(cron.next(after: .max, in: zone) == nil)
        #expect(try CronExpression("* * * * *").next(after: .max, in: zone) == nil)
    }
}
