import DRTesting
import Testing

@testable import Reporting

/// Drills as JUnit XML. That it keeps to a strict schema is held by a validator of others.
struct JUnitTests {
    private typealias Fixture = HistoryFixture

    private func xml(_ history: History) -> String {
        String(decoding: PeriodReport(history, name: "Weekly").junit, as: UTF8.self)
    }

    /// What stands in an attribute of each element of a name, in their order.
    private func values(_ attribute: String, of element: String, in xml: String) -> [String] {
        xml.split(separator: "<").filter { $0.hasPrefix(element + " ") }.compactMap { tag in
            let parts = tag.split(separator: " \(attribute)=\"", maxSplits: 1)
            return parts.count < 2 ? nil : parts[1].split(separator: "\"").first.map { String($0) }
        }
    }

    @Test func aDrillAndItsObjectivesAreTestCases() {
        // Asked for ten minutes before it ended.
        let history = Fixture.history(runs: [
            Fixture.run(Fixture.drill(10, .failed, at: 1, rtoMs: 130_000, message: "a < b"))
        ])
        let output = "test 10, run run-10, requested at 2026-11-23T23:50:00.000Z"
        let expected = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="Weekly" time="600.000" tests="3" failures="2" errors="0">
              <testsuite name="drills.staging.Failover Mechanism" tests="3" failures="2" \
            errors="0" skipped="0" time="600.000">
                <testcase classname="drills.staging.Failover Mechanism" name="drill passes" \
            time="600.000">
                  <failure type="failed" message="a &lt; b">a &lt; b</failure>
                  <system-out>\(output)</system-out>
                </testcase>
                <testcase classname="drills.staging.Failover Mechanism" \
            name="recovery time is within its objective" time="0.000">
                  <failure type="failed" message="it was 130 s; at most 120 s is allowed">\
            it was 130 s; at most 120 s is allowed</failure>
                  <system-out>\(output)</system-out>
                </testcase>
                <testcase classname="drills.staging.Failover Mechanism" \
            name="recovery point is within its objective" time="0.000">
                  <system-out>\(output)</system-out>
                </testcase>
              </testsuite>
            </testsuites>

            """
        let limit = ReportText.milliseconds(120_000)
        let measured = ReportText.milliseconds(130_000)
        let worded = expected.replacing("120 s", with: limit).replacing("130 s", with: measured)
        #expect(xml(history) == worded)
    }

    @Test func theSecondOfANameHasItsNumberAndNoneHasThatOfItsRun() {
        let xml = xml(Fixture.mixed)
        let names = values("name", of: "testcase", in: xml)
        let classes = values("classname", of: "testcase", in: xml)
        #expect(Set(zip(classes, names).map { [$0, $1] }).count == names.count)
        #expect(
            names.filter { $0.hasPrefix("drill passes") } == [
                "drill passes", "drill passes", "drill passes #2", "drill passes #3",
                "drill passes #4",
            ])
        #expect(!names.contains { $0.contains("run-") })
    }

    @Test func aPointInANameIsNoneBetweenNames() {
        let classes = Set(values("classname", of: "testcase", in: xml(Fixture.mixed)))
        #expect(
            classes == ["drills.staging.Failover Mechanism", "drills.eu_west.Failover Mechanism"])
    }

    @Test func whatWasNotRunIsSkippedAndWhatWasNotSeenIsAnError() {
        let xml = xml(Fixture.mixed)
        // The one that was cancelled, the one that is under way, and the one that is excused.
        #expect(xml.contains("<skipped type=\"not run\" message=\"cancelled: cancelled by ops\">"))
        #expect(xml.contains("<skipped type=\"not run\" message=\"under way\">"))
        #expect(xml.contains("message=\"excused: the site is being moved, accepted by auditor\">"))
        #expect(values("skipped", of: "testsuite", in: xml).compactMap { Int($0) } == [1, 2])
        // It did not see enough to judge: neither the drill nor its two objectives.
        #expect(values("errors", of: "testsuites", in: xml) == ["3"])
        // A proof is no drill.
        #expect(!xml.contains("test 50,"))
    }

    @Test func aDrillThatIsOverdueIsSkippedWithTheReason() {
        let history = Fixture.history(
            earlier: [Fixture.drill(1, at: -8)], cadences: [Fixture.cadence()])
        let xml = xml(history)
        #expect(values("name", of: "testcase", in: xml) == ["drill is run when it is due"])
        #expect(xml.contains("<skipped type=\"not run\" message=\"overdue: due 2026-11-22"))
        #expect(xml.contains("cadence 1, due at 2026-11-22T00:00:00.000Z: overdue"))
    }

    @Test func aPeriodWithoutDrillsHasNoSuite() {
        let expected = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="Weekly" time="0.000" tests="0" failures="0" errors="0">
            </testsuites>

            """
        #expect(xml(Fixture.history()) == expected)
    }

    @Test(arguments: HistoryFixture.hostileTexts)
    func textsOfTheLogAreNoMarkup(_ text: String) {
        let xml = xml(Fixture.hostile(text))
        #expect(xml.isHarmless)
        #expect(!xml.unicodeScalars.contains { $0.value == 0xfffe || $0.value == 0xffff })
        #expect(!xml.contains("]]>"))
        let known = [
            "?xml ", "testsuites ", "/testsuites>", "testsuite ", "/testsuite>", "testcase ",
            "/testcase>", "failure ", "/failure>", "error ", "/error>", "skipped ", "/skipped>",
            "system-out>", "/system-out>",
        ]
        let tags = xml.split(separator: "<")
        for tag in tags {
            #expect(known.contains { tag.hasPrefix($0) }, "\(tag)")
            #expect(!tag.hasPrefix("system-out>") || !tag.contains("["), "\(tag)")
        }
        let cases = tags.count { $0.hasPrefix("testcase ") }
        #expect(cases >= 6 && values("tests", of: "testsuites", in: xml) == ["\(cases)"])
    }

    @Test func aSignWithAnAccentIsStillThatSign() {
        #expect("a.b.\u{301}c".replacingScalar(".", with: "_") == "a_b_\u{301}c")
    }

    @Test func theSameHistoryGivesTheSameBytes() {
        #expect(PeriodReport(Fixture.mixed).junit == PeriodReport(Fixture.mixed).junit)
    }
}
