import DRTesting
import Testing

/// When a cron expression comes due.
struct CronExpressionTests {
    /// 2026-11-23, a Monday.
    private static let monday: UInt64 = 20_780

    /// Microseconds since 1970, so many days after that Monday.
    private static func time(_ day: UInt64, _ hour: UInt64, _ minute: UInt64) -> UInt64 {
        ((monday + day) * 1440 + hour * 60 + minute) * 60_000_000
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let expression: String
        let after: UInt64
        let expected: UInt64

        var testDescription: String { "\(expression) after \(after)" }
    }

    /// The times are days after that Monday, hours and minutes.
    private static func row(
        _ expression: String, _ after: (UInt64, UInt64, UInt64),
        _ expected: (UInt64, UInt64, UInt64)
    ) -> Row {
        Row(
            expression: expression, after: time(after.0, after.1, after.2),
            expected: time(expected.0, expected.1, expected.2))
    }

    static let rows: [Row] = [
        // The schedules that are usual for the built-in scenarios.
        row("0 2 * * 1", (0, 1, 59), (0, 2, 0)),
        row("0 2 * * 1", (0, 2, 0), (7, 2, 0)),
        row("0 3 * * *", (0, 3, 0), (1, 3, 0)),
        row("0 */6 * * *", (0, 6, 1), (0, 12, 0)),
        row("0 */6 * * *", (0, 18, 0), (1, 0, 0)),
        row("0 1 * * 0", (0, 0, 0), (6, 1, 0)),
        // Sunday is 0, 7 and sun.
        row("0 1 * * 7", (0, 0, 0), (6, 1, 0)),
        row("0 1 * * SUN", (0, 0, 0), (6, 1, 0)),
        row("0 1 * * fri-7", (0, 0, 0), (4, 1, 0)),
        row("* * * * *", (0, 23, 59), (1, 0, 0)),
        row("5,10-12,30-40/5 * * * *", (0, 0, 12), (0, 0, 30)),
        row("5,10-12,30-40/5 * * * *", (0, 0, 40), (0, 1, 5)),
        row("*/25 * * * *", (0, 0, 50), (0, 1, 0)),
        row("*/99 12 * * *", (0, 0, 0), (0, 12, 0)),
        row("0 0 1 jan *", (0, 0, 0), (39, 0, 0)),
        row("  0\t0 1  1 * ", (0, 0, 0), (39, 0, 0)),
        row("0 0 29 2 *", (0, 0, 0), (463, 0, 0)),
        // 2100 is no leap year: after 2096 comes 2104.
        row("0 0 29 2 *", (25_300, 0, 0), (28_221, 0, 0)),
        // Months of 30 days have none.
        row("0 0 31 * *", (69, 0, 0), (128, 0, 0)),
        row("59 23 31 12 *", (38, 23, 59), (403, 23, 59)),
        row("0 0 * * */2", (0, 0, 0), (1, 0, 0)),
        row("0 0 * * 1-5/2", (0, 0, 0), (2, 0, 0)),
        row("50-59/4 * * * *", (0, 0, 50), (0, 0, 54)),
        // Either day is enough if both are restricted: Tuesday, or the 27th.
        row("0 0 27 * 2", (0, 0, 0), (1, 0, 0)),
        row("0 0 27 * 2", (1, 0, 0), (4, 0, 0)),
        // The 29th of February, or a Sunday of it.
        row("0 0 29 2 0", (70, 0, 0), (76, 0, 0)),
        // With a star in one of them both decide: an odd day that is a Tuesday, 1 December.
        row("0 0 */2 * 2", (0, 0, 0), (8, 0, 0)),
    ]

    @Test(arguments: rows)
    func theNextMomentIsTheFirstThatFits(_ row: Row) throws {
        let cron = try CronExpression(row.expression)
        #expect(cron.next(after: row.after) == row.expected)
        // Seconds do not count, and nothing lies between.
        #expect(cron.next(after: row.after + 59_999_999) == row.expected)
        #expect(cron.next(after: row.expected - 1) == row.expected)
        #expect(try #require(cron.next(after: row.expected)) > row.expected)
    }

    @Test(arguments: [
        "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *",
        "* * * 0 *", "* * * 13 *", "* * * * 8", "-1 * * * *", "+1 * * * *", "1- * * * *",
        "5-1 * * * *", "1,,2 * * * *", ", * * * *", "*/0 * * * *", "*/ * * * *", "5/10 * * * *",
        "*/x * * * *", "1-2-3 * * * *", "** * * * *", "@reboot", "@", "@daily 1",
        "daily", "* * L * *", "* * * * mon#1", "* * * foo *", "mon * * * *",
        "99999999999999999999 * * * *", "0 0 30 2 *", "0 0 31 4,6 *",
    ])
    func whatIsNoExpressionIsRefusedWithAReason(_ text: String) {
        let error = #expect(throws: CronError.self) { try CronExpression(text) }
        #expect(error?.message.contains("'") == true)
        #expect(error?.description == error?.message)
    }

    @Test func aMistakeIsNamedWithWhatIsAccepted() {
        let error = #expect(throws: CronError.self) { try CronExpression("0 25 * * *") }
        #expect(
            error?.message
                == "'25' is no hour; accepted: *, numbers from 0 to 23, ranges and lists of them, "
                + "steps like */2")
        let count = #expect(throws: CronError.self) { try CronExpression("0") }
        #expect(count?.message.hasPrefix("'0' has 1 field; expected are 5") == true)
    }

    @Test(arguments: [
        ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"), ("@monthly", "0 0 1 * *"),
        ("@weekly", "0 0 * * 0"), ("@daily", "0 0 * * *"), (" @MIDNIGHT ", "0 0 * * *"),
        ("@hourly", "0 * * * *"),
    ])
    func aMacroIsShortForAnExpression(_ macro: String, _ expression: String) throws {
        let (short, long) = (try CronExpression(macro), try CronExpression(expression))
        var time = Self.time(0, 0, 0)
        for _ in 0..<10 {
            let next = try #require(long.next(after: time))
            #expect(short.next(after: time) == next)
            time = next
        }
        #expect(short.description == macro.split(separator: " ").joined())
    }

    @Test func nothingIsDueAfterTheYear9999() throws {
        let cron = try CronExpression("* * * * *")
        let last = Self.time(2_912_116, 23, 59)
        #expect(cron.next(after: last - 1) == last)
        #expect(cron.next(after: last) == nil)
        #expect(cron.next(after: .max) == nil)
    }

    /// Both days decide, and 29 February is a Sunday every 28 years.
    @Test func aRareDayIsFound() throws {
        let cron = try CronExpression("0 0 */28 2 0")
        var time = Self.time(0, 0, 0)
        var days: [UInt64] = []
        for _ in 0..<9 {
            time = try #require(cron.next(after: time))
            days.append(time / 86_400_000_000)
        }
        // 1 February 2032 is the next of all, and so is 29 February of the same year.
        #expect(days.contains(22_676))
        #expect(days.contains(22_704))
        #expect(days == days.sorted())
    }

    @Test func anExpressionIsSaidWithSingleSpaces() throws {
        #expect(try CronExpression(" 0  3\t* * * ").description == "0 3 * * *")
    }
}
