import DRTesting
import Testing

@testable import Engine

/// What people read who have made mistakes in a scenario.
struct ScenarioMistakeTests {
    private static let members = "name, component, required, action, actions, expect, measure"

    private func problems(
        _ text: String, settings: [String: String] = [:]
    ) -> [String] {
        do throws(FileError) {
            _ = try ScenarioReader.read(text, file: "a.yaml", settings: settings)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test func thereAreMistakesToTry() {
        #expect(ScenarioMistake.all.count >= 110)
    }

    @Test(arguments: ScenarioMistake.all)
    func aMistakeHasOneMessageWithItsPlace(_ mistake: ScenarioMistake) {
        #expect(problems(mistake.text, settings: mistake.settings) == [mistake.problem])
    }

    @Test func threeMistakesHaveThreeMessagesInTheirOrder() {
        let text = """
            name: Three mistakes
            type: full_outage
            steps:
              - name: Block
                component: storage
                requird: true
                expect:
                  - observe: proxy.requests_per_minute
                    equals: 0
              - name: Wait
                component: circuit_breaker
                expect:
                  - {observe: proxy.requests_per_second, equals: 0, within: 30 seconds}
            """
        let known = ObservationCatalog.entries.map(\.name).joined(separator: ", ")
        let expected = [
            "6:5: 'requird' is not known here; accepted: \(Self.members)",
            "8:18: observation 'proxy.requests_per_minute' is not known; accepted: \(known)",
            "13:65: '30 seconds' is not a duration; accepted: a number with ms, s, m or h, as 30s",
        ]
        #expect(problems(text) == expected)
    }

    @Test func everyMessageNamesTheFile() {
        let error = #expect(throws: FileError.self) {
            try ScenarioReader.read("name: [a]\ntype: b\nsteps: []\n", file: "drills/a.yaml")
        }
        let expected = """
            drills/a.yaml:1:7: a text is expected
            drills/a.yaml:3:8: a scenario has at least one step
            """
        #expect(error?.description == expected)
        #expect(error?.file == "drills/a.yaml")
    }

    @Test func missingStepsAreNamed() {
        #expect(problems("name: a\ntype: b\n") == ["1:1: 'steps' is missing"])
        #expect(
            problems("name: a\ntype: b\nsteps: []\n")
                == ["3:8: a scenario has at least one step"])
        #expect(problems("name: a\ntype: b\nsteps: all\n") == ["3:8: a list is expected"])
    }

    @Test func aFileThatIsTooLargeIsRefusedUnread() {
        let text = "# \(String(repeating: "a", count: 256 << 10))\n"
        #expect(problems(text) == ["1:1: the file is too large or merges mappings"])
    }

    /// Nine lists of nine, each of the one before: 387,420,489 words, if they were written out.
    @Test(.timeLimit(.minutes(1)))
    func aliasesCannotMakeASmallFileHuge() {
        var text = "a: &a [" + Array(repeating: "word", count: 9).joined(separator: ", ") + "]\n"
        for (before, name) in zip("abcdefgh", "bcdefghi") {
            let aliases = Array(repeating: "*\(before)", count: 9).joined(separator: ", ")
            text += "\(name): &\(name) [\(aliases)]\n"
        }
        text += "name: *i\ntype: *i\nsteps: *i\n"
        let problems = problems(text)
        #expect(!problems.isEmpty)
        #expect(problems.count < 100)
        #expect(problems.allSatisfy { $0.count < 1000 })
    }

    @Test func deepNestingIsRefused() {
        let text = "name: " + String(repeating: "[", count: 100_000)
        #expect(problems(text).count == 1)
    }

    /// Written twice by mistake, for example after copying a step.
    @Test func aRepeatedMemberIsNamedWhereItStands() {
        let text = "name: a\ntype: b\ndescription: c\ntype: d\nsteps: []\n"
        let problems = problems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.contains("type") == true)
        let place = problems.first.map { String($0.prefix(4)) }
        #expect(place == "2:1:" || place == "4:1:")
    }

    @Test func aStepThatIsAWordIsOneMistake() {
        let text = "name: a\ntype: b\nsteps:\n  - wait\n"
        #expect(problems(text) == ["4:5: a mapping with \(Self.members) is expected"])
    }

    /// Only `true` and `false` are: a step that is wrongly taken for not required goes on.
    @Test func whatIsNeitherTrueNorFalseIsRefused() {
        let text = """
            name: a
            type: b
            steps:
              - name: Wait
                component: storage
                required: yes
                expect:
                  - {observe: ledger.damaged, equals: 0}
            """
        let problems = problems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("6:15:") == true)
    }
}
