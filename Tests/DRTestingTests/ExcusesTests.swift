import DRTesting
import Testing

/// What may be done to the rows of `excuses`.
struct ExcusesTests {
    private static func excuse(_ reason: String, id: UInt64 = 0) -> ExcuseDefinition {
        var row = ExcuseDefinition.full
        (row.id, row.reason) = (id, reason)
        return row
    }

    private static let change = RowChange(id: 1, by: "ops", reason: "tried")

    /// Decides and applies one command after another; all must be accepted.
    private func excuses(after commands: [Excuses.Command]) throws -> Excuses {
        var excuses = Excuses()
        for command in commands {
            for event in try Excuses.decide(command, in: excuses) { excuses.apply(event) }
        }
        return excuses
    }

    private func refusal(_ command: Excuses.Command, in excuses: Excuses) -> Excuses.Refusal? {
        do {
            _ = try Excuses.decide(command, in: excuses)
            return nil
        } catch {
            return error
        }
    }

    @Test func theSameCommandAgainAddsNothing() throws {
        let commands: [Excuses.Command] = [
            .create(Self.excuse("a")), .change(Self.excuse("b", id: 1)), .disable(Self.change),
            .enable(Self.change), .remove(Self.change),
        ]
        var excuses = Excuses()
        for command in commands {
            let first = try Excuses.decide(command, in: excuses)
            #expect(first.count == 1, "\(command)")
            for event in first { excuses.apply(event) }
            let before = excuses
            #expect(try Excuses.decide(command, in: excuses) == [], "\(command)")
            #expect(excuses == before)
        }
    }

    @Test func aCommandAddsTheEventItStandsFor() throws {
        let (given, changed) = (Self.excuse("a", id: 1), Self.excuse("b", id: 1))
        let (create, change) = (Excuses.Command.create(Self.excuse("a", id: 9)), Self.change)
        let one = try excuses(after: [create])
        let disabled = try excuses(after: [create, .disable(change)])
        #expect(try Excuses.decide(create, in: Excuses()) == [.excuseCreated(given)])
        #expect(try Excuses.decide(.change(changed), in: one) == [.excuseChanged(changed)])
        #expect(try Excuses.decide(.disable(change), in: one) == [.excuseDisabled(change)])
        #expect(try Excuses.decide(.enable(change), in: disabled) == [.excuseEnabled(change)])
        #expect(try Excuses.decide(.remove(change), in: one) == [.excuseRemoved(change)])
    }

    @Test func whatExcusesNothingIsRefused() {
        func refused(_ edit: (inout ExcuseDefinition) -> Void) -> Excuses.Refusal? {
            var row = Self.excuse("a")
            edit(&row)
            return refusal(.create(row), in: Excuses())
        }
        #expect(refused { $0.scenarioName = "" } == .empty("scenario"))
        #expect(refused { $0.targetName = "" } == .empty("target"))
        #expect(refused { $0.dueTime = 0 } == .empty("due_at"))
        #expect(refused { $0.reason = "\t" } == .empty("reason"))
        #expect(refused { $0.executor = "" } == .empty("executor"))
        #expect(refused { $0.approver = "" } == .empty("approver"))
        #expect(refused { $0.by = "" } == .anonymous)
    }

    @Test(arguments: ["sre", "SRE", " sre ", "s\u{200b}re", "\u{202a}sre"])
    func nobodyExcusesHimself(_ approver: String) throws {
        var row = Self.excuse("a")
        row.approver = approver
        #expect(refusal(.create(row), in: Excuses()) == .approverIsExecutor)
        row.id = 1
        let one = try excuses(after: [.create(Self.excuse("a"))])
        #expect(refusal(.change(row), in: one) == .approverIsExecutor)
    }

    @Test func aDrillHasOneExcuse() throws {
        let one = try excuses(after: [.create(Self.excuse("a"))])
        #expect(refusal(.create(Self.excuse("b")), in: one) == .alreadyExcused(id: 1))
        var other = Self.excuse("b")
        other.dueTime += 1
        #expect(refusal(.create(other), in: one) == nil)
        // One that was removed does not count.
        let none = try excuses(after: [.create(Self.excuse("a")), .remove(Self.change)])
        #expect(try Excuses.decide(.create(Self.excuse("b")), in: none).count == 1)
    }

    @Test func rowsThatAreNotThereAreNotChanged() throws {
        let removed = try excuses(after: [.create(Self.excuse("a")), .remove(Self.change)])
        let unknown = RowChange(id: 2, by: "ops")
        #expect(refusal(.change(Self.excuse("b", id: 1)), in: removed) == .removed(1))
        #expect(refusal(.disable(Self.change), in: removed) == .removed(1))
        #expect(refusal(.enable(Self.change), in: removed) == .removed(1))
        #expect(refusal(.change(Self.excuse("b", id: 2)), in: removed) == .unknownID(2))
        #expect(refusal(.disable(unknown), in: removed) == .unknownID(2))
        #expect(refusal(.enable(unknown), in: removed) == .unknownID(2))
        #expect(refusal(.remove(unknown), in: removed) == .unknownID(2))
        #expect(refusal(.enable(RowChange(id: 1, by: "")), in: removed) == .anonymous)
    }
}
