import DRTesting
import Testing

struct ObjectivesTests {
    @Test func objectivesKeepTheOrderInWhichTheyAreNamed() {
        let kinds: [Objective.Kind] = [.failbackTime, .recoveryPoint, .failoverTime]
        let objectives = Objectives(kinds.map { Objective($0, limit: .seconds(1)) })
        #expect(objectives.all.map(\.kind) == kinds)
        #expect(objectives[.failbackTime] == .seconds(1))
        #expect(objectives[.backupTime] == nil)
    }

    /// Where several are given, the one in which users get their service back.
    @Test func theRecoveryTimeIsTheOneThatUsersWaitFor() {
        let all = Objective.Kind.allCases.enumerated().map { index, kind in
            Objective(kind, limit: .seconds(index))
        }
        var left = all
        for kind: Objective.Kind in [.recoveryTime, .responseTime, .restoreTime, .failoverTime] {
            let objectives = Objectives(left)
            #expect(objectives.recoveryTime == objectives[kind])
            left.removeAll { $0.kind == kind }
        }
        #expect(Objectives(left).recoveryTime == nil)
        #expect(Objectives(left).recoveryPoint == Objectives(all)[.recoveryPoint])
    }

    @Test func recoveryTimeAndPointAreEnoughForMostScenarios() {
        let both = Objectives(recoveryTime: .seconds(300), recoveryPoint: .zero)
        #expect(both.all.map(\.kind) == [.recoveryTime, .recoveryPoint])
        #expect(both.recoveryTime == .seconds(300))
        #expect(both.recoveryPoint == .zero)
        let none = Objectives(recoveryTime: nil, recoveryPoint: nil)
        #expect(none == Objectives([]))
        #expect(none.recoveryTime == nil)
    }

    @Test func whatIsReachedHasTheNameOfTheObjective() {
        let names = Objective.Kind.allCases.map(\.metricName)
        #expect(
            names == [
                "rto_actual_ms", "rpo_actual_ms", "response_time_ms", "backup_rto_ms",
                "restore_rto_ms", "failover_rto_ms", "failback_rto_ms",
            ])
        let types = Objective.Kind.allCases.map(\.metricType)
        #expect(types == ["rto", "rpo", "rto", "rto", "rto", "rto", "rto"])
    }

    @Test func twoObjectivesOfAKindAreAMistakeOfTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let objective = Objective(.recoveryTime, limit: .seconds(1))
            _ = Objectives([objective, objective])
        }
    }
}
