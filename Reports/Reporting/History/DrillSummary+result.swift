internal import DRTesting

/// What became of a run, in the words that reports count in: each run has one.
enum DrillResult: String, CaseIterable, Sendable {
    case passed, failed, inconclusive, cancelled
    /// It had not ended by the head.
    case underWay = "under way"
}

extension DrillSummary {
    /// A run that ended and neither passed nor failed proved nothing, whatever its end says.
    var result: DrillResult {
        guard let end else { return .underWay }
        if end.status == .cancelled { return .cancelled }
        if isPassed { return .passed }
        return end.verdict == .failed ? .failed : .inconclusive
    }

    /// When its end was recorded; 0 while it has none.
    var endTime: UInt64 { end?.time ?? 0 }

    /// How much of the objective for the recovery time was left: below 0 if it was exceeded. `nil`
    /// if either is unknown.
    var rtoMargin: Double? {
        guard let measured = end?.rtoMs, let limit = rtoTargetMs, limit > 0 else { return nil }
        return (Double(limit) - Double(measured)) / Double(limit)
    }
}

extension Subject {
    /// For a sentence.
    var words: String { "\(scenario.printable()) on \(target.printable())" }
}
