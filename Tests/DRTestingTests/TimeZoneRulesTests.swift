import Testing

@testable import DRTesting

/// How files of the tz database are read.
struct TimeZoneRulesTests {
    /// Microseconds since 1970, from seconds.
    private static func offset(_ seconds: UInt64, in zone: TimeZoneRules) -> Int {
        zone.offset(at: seconds * 1_000_000)
    }

    @Test func clocksAreAsFarAheadAsTheTableSays() throws {
        let berlin = try ZoneSample.berlin.rules
        // Before and at the change of 25 October 2026, 01:00 in UTC.
        #expect(Self.offset(1_792_889_999, in: berlin) == 7200)
        #expect(Self.offset(1_792_890_000, in: berlin) == 3600)
        // In 1980 it began on 6 April, 01:00 in UTC.
        #expect(Self.offset(323_830_799, in: berlin) == 3600)
        #expect(Self.offset(323_830_800, in: berlin) == 7200)
        let apia = try ZoneSample.apia.rules
        #expect(Self.offset(1_325_239_199, in: apia) == -36_000)
        #expect(Self.offset(1_325_239_200, in: apia) == 50_400)
        #expect(try Self.offset(1_792_890_000, in: ZoneSample.lordHowe.rules) == 39_600)
        #expect(Self.offset(1_792_890_000, in: .utc) == 0)
    }

    @Test(arguments: ZoneSample.allCases)
    func theRuleGoesOnForEver(_ sample: ZoneSample) throws {
        let zone = try sample.rules
        // A year that no table reaches.
        var second = CivilDate(year: 2503, month: 1, day: 1).number * 86_400
        var changes = 0
        while let change = zone.change(after: second), changes < 4 {
            #expect(change > second)
            #expect(zone.offset(atSecond: change) != zone.offset(atSecond: change - 1))
            (second, changes) = (change, changes + 1)
        }
        #expect(changes == (sample == .apia ? 0 : 4))
    }

    @Test(arguments: [
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana",
    ])
    func everyTimeOfDayIsFoundAgain(_ name: String) throws {
        let zone = try #require(ZoneSample.known(name))
        let start = CivilDate(year: 2026, month: 1, day: 1).number * 86_400
        for second in stride(from: start, to: start + 366 * 86_400, by: 900) {
            let local = second + zone.offset(atSecond: second)
            let moment = zone.moment(ofLocal: local)
            // What comes twice is the first of both.
            #expect(moment <= second)
            #expect(moment + zone.offset(atSecond: moment) == local)
        }
    }

    @Test func aFileThatIsNoneIsRefused() throws {
        let whole = ZoneSample.berlin.bytes
        for count in [0, 3, 4, 43, 44, 100, 300, whole.count - 1] {
            #expect(throws: TimeZoneError.self) {
                try TimeZoneRules(name: "short", tzif: Array(whole.prefix(count)))
            }
        }
        var other = whole
        other[0] = UInt8(ascii: "X")
        let error = #expect(throws: TimeZoneError.self) {
            try TimeZoneRules(name: "Other", tzif: other)
        }
        #expect(
            error?.message
                == "the time zone 'Other' cannot be read: it is no file of the tz database")
    }

    /// Nothing that such a file may hold stops the program.
    @Test(arguments: ZoneSample.allCases)
    func aDamagedFileDoesNoHarm(_ sample: ZoneSample) throws {
        let whole = sample.bytes
        // The headers and the last line are in reach of every third byte.
        for index in stride(from: whole.count % 3, to: whole.count, by: 3) {
            for value: UInt8 in [0, 0x7f, 0xff] {
                var bytes = whole
                bytes[index] = value
                guard let zone = try? TimeZoneRules(name: "x", tzif: bytes) else { continue }
                #expect(abs(zone.offset(at: 1_792_890_000_000_000)) < TimeZoneRules.offsetLimit)
                _ = zone.moment(ofLocal: 1_792_890_000)
            }
        }
    }

    @Test func theOldFormIsReadToo() throws {
        // One change at second 100, from no offset to an hour; no rule follows.
        var bytes = Array("TZif".utf8) + [UInt8](repeating: 0, count: 16)
        for count: UInt8 in [0, 0, 0, 1, 2, 4] { bytes += [0, 0, 0, count] }
        bytes += [0, 0, 0, 100, 1, 0, 0, 0, 0, 0, 0, 0, 0, 14, 16, 0, 0] + Array("ABC\0".utf8)
        let zone = try TimeZoneRules(name: "old", tzif: bytes)
        #expect(Self.offset(99, in: zone) == 0)
        #expect(Self.offset(100, in: zone) == 3600)
        #expect(zone.change(after: 100) == nil)
    }

    // MARK: The last line

    @Test(arguments: [("UTC0", 0), ("<+13>-13", 46_800), ("XYZ4:30:10", -16_210)])
    func aRuleWithoutChangesIsAnOffset(_ text: String, _ offset: Int) throws {
        #expect(try ClockRuleParser.parse(text) == .always(offset: offset))
    }

    /// Dublin calls summer standard time and sets its clocks back in winter.
    @Test func savingTimeMayBeBehind() throws {
        guard case .yearly(let rule) = try ClockRuleParser.parse("IST-1GMT0,M10.5.0,M3.5.0/1")
        else {
            Issue.record("It has changes.")
            return
        }
        #expect(rule.offset(atSecond: 1_792_889_999) == 3600)
        #expect(rule.offset(atSecond: 1_792_890_000) == 0)
        // 28 March 2027, 01:00 in UTC.
        #expect(rule.change(after: 1_792_890_000) == 1_806_195_600)
        #expect(rule.offset(atSecond: 1_806_195_600) == 3600)
    }

    @Test func savingTimeMayLastAllYear() throws {
        guard case .yearly(let rule) = try ClockRuleParser.parse("EST5EDT,0/0,J365/25") else {
            Issue.record("It has changes.")
            return
        }
        for day in 0..<800 { #expect(rule.offset(atSecond: day * 86_400 + 18_000) == -14_400) }
    }

    @Test(arguments: [
        "", "U0", "UTC", "UTC0 ", "UTC25", "UTC0:60", "EST5EDT", "EST5EDT,M3.2.0",
        "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J0,J365", "EST5EDT,366,0", "EST5EDT,M3.2.0/168,M11.1.0", "<+13-13",
    ])
    func whatIsNoRuleIsRefused(_ text: String) {
        #expect(throws: TZifError.self) { try ClockRuleParser.parse(text) }
    }

    @Test func daysAreCountedBothWays() {
        #expect(CivilDate(year: 1970, month: 1, day: 1).number == 0)
        #expect(CivilDate(year: 2026, month: 11, day: 23).number == 20_780)
        #expect(CivilDate.weekday(ofNumber: 20_780) == 1)
        #expect(CivilDate.weekday(ofNumber: -5) == 6)
        for number in stride(from: -800_000, to: 3_000_000, by: 97) {
            let date = CivilDate(number: number)
            #expect(date.number == number)
        }
    }
}
