import DRTesting
import Testing

/// What may be done to the rows of `cadences`.
struct CadencesTests {
    private static func cadence(_ reason: String, id: UInt64 = 0) -> CadenceDefinition {
        var row = CadenceDefinition.full
        (row.id, row.reason) = (id, reason)
        return row
    }

    private static let change = RowChange(id: 1, by: "ops", reason: "tried")

    /// Decides and applies one command after another; all must be accepted.
    private func cadences(after commands: [Cadences.Command]) throws -> Cadences {
        var cadences = Cadences()
        for command in commands {
            for event in try Cadences.decide(command, in: cadences) { cadences.apply(event) }
        }
        return cadences
    }

    private func refusal(_ command: Cadences.Command, in cadences: Cadences) -> Cadences.Refusal? {
        do {
            _ = try Cadences.decide(command, in: cadences)
            return nil
        } catch {
            return error
        }
    }

    @Test func theSameCommandAgainAddsNothing() throws {
        let commands: [Cadences.Command] = [
            .create(Self.cadence("a")), .change(Self.cadence("b", id: 1)), .disable(Self.change),
            .enable(Self.change), .remove(Self.change),
        ]
        var cadences = Cadences()
        for command in commands {
            let first = try Cadences.decide(command, in: cadences)
            #expect(first.count == 1, "\(command)")
            for event in first { cadences.apply(event) }
            let before = cadences
            #expect(try Cadences.decide(command, in: cadences) == [], "\(command)")
            #expect(cadences == before)
        }
    }

    @Test func aCommandAddsTheEventItStandsFor() throws {
        let (given, changed) = (Self.cadence("a", id: 1), Self.cadence("b", id: 1))
        let (create, change) = (Cadences.Command.create(Self.cadence("a", id: 9)), Self.change)
        let one = try cadences(after: [create])
        let disabled = try cadences(after: [create, .disable(change)])
        #expect(try Cadences.decide(create, in: Cadences()) == [.cadenceCreated(given)])
        #expect(try Cadences.decide(.change(changed), in: one) == [.cadenceChanged(changed)])
        #expect(try Cadences.decide(.disable(change), in: one) == [.cadenceDisabled(change)])
        #expect(try Cadences.decide(.enable(change), in: disabled) == [.cadenceEnabled(change)])
        #expect(try Cadences.decide(.remove(change), in: one) == [.cadenceRemoved(change)])
    }

    @Test func whatIsNoCadenceIsRefused() {
        func refused(_ edit: (inout CadenceDefinition) -> Void) -> Cadences.Refusal? {
            var row = Self.cadence("a")
            edit(&row)
            return refusal(.create(row), in: Cadences())
        }
        #expect(refused { $0.scenarioName = "" } == .empty("scenario"))
        #expect(refused { $0.targetName = "" } == .empty("target"))
        #expect(refused { $0.reason = " " } == .empty("reason"))
        #expect(refused { $0.by = "" } == .anonymous)
        #expect(refused { $0.intervalMs = 0 } == .intervalNotPositive)
        let century: UInt64 = 36_525 * 86_400_000
        #expect(refused { ($0.intervalMs, $0.graceMs) = (century, century) } == nil)
        #expect(refused { $0.intervalMs = century + 1 } == .tooLong)
        #expect(refused { $0.graceMs = .max } == .tooLong)
        #expect(refused { $0.graceMs = 0 } == nil)
    }

    @Test func aScenarioHasOneCadenceOnATarget() throws {
        let one = try cadences(after: [.create(Self.cadence("a"))])
        #expect(refusal(.create(Self.cadence("b")), in: one) == .alreadyKept(id: 1))
        var other = Self.cadence("b")
        other.targetName = "another"
        let two = try cadences(after: [.create(Self.cadence("a")), .create(other)])
        #expect(two.rows.present.map(\.definition.id) == [1, 2])
        #expect(refusal(.change(Self.cadence("c", id: 2)), in: two) == .alreadyKept(id: 1))
    }

    @Test func rowsThatAreNotThereAreNotChanged() throws {
        let removed = try cadences(after: [.create(Self.cadence("a")), .remove(Self.change)])
        let unknown = RowChange(id: 2, by: "ops")
        #expect(refusal(.change(Self.cadence("b", id: 1)), in: removed) == .removed(1))
        #expect(refusal(.disable(Self.change), in: removed) == .removed(1))
        #expect(refusal(.enable(Self.change), in: removed) == .removed(1))
        #expect(refusal(.change(Self.cadence("b", id: 2)), in: removed) == .unknownID(2))
        #expect(refusal(.disable(unknown), in: removed) == .unknownID(2))
        #expect(refusal(.enable(unknown), in: removed) == .unknownID(2))
        #expect(refusal(.remove(unknown), in: removed) == .unknownID(2))
        #expect(refusal(.disable(RowChange(id: 1, by: "")), in: removed) == .anonymous)
    }
}
