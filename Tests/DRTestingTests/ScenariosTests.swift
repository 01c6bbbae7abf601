import DRTesting
import Testing

/// What may be done to the rows of `test_scenarios`.
struct ScenariosTests {
    private static func scenario(_ name: String, id: UInt64 = 0) -> ScenarioDefinition {
        var row = ScenarioDefinition.full
        (row.id, row.scenarioName) = (id, name)
        return row
    }

    private static func change(_ id: UInt64, by name: String = "ops") -> RowChange {
        RowChange(id: id, by: name, reason: "tried")
    }

    /// Decides and applies one command after another; all must be accepted.
    private func scenarios(after commands: [Scenarios.Command]) throws -> Scenarios {
        var scenarios = Scenarios()
        for command in commands {
            for event in try Scenarios.decide(command, in: scenarios) { scenarios.apply(event) }
        }
        return scenarios
    }

    private func refusal(
        _ command: Scenarios.Command, in scenarios: Scenarios
    ) -> Scenarios.Refusal? {
        do {
            _ = try Scenarios.decide(command, in: scenarios)
            return nil
        } catch {
            return error
        }
    }

    @Test func theSameCommandAgainAddsNothing() throws {
        var changed = Self.scenario("a", id: 7)
        changed.description = "otherwise"
        let commands: [Scenarios.Command] = [
            .create(Self.scenario("a")), .change(changed), .disable(Self.change(7)),
            .enable(Self.change(7)), .remove(Self.change(7)),
        ]
        var scenarios = Scenarios()
        for command in commands {
            let first = try Scenarios.decide(command, in: scenarios)
            #expect(first.count == 1, "\(command)")
            for event in first { scenarios.apply(event) }
            let before = scenarios
            #expect(try Scenarios.decide(command, in: scenarios) == [], "\(command)")
            #expect(scenarios == before)
        }
    }

    @Test func aCommandAddsTheEventItStandsFor() throws {
        let given = Self.scenario("a", id: 7)
        let one = try scenarios(after: [.create(Self.scenario("a"))])
        let change = Self.change(7)
        let changed = Self.scenario("b", id: 7)
        let disabled = try scenarios(after: [.create(Self.scenario("a")), .disable(change)])
        #expect(
            try Scenarios.decide(.create(Self.scenario("a", id: 99)), in: Scenarios())
                == [.scenarioCreated(given)])
        #expect(try Scenarios.decide(.change(changed), in: one) == [.scenarioChanged(changed)])
        #expect(try Scenarios.decide(.disable(change), in: one) == [.scenarioDisabled(change)])
        #expect(try Scenarios.decide(.enable(change), in: disabled) == [.scenarioEnabled(change)])
        #expect(try Scenarios.decide(.remove(change), in: one) == [.scenarioRemoved(change)])
    }

    @Test func aScenarioCanBeCreatedDisabled() throws {
        let command = Scenarios.Command.create(Self.scenario("a"), isEnabled: false)
        let scenarios = try scenarios(after: [command])
        #expect(scenarios.rows[7]?.isEnabled == false)
        #expect(try Scenarios.decide(command, in: scenarios) == [])
        #expect(scenarios.rows.present.map(\.definition) == [Self.scenario("a", id: 7)])
    }

    @Test func anIdIsNeverGivenAgain() throws {
        let scenarios = try scenarios(after: [
            .create(Self.scenario("a")), .create(Self.scenario("b")), .remove(Self.change(8)),
            .create(Self.scenario("c")),
        ])
        #expect(scenarios.rows.present.map(\.definition.id) == [7, 9])
        #expect(scenarios.rows[8]?.isRemoved == true)
        // The name is free again.
        #expect(refusal(.create(Self.scenario("b")), in: scenarios) == nil)
        #expect(scenarios.knows(7) && !scenarios.knows(8) && !scenarios.knows(10))
    }

    @Test func whatCannotBeRunIsRefused() {
        let mistakes: [(String, WritableKeyPath<ScenarioDefinition, String>)] = [
            ("scenario_name", \.scenarioName), ("test_type", \.testType),
            ("scenario_text", \.scenarioText),
        ]
        for (field, path) in mistakes {
            var row = Self.scenario("a")
            row[keyPath: path] = " \n"
            #expect(refusal(.create(row), in: Scenarios()) == .empty(field))
        }
        var row = Self.scenario("a")
        row.testSteps = []
        #expect(refusal(.create(row), in: Scenarios()) == .empty("test_steps"))
        row = Self.scenario("a")
        row.scenarioDigest = []
        #expect(refusal(.create(row), in: Scenarios()) == .badDigest)
        row = Self.scenario("a")
        row.by = ""
        #expect(refusal(.create(row), in: Scenarios()) == .anonymous)
    }

    @Test func whatNoRecordHoldsIsRefused() throws {
        var row = Self.scenario("a")
        row.scenarioText = String(repeating: "a", count: 64_000)
        #expect(refusal(.create(row), in: Scenarios()) == nil)
        row.scenarioText += String(repeating: "é", count: 1000)
        #expect(refusal(.create(row), in: Scenarios()) == .tooLarge)
        let one = try scenarios(after: [.create(Self.scenario("a"))])
        row.id = 7
        #expect(refusal(.change(row), in: one) == .tooLarge)
        let reason = String(repeating: "a", count: 65_000)
        let change = RowChange(id: 7, by: "ops", reason: reason)
        for command in [Scenarios.Command.disable(change), .enable(change), .remove(change)] {
            #expect(refusal(command, in: one) == .tooLarge)
        }
    }

    /// Spaces of no width, marks of direction and control characters.
    @Test func whatNobodySeesIsNoName() throws {
        for name in ["\u{200b}", "\u{2060}\u{feff}", "\u{202e} ", "\u{0}", "\u{ad}"] {
            #expect(
                refusal(.create(Self.scenario(name)), in: Scenarios()) == .empty("scenario_name"))
        }
        let one = try scenarios(after: [.create(Self.scenario("Caf\u{e9} outage"))])
        for name in ["caf\u{200b}\u{e9} outage", "CAF\u{c9}\u{7}\u{2003}outage"] {
            #expect(refusal(.create(Self.scenario(name)), in: one) == .nameTaken(id: 7))
        }
    }

    @Test func aNameIsTakenWhateverItsCase() throws {
        let scenarios = try scenarios(after: [
            .create(Self.scenario("Split  brain")), .create(Self.scenario("other")),
        ])
        for name in ["split brain", " Split Brain "] {
            #expect(refusal(.create(Self.scenario(name)), in: scenarios) == .nameTaken(id: 7))
            let (other, same) = (Self.scenario(name, id: 8), Self.scenario(name, id: 7))
            #expect(refusal(.change(other), in: scenarios) == .nameTaken(id: 7))
            #expect(refusal(.change(same), in: scenarios) == nil)
        }
    }

    @Test func rowsThatAreNotThereAreNotChanged() throws {
        let removed = try scenarios(after: [
            .create(Self.scenario("a")), .remove(Self.change(7)),
        ])
        let rows: [(UInt64, Scenarios.Refusal)] = [(7, .removed(7)), (8, .unknownID(8))]
        for (id, expected) in rows {
            let commands: [Scenarios.Command] = [
                .change(Self.scenario("b", id: id)), .disable(Self.change(id)),
                .enable(Self.change(id)),
            ]
            for command in commands { #expect(refusal(command, in: removed) == expected) }
        }
        #expect(refusal(.remove(Self.change(8)), in: removed) == .unknownID(8))
        #expect(refusal(.remove(Self.change(7, by: " ")), in: removed) == .anonymous)
    }

    // MARK: What comes with the program

    @Test func aBuiltinScenarioIsRecordedOnceAndWhenItChanges() throws {
        var row = Self.scenario("Backup and Restore", id: 4)
        var scenarios = Scenarios()
        #expect(Scenarios.decide(builtin: row, in: scenarios) == [.scenarioCreated(row)])
        scenarios.apply(.scenarioCreated(row))
        #expect(Scenarios.decide(builtin: row, in: scenarios) == [])
        row.by = "another version"
        #expect(Scenarios.decide(builtin: row, in: scenarios) == [])
        row.scenarioText += "# longer"
        #expect(Scenarios.decide(builtin: row, in: scenarios) == [.scenarioChanged(row)])
        scenarios.apply(.scenarioChanged(row))
        #expect(Scenarios.decide(builtin: row, in: scenarios) == [])
    }

    @Test func aBuiltinScenarioCanOnlyBeDisabled() throws {
        var scenarios = Scenarios()
        scenarios.apply(.scenarioCreated(Self.scenario("Backup and Restore", id: 4)))
        let change = Self.change(4)
        let events = try Scenarios.decide(.disable(change), in: scenarios)
        #expect(events == [.scenarioDisabled(change)])
        #expect(refusal(.change(Self.scenario("mine", id: 4)), in: scenarios) == .builtin(4))
        #expect(refusal(.remove(change), in: scenarios) == .builtin(4))
    }

    @Test func builtinScenariosAreKnownBeforeTheyAreRecorded() {
        let known = (UInt64(0)...8).filter { Scenarios().knows($0) }
        #expect(known == [1, 2, 3, 4, 5, 6])
    }

    @Test func anOutsideIdIsNoBuiltinOne() async {
        await #expect(processExitsWith: .failure) {
            _ = Scenarios.decide(builtin: ScenarioDefinition(), in: Scenarios())
        }
    }
}
