internal import DRTesting

/// What a drill found, against what its scenario allows.
extension Recovery {
    /// What drills of a type measure. Of any other kind nothing would ever be known.
    static func objectives(ofType type: String) -> [Objective.Kind] {
        let both: [Objective.Kind] = [.recoveryTime, .recoveryPoint]
        return switch type {
        case "circuit_breaker": both + [.responseTime]
        case "backup_restore": both + [.backupTime, .restoreTime]
        case "failover_mechanism": both + [.failoverTime, .failbackTime]
        // It is about speed, not about recovery.
        case "performance_benchmark": []
        default: both
        }
    }

    /// One row for each objective. What is unknown has not been met.
    func results(for objectives: Objectives) -> [ResultRecorded] {
        let isLost = impact != nil && recoveryTime == nil
        let isUntold = objectives.recoveryTime == nil && isLost
        return (isUntold ? [Self.unrecovered] : []) + objectives.all.map { result(of: $0) }
    }

    /// Service that was lost and not seen to come back is a failure, whatever the objectives.
    private static var unrecovered: ResultRecorded {
        var result = ResultRecorded()
        (result.component, result.testName) = ("objectives", "Recovery of the service")
        result.expectedResult = "verified"
        result.actualResult = "unknown"
        result.verdict = .failed
        result.errorMessage = "recovery was not verified"
        return result
    }

    private func result(of objective: Objective) -> ResultRecorded {
        var result = ResultRecorded()
        (result.component, result.testName) = ("objectives", objective.kind.title)
        result.expectedResult = "at most \(objective.limit.words)"
        guard let actual = self[objective.kind] else {
            result.actualResult = "unknown"
            (result.verdict, result.errorMessage) = unknown(objective.kind)
            return result
        }
        result.actualResult = actual.words
        result.verdict = actual <= objective.limit ? .passed : .failed
        if result.verdict == .failed {
            result.errorMessage =
                "\(actual.words), and at most \(objective.limit.words) are allowed"
        }
        return result
    }

    private func unknown(_ kind: Objective.Kind) -> (Verdict, String) {
        if kind == .recoveryPoint { return (.inconclusive, "the data loss could not be measured") }
        if hasForgotten {
            return (.inconclusive, "more operations followed the fault than are kept")
        }
        return impact == nil
            ? (.inconclusive, "no loss of service was measured")
            : (.failed, "recovery was not verified")
    }
}
