import Testing

@testable import Dashboard

struct CronWordsTests {
    @Test(arguments: [
        ("0 2 * * 1", "every Monday at 02:00"), ("0 3 * * *", "every day at 03:00"),
        ("0 */6 * * *", "every 6 hours"), ("30 */6 * * *", "every 6 hours, at minute 30"),
        ("0 1 * * 0", "every Sunday at 01:00"), ("0 1 * * 7", "every Sunday at 01:00"),
        ("*/15 * * * *", "every 15 minutes"), ("* * * * *", "every minute"),
        ("0 * * * *", "every hour"), ("5 * * * *", "every hour, at minute 5"),
        ("15 8,20 * * *", "every day at 08:15 and 20:15"),
        ("0 9 * * mon-fri", "every Monday to Friday at 09:00"),
        ("0 9 * * MON,WED,FRI", "every Monday, Wednesday and Friday at 09:00"),
        ("0 4 1,15 * *", "on day 1 and 15 of the month at 04:00"),
        ("0 */2 * * sat", "every 2 hours, every Saturday"), ("@daily", "every day at 00:00"),
        ("@Hourly", "every hour"),
    ])
    func whatPeopleWriteIsSaidInWords(_ expression: String, _ words: String) {
        #expect(CronWords.words(expression) == words)
    }

    /// Half a meaning would be worse than none.
    @Test(arguments: [
        "0 4 1 * 1", "0 4 * 6 *", "0-5 4 * * *", "0 4 1-7 * *", "0 9-17 * * *", "1,2 * * * *",
        "0 9 * * 1-3-5", "0 9 * * 1,8",
    ])
    func whatHasNoSimpleWordsIsNotGuessed(_ expression: String) {
        #expect(CronWords.words(expression) == "as its expression says")
    }
}
