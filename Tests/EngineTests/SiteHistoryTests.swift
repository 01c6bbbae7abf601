import ResilientStorage
import Testing

@testable import Engine

/// Times in milliseconds after the fault became effective.
struct SiteHistoryTests {
    /// One change after another, each from the state before it.
    private static func history(_ states: [(Failover.State, Int)]) -> SiteHistory {
        var last = Failover.State.primary
        return SiteHistory(
            states.map { state, time in
                defer { last = state }
                return SiteHistory.Change(from: last, to: state, instant: Load.at(time))
            })
    }

    private static func reigns(_ times: [(Int, Int?)]) -> [SiteHistory.Reign] {
        times.map { SiteHistory.Reign(start: Load.at($0), end: $1.map { Load.at($0) }) }
    }

    @Test func aFailoverAndTheFailbackAreFound() {
        let history = Self.history([
            (.switchingOver, 1), (.secondary, 2), (.failingBack, 7), (.primary, 9),
        ])
        #expect(history.switched == Load.at(2))
        #expect(history.failbackStarted == Load.at(7))
        #expect(history.returned == Load.at(9))
        // The secondary is left when the primary takes over, not when that begins.
        #expect(history.reigns == Self.reigns([(2, 9)]))
    }

    @Test func aSwitchThatWasGivenUpIsNone() {
        let history = Self.history([(.switchingOver, 1), (.primary, 2)])
        #expect(history.switched == nil)
        #expect(history.returned == nil)
        #expect(history.reigns == [])
    }

    @Test func aFailbackThatWasGivenUpCountsFromItsFirstAttempt() {
        let history = Self.history([
            (.switchingOver, 1), (.secondary, 2), (.failingBack, 3), (.secondary, 4),
            (.failingBack, 5), (.primary, 6),
        ])
        #expect(history.failbackStarted == Load.at(3))
        #expect(history.returned == Load.at(6))
        #expect(history.reigns == Self.reigns([(2, 6)]))
    }

    @Test func whoeverLeavesThePrimaryAgainHasNotReturned() {
        let history = Self.history([
            (.switchingOver, 1), (.secondary, 2), (.failingBack, 3), (.primary, 4),
            (.switchingOver, 5), (.secondary, 6),
        ])
        #expect(history.returned == nil)
        #expect(history.reigns == Self.reigns([(2, 4), (6, nil)]))
    }

    @Test func otherEventsSayNothing() {
        let events: [StorageEvent] = [
            .degradedEntered(incident: "a", at: Load.at(1)),
            .failover(from: .primary, to: .switchingOver, epoch: 1, at: Load.at(2)),
            .readOnlyOrdered(true, at: Load.at(3)),
            .failover(from: .switchingOver, to: .secondary, epoch: 2, at: Load.at(4)),
        ]
        #expect(SiteHistory(events) == Self.history([(.switchingOver, 2), (.secondary, 4)]))
        #expect(SiteHistory([StorageEvent]()).switched == nil)
    }
}

struct SiteDifferencesTests {
    @Test func aKeyDiffersIfOneStorageLacksItOrHasOtherBytes() {
        let body = { (text: String) in StoredObject(Array(text.utf8)) }
        let differences = SiteDifferences(
            ["same": body("1"), "other": body("1"), "first": body("1")],
            ["same": body("1"), "other": body("2"), "second": body("1")])
        #expect(differences.compared == 4)
        #expect(differences.differing == ["first", "other", "second"])
        #expect(SiteDifferences([:], [:]).compared == 0)
    }
}
