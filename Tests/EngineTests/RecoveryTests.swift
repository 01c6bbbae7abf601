import DRTesting
import Testing

@testable import Engine

/// What a drill found, against what its scenario allows. Times in seconds after some moment.
struct RecoveryTests {
    private static let start = ContinuousClock.now

    private static func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private static func objectives(_ kinds: [Objective.Kind]) -> Objectives {
        Objectives(kinds.map { Objective($0, limit: .seconds(60)) })
    }

    // MARK: Objectives

    @Test(arguments: Objective.Kind.allCases)
    func anObjectiveOfWhichNothingIsKnownIsNotMet(_ kind: Objective.Kind) {
        let results = Recovery().results(for: Self.objectives([kind]))
        #expect(results.map(\.verdict) == [.inconclusive])
        #expect(results.map(\.component) == ["objectives"])
        #expect(results.map(\.testName) == [kind.title])
        #expect(results.allSatisfy { !$0.errorMessage.isEmpty })
    }

    @Test func anObjectiveIsMetUpToItsLimit() {
        var recovery = Recovery()
        recovery.impact = Self.at(0)
        let objectives = Self.objectives([.recoveryTime, .recoveryPoint])
        (recovery.recoveryTime, recovery.recoveryPoint) = (.seconds(60), .zero)
        #expect(recovery.results(for: objectives).map(\.verdict) == [.passed, .passed])
        recovery.recoveryTime = .milliseconds(60_001)
        #expect(recovery.results(for: objectives).map(\.verdict) == [.failed, .passed])
        // Lost, and not seen to have come back.
        recovery.recoveryTime = nil
        #expect(recovery.results(for: objectives).map(\.verdict) == [.failed, .passed])
        recovery.hasForgotten = true
        #expect(recovery.results(for: objectives).map(\.verdict) == [.inconclusive, .passed])
    }

    @Test func serviceThatStaysAwayFailsWhateverTheObjectives() {
        var recovery = Recovery()
        #expect(recovery.results(for: Objectives([])).isEmpty)
        recovery.impact = Self.at(0)
        #expect(recovery.results(for: Objectives([])).map(\.verdict) == [.failed])
        let point = Self.objectives([.recoveryPoint])
        #expect(recovery.results(for: point).map(\.verdict) == [.failed, .inconclusive])
        recovery.recoveryTime = .seconds(1)
        #expect(recovery.results(for: Objectives([])).isEmpty)
    }

    @Test func aTypeHasTheObjectivesThatItMeasures() {
        #expect(Recovery.objectives(ofType: "full_outage") == [.recoveryTime, .recoveryPoint])
        #expect(Recovery.objectives(ofType: "of its own") == [.recoveryTime, .recoveryPoint])
        #expect(Recovery.objectives(ofType: "performance_benchmark").isEmpty)
        let all = ["circuit_breaker", "backup_restore", "failover_mechanism"].flatMap {
            Recovery.objectives(ofType: $0)
        }
        #expect(Set(all) == Set(Objective.Kind.allCases))
    }

    // MARK: The parts of the recovery time

    private static func split(
        _ recovery: Recovery, _ course: Recovery.Course
    ) -> [String: Duration] {
        let known = recovery.split(by: course).compactMap { part in
            part.value.map { (part.name, $0) }
        }
        return Dictionary(uniqueKeysWithValues: known)
    }

    @Test func theRecoveryTimeIsSplitAtItsMarks() {
        var recovery = Recovery()
        (recovery.impact, recovery.recoveryTime) = (Self.at(1), .seconds(14))
        let course = Recovery.Course(
            effective: Self.at(0), detected: Self.at(3), lifted: Self.at(10))
        #expect(
            Self.split(recovery, course) == [
                "fault_held_ms": .seconds(10), "time_to_detect_ms": .seconds(2),
                "recovery_after_lift_ms": .seconds(5),
            ])
    }

    /// A secondary serves while the fault goes on; the failback is verified much later.
    @Test func whatIsVerifiedLaterIsNoPartOfTheRecoveryTime() {
        var recovery = Recovery()
        (recovery.impact, recovery.recoveryTime) = (Self.at(1), .seconds(3))
        recovery.verified = Self.at(25)
        let course = Recovery.Course(effective: Self.at(0), lifted: Self.at(10))
        #expect(Self.split(recovery, course)["recovery_after_lift_ms"] == .zero)
        recovery.recoveryTime = nil
        #expect(Self.split(recovery, course)["recovery_after_lift_ms"] == nil)
    }

    // MARK: Resolution

    @Test func whatATimeIsKnownToWithinIsRoundedUp() {
        #expect(Duration.zero.millisecondsRoundedUp == 0)
        #expect(Duration.milliseconds(15).millisecondsRoundedUp == 15)
        #expect((Duration.milliseconds(15) + .nanoseconds(1)).millisecondsRoundedUp == 16)
        #expect(Duration.microseconds(999).millisecondsRoundedUp == 1)
        #expect(Duration.seconds(4000).millisecondsRoundedUp == 4_000_000)
    }
}
