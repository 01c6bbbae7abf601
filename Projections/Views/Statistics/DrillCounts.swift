internal import DRTesting
internal import Wire

/// How the drills of a day, or of more, went. Sums alone: the counts of two days add up.
public struct DrillCounts: Equatable, Sendable {
    /// Where they are in their lives.
    public struct Statuses: Equatable, Sendable, Decodable {
        public internal(set) var pending: UInt64 = 0
        public internal(set) var running: UInt64 = 0
        public internal(set) var completed: UInt64 = 0
        public internal(set) var failed: UInt64 = 0
        public internal(set) var cancelled: UInt64 = 0
    }

    /// How those were judged that ended and were not cancelled.
    public struct Verdicts: Equatable, Sendable, Decodable {
        public internal(set) var passed: UInt64 = 0
        public internal(set) var inconclusive: UInt64 = 0
        public internal(set) var failed: UInt64 = 0

        public var total: UInt64 { passed + inconclusive + failed }

        /// Per cent that passed; `nil` if nothing was judged. Inconclusive is never a pass.
        public var passRate: Double? {
            total == 0 ? nil : Double(passed) / Double(total) * 100
        }

        mutating func count(_ verdict: Verdict) {
            switch verdict {
            case .passed: passed += 1
            case .inconclusive: inconclusive += 1
            case .failed: failed += 1
            case .none: break
            }
        }

        mutating func add(_ other: Verdicts) {
            passed += other.passed
            inconclusive += other.inconclusive
            failed += other.failed
        }
    }

    public internal(set) var statuses = Statuses()
    public internal(set) var verdicts = Verdicts()
    /// Service was lost and not seen to come back.
    public internal(set) var notRecovered: UInt64 = 0
    /// The recovery times that could be measured, and the data losses.
    public internal(set) var recoveryTimes = Distribution()
    public internal(set) var recoveryPoints = Distribution()
    /// In the order of their names.
    public internal(set) var components: [ComponentChecks] = []

    public init() {}

    /// Ended, and not cancelled.
    public var total: UInt64 { statuses.completed + statuses.failed }

    /// Per cent; `nil` if there is nothing to divide.
    public var successRate: Double? {
        total == 0 ? nil : Double(statuses.completed) / Double(total) * 100
    }

    public mutating func add(_ other: DrillCounts) {
        statuses.add(other.statuses)
        verdicts.add(other.verdicts)
        notRecovered += other.notRecovered
        recoveryTimes.add(other.recoveryTimes)
        recoveryPoints.add(other.recoveryPoints)
        components.add(other.components)
    }
}

extension DrillCounts.Statuses {
    mutating func count(_ status: RunStatus) {
        switch status {
        case .pending: pending += 1
        case .running: running += 1
        case .completed: completed += 1
        case .failed: failed += 1
        case .cancelled: cancelled += 1
        }
    }

    /// A drill that was pending or running, and is not any more.
    mutating func leave(isRunning: Bool) {
        if isRunning { running -= 1 } else { pending -= 1 }
    }

    mutating func add(_ other: Self) {
        pending += other.pending
        running += other.running
        completed += other.completed
        failed += other.failed
        cancelled += other.cancelled
    }
}

extension DrillCounts {
    func write(to row: inout JSONWriter) {
        row.name("status")
        row.object {
            $0.member("pending", statuses.pending)
            $0.member("running", statuses.running)
            $0.member("completed", statuses.completed)
            $0.member("failed", statuses.failed)
            $0.member("cancelled", statuses.cancelled)
        }
        row.name("verdict")
        row.object { verdicts.write(to: &$0) }
        row.member("not_recovered", notRecovered)
        row.name("rto_actual_ms")
        recoveryTimes.write(to: &row)
        row.name("rpo_actual_ms")
        recoveryPoints.write(to: &row)
        row.name("components")
        row.array { list in
            for component in components {
                list.object {
                    $0.member("component", component.name)
                    component.verdicts.write(to: &$0)
                }
            }
        }
    }
}

extension DrillCounts.Verdicts {
    fileprivate func write(to row: inout JSONWriter) {
        row.member("passed", passed)
        row.member("inconclusive", inconclusive)
        row.member("failed", failed)
    }
}

extension Distribution {
    fileprivate func write(to row: inout JSONWriter) {
        row.array { list in
            for entry in entries {
                list.object {
                    $0.member("value", entry.value)
                    $0.member("count", entry.count)
                }
            }
        }
    }
}

extension DrillCounts: Decodable {
    private enum CodingKeys: String, CodingKey {
        case statuses = "status"
        case verdicts = "verdict"
        case notRecovered = "not_recovered"
        case recoveryTimes = "rto_actual_ms"
        case recoveryPoints = "rpo_actual_ms"
        case components
    }
}
