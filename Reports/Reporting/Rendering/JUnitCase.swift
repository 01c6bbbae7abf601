internal import DRTesting
internal import Projections

/// One claim about drills, and whether it holds: what JUnit calls a test case.
struct JUnitCase {
    enum Outcome {
        case passed
        /// It was seen not to hold.
        case failed(String)
        /// It could not be judged.
        case unclear(String)
        /// There was nothing to judge.
        case skipped(String)
    }

    /// `drills.<target>.<scenario>`: the tools that show results join a test case to that of the
    /// week before by its class and its name.
    let className: String
    /// The same from week to week, and once in a class.
    var name: String
    let durationUs: UInt64
    let outcome: Outcome
    /// What differs from week to week: which run it was.
    let output: String
}

extension JUnitCase {
    private enum Name {
        static let drill = "drill passes"
        static let recoveryTime = "recovery time is within its objective"
        static let recoveryPoint = "recovery point is within its objective"
        static let due = "drill is run when it is due"
    }

    /// What is claimed of a run, in the order in which it is shown. Runs that are no drills claim
    /// nothing.
    static func all(of row: PeriodReport.RunRow) -> [JUnitCase] {
        let drill = row.summary
        guard drill.isDrill else { return [] }
        let passes = JUnitCase(
            className: className(of: drill.subject), name: Name.drill,
            durationUs: drill.endTime.subtractingClamped(drill.requestedAt),
            outcome: outcome(of: row), output: output(of: drill))
        guard row.isCounted else { return [passes] }
        let objectives = [
            (Name.recoveryTime, drill.end?.rtoMs, drill.rtoTargetMs),
            (Name.recoveryPoint, drill.end?.rpoMs, drill.rpoTargetMs),
        ]
        let judged = objectives.compactMap { name, measured, limit in
            limit.map { limit in
                JUnitCase(
                    className: passes.className, name: name, durationUs: 0,
                    outcome: outcome(of: measured, limit: limit), output: passes.output)
            }
        }
        return [passes] + judged
    }

    /// What is claimed of a drill that a cadence asked for.
    ///
    /// - Parameter reason: why it was not run; `nil`: it was, or nothing says why.
    init(_ due: DueDrill, reason: String?) {
        let outcome: Outcome =
            switch due.outcome {
            case .onTime, .late: .passed
            case .overdue, .excused:
                .skipped(due.outcome.rawValue + (reason.map { ": \($0)" } ?? ""))
            }
        let test = due.test.map { ", test \($0)" } ?? ""
        self.init(
            className: Self.className(of: due.subject), name: Name.due, durationUs: 0,
            outcome: outcome,
            output: "cadence \(due.cadenceID), due at \(RFC3339.text(due.dueTime)): "
                + "\(due.outcome.rawValue)\(test)")
    }

    private static func outcome(of row: PeriodReport.RunRow) -> Outcome {
        let message = row.summary.end?.message ?? ""
        return switch row.summary.result {
        case .passed: .passed
        case .failed: .failed(message.isEmpty ? "a check failed" : message)
        case .inconclusive:
            .unclear(message.isEmpty ? "what had to be seen was not seen" : message)
        case .cancelled, .underWay:
            .skipped(message.isEmpty ? row.exclusion : "\(row.exclusion): \(message)")
        }
    }

    private static func outcome(of measured: UInt64?, limit: UInt64) -> Outcome {
        let allowed = "at most \(ReportText.milliseconds(Double(limit))) is allowed"
        guard let measured else { return .unclear("it is not known; \(allowed)") }
        if measured <= limit { return .passed }
        return .failed("it was \(ReportText.milliseconds(Double(measured))); \(allowed)")
    }

    private static func output(of drill: DrillSummary) -> String {
        "test \(drill.id), run \(drill.runKey), requested at \(RFC3339.text(drill.requestedAt))"
    }

    /// A point in a name would be taken for one between names.
    private static func className(of subject: Subject) -> String {
        let names = [subject.target, subject.scenario].map { name in
            name.isEmpty ? "unnamed" : name.printable().replacingScalar(".", with: "_")
        }
        return "drills.\(names[0]).\(names[1])"
    }
}

extension String {
    /// Scalar by scalar: a sign that carries an accent is another letter to people, and the same to
    /// programs.
    func replacingScalar(_ scalar: Unicode.Scalar, with other: Unicode.Scalar) -> String {
        var result = UnicodeScalarView()
        for present in unicodeScalars { result.append(present == scalar ? other : present) }
        return String(result)
    }
}
