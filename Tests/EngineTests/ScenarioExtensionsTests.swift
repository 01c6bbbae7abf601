import DRTesting
import Testing

@testable import Engine

/// What a program adds of its own can be named like what comes with this one.
struct ScenarioExtensionsTests {
    private var extensions: ScenarioExtensions {
        var extensions = ScenarioExtensions()
        extensions.register(CustomAction(name: "cut_cable", parameters: ["where"]) { _, _ in })
        extensions.register(CustomAction(name: "shout") { _, _ in })
        for source in [Observation.Source.wire, .self] {
            extensions.register(
                CustomObservation(
                    name: "cable.ends_by_\(source.rawValue)", source: source,
                    meaning: "loose ends of the cable"
                ) { _ in Observation(.number(2)) })
        }
        return extensions
    }

    private func problems(action: String = "", expect: String) -> [String] {
        let text = """
            name: a
            type: b
            steps:
              - name: c
                component: d
            \(action)
                expect:
                  - {observe: \(expect)}
            """
        do throws(FileError) {
            _ = try ScenarioReader.read(text, file: "a.yaml", extensions: extensions)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test func anObservationOfAProgramIsEvidenceIfItsSourceIs() {
        #expect(problems(expect: "cable.ends_by_wire, equals: 2") == [])
        let known = extensions.entries.filter(\.source.isIndependent).map(\.name)
        #expect(known.last == "cable.ends_by_wire")
        let complaint =
            "8:7: the step rests only on what the component or its client says; add one of: "
            + known.joined(separator: ", ")
        #expect(problems(expect: "cable.ends_by_self, equals: 2") == [complaint])
    }

    @Test func anObservationOfAProgramIsListedAmongThoseAccepted() {
        let known = extensions.entries.map(\.name).joined(separator: ", ")
        #expect(known.hasSuffix("cable.ends_by_wire, cable.ends_by_self"))
        #expect(
            problems(expect: "cable.ends, equals: 2") == [
                "8:19: observation 'cable.ends' is not known; accepted: \(known)"
            ])
    }

    @Test func mistakesInAnActionOfAProgramAreTold() {
        let expect = "cable.ends_by_wire, equals: 2"
        func problems(_ parameters: String) -> [String] {
            self.problems(action: "    action: {custom: \(parameters)}", expect: expect)
        }
        #expect(problems("{name: cut_cable, where: cellar}") == [])
        #expect(problems("{name: cut_cable}") == ["6:22: 'where' is missing"])
        #expect(
            problems("{name: cut_cable, where: cellar, when: now}") == [
                "6:55: 'when' is not known here; accepted: name, where"
            ])
        #expect(
            problems("{name: cut_cable, where: [cellar]}") == ["6:47: a text is expected"])
        #expect(
            problems("{name: cut}") == [
                "6:29: action 'cut' is not registered; registered: cut_cable, shout"
            ])
    }

    @Test func whatWasRegisteredIsFoundByItsName() {
        #expect(extensions.action(named: "shout")?.parameters == [])
        #expect(extensions.action(named: "whisper")?.name == nil)
        #expect(extensions.entry(named: "cable.ends_by_self")?.source == .self)
        #expect(extensions.entry(named: "breaker.state")?.kind == .text)
        #expect(extensions.entry(named: "cable.ends")?.name == nil)
    }

    @Test func anObservationMayBeOfAGroupOfTheCatalog() {
        var extensions = extensions
        extensions.register(
            CustomObservation(name: "queue.mine", source: .wire, meaning: "my own") { _ in
                Observation(nil)
            })
        #expect(extensions.entry(named: "queue.mine")?.meaning == "my own")
        #expect(extensions.observation(named: "queue.mine")?.entry.source == .wire)
        #expect(extensions.observation(named: "queue.depth")?.entry.name == nil)
    }

    @Test func aNameIsRegisteredOnce() async {
        await #expect(processExitsWith: .failure) {
            var extensions = ScenarioExtensions()
            extensions.register(CustomAction(name: "shout") { _, _ in })
            extensions.register(CustomAction(name: "shout") { _, _ in })
        }
        await #expect(processExitsWith: .failure) {
            var extensions = ScenarioExtensions()
            extensions.register(
                CustomObservation(name: "queue.depth", source: .wire, meaning: "my own") { _ in
                    Observation(nil)
                })
        }
    }

    @Test func aNameThatCannotBeWrittenInAScenarioIsAMistakeOfTheProgram() async {
        await #expect(processExitsWith: .failure) {
            _ = CustomAction(name: "Cut cable") { _, _ in }
        }
        await #expect(processExitsWith: .failure) {
            _ = CustomAction(name: "cut_cable", parameters: ["name"]) { _, _ in }
        }
        await #expect(processExitsWith: .failure) {
            _ = CustomObservation(name: "cable", source: .wire, meaning: "ends") { _ in
                Observation(nil)
            }
        }
    }
}
