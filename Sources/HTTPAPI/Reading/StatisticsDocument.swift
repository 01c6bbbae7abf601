internal import Projections
internal import Wire

/// Which drills the statistics are about.
public struct StatisticsQuery: Hashable, Sendable {
    public static let maximumDays: UInt64 = 3660

    /// Today and the UTC days before it.
    public var days: UInt64
    /// Empty: any. So are the next two.
    public var types: [String] = []
    public var environments: [String] = []
    public var targets: [String] = []

    public init(days: UInt64) {
        precondition(
            (1...Self.maximumDays).contains(days), "A period has 1 to \(Self.maximumDays) days.")
        self.days = days
    }

    func accepts(_ bucket: StatisticsBucket) -> Bool {
        (types.isEmpty || types.contains(bucket.testType))
            && (environments.isEmpty || environments.contains(bucket.environment))
            && (targets.isEmpty || targets.contains(bucket.target))
    }

    /// The same choice of tests.
    var rows: RowQuery {
        var query = RowQuery()
        let chosen = ["type": types, "environment": environments, "target": targets]
        query.filter = chosen.filter { !$0.value.isEmpty }
        return query
    }
}

/// The statistics of a period, as they are answered.
struct StatisticsDocument {
    let query: StatisticsQuery
    let summary: StatisticsSummary
    /// By day; days without a drill are not there.
    private let byDay: [(day: String, counts: DrillCounts)]
    /// The newest tests, as JSON.
    let recentTests: [[UInt8]]

    /// - Parameter buckets: of the days of the period.
    init(
        _ query: StatisticsQuery, _ buckets: [StatisticsBucket], days: ClosedRange<String>,
        recentTests: [[UInt8]]
    ) {
        let chosen = buckets.filter { query.accepts($0) }
        (self.query, self.recentTests) = (query, recentTests)
        summary = StatisticsSummary(chosen, days: days)
        var counts: [String: DrillCounts] = [:]
        for bucket in chosen { counts[bucket.day, default: DrillCounts()].add(bucket.counts) }
        byDay = counts.map { (day: $0.key, counts: $0.value) }.sorted { $0.day < $1.day }
    }

    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { document in
            document.member("period", "\(query.days)d")
            document.member("from", summary.days.lowerBound)
            document.member("to", summary.days.upperBound)
            document.name("overall")
            document.object { write(summary.overall, to: &$0) }
            document.name("by_type")
            document.array { list in
                for type in summary.byType {
                    list.object { row in
                        row.member("test_type", type.testType)
                        writeShort(type.counts, to: &row)
                    }
                }
            }
            document.name("by_day")
            document.array { list in
                for day in byDay {
                    list.object { row in
                        row.member("day", day.day)
                        writeShort(day.counts, to: &row)
                    }
                }
            }
            document.name("components")
            document.array { list in
                for component in summary.overall.components {
                    list.object { write(component, to: &$0) }
                }
            }
            document.name("recent_tests")
            document.array { list in for row in recentTests { list.json(row) } }
        }
        return writer.bytes
    }

    /// Unknown is `null`: an average of nothing is not 0.
    private func write(_ counts: DrillCounts, to row: inout JSONWriter) {
        row.member("total_tests", counts.total)
        row.member("completed_tests", counts.statuses.completed)
        row.member("failed_tests", counts.statuses.failed)
        row.member("success_rate", counts.successRate)
        row.member("avg_rto_ms", counts.recoveryTimes.average)
        row.member("avg_rpo_ms", counts.recoveryPoints.average)
        row.member("pending_tests", counts.statuses.pending)
        row.member("running_tests", counts.statuses.running)
        row.member("cancelled_tests", counts.statuses.cancelled)
        row.member("inconclusive_tests", counts.verdicts.inconclusive)
        row.member("not_recovered_tests", counts.notRecovered)
        row.member("rto_measured", counts.recoveryTimes.count)
        row.member("median_rto_ms", counts.recoveryTimes.median)
        row.member("p95_rto_ms", counts.recoveryTimes.percentile(95))
        row.member("max_rto_ms", counts.recoveryTimes.maximum)
        row.member("rpo_measured", counts.recoveryPoints.count)
        row.member("median_rpo_ms", counts.recoveryPoints.median)
        row.member("p95_rpo_ms", counts.recoveryPoints.percentile(95))
        row.member("max_rpo_ms", counts.recoveryPoints.maximum)
    }

    private func writeShort(_ counts: DrillCounts, to row: inout JSONWriter) {
        row.member("total", counts.total)
        row.member("completed", counts.statuses.completed)
        row.member("failed", counts.statuses.failed)
        row.member("success_rate", counts.successRate)
        row.member("avg_rto_ms", counts.recoveryTimes.average)
        row.member("avg_rpo_ms", counts.recoveryPoints.average)
    }

    private func write(_ component: ComponentChecks, to row: inout JSONWriter) {
        row.member("component", component.name)
        row.member("passed", component.verdicts.passed)
        row.member("inconclusive", component.verdicts.inconclusive)
        row.member("failed", component.verdicts.failed)
        row.member("pass_rate", component.verdicts.passRate)
    }
}
