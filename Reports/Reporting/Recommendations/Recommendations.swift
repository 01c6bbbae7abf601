/// What follows from the facts of a period. Each rule is a small function of its own: it is silent
/// below the sample that it needs, and names the events that it rests on.
enum Recommendations {
    /// - Parameters:
    ///   - findings: the rows of the report, as are `trends` and `benchmarks`.
    /// - Returns: sorted by severity, then by rule, then by evidence.
    static func all(
        _ book: DrillBook, findings: [PeriodReport.FindingRow], trends: [PeriodReport.Trend],
        benchmarks: [PeriodReport.BenchmarkRow]
    ) -> [Recommendation] {
        let groups = [
            RecoveryRules.all(book), DataRules.all(book), ProgrammeRules.all(book),
            RunRules.all(book), BreakerRules.all(book), SiteRules.all(book),
            DriftRules.all(book, trends: trends, benchmarks: benchmarks),
            FindingRules.all(book, findings: findings),
        ]
        return groups.flatMap { $0 }.sorted { isBefore($0, $1) }
    }

    private static func isBefore(_ left: Recommendation, _ right: Recommendation) -> Bool {
        if left.severity != right.severity { return left.severity < right.severity }
        if left.rule != right.rule { return left.rule < right.rule }
        if left.evidence != right.evidence {
            return left.evidence.lexicographicallyPrecedes(right.evidence)
        }
        return left.sentence < right.sentence
    }

    /// Rules that never speak, since the log does not hold what they would need.
    static let notEvaluated: [(rule: String, reason: String)] = [
        ("R01", "of a log that is not intact there is no report"),
        ("R08", "how often backups are planned is not recorded"),
        ("R14", "for how long a secondary is meant to carry the load is not recorded as a number"),
        (
            "R24",
            "object lock, versioning and encryption of a backup storage are not read by any drill"
        ),
    ]
}

extension Recommendation {
    /// At most so many events are named.
    private static let mostEvidence = 20

    /// - Parameter evidence: positions in any order; of very many the last are kept.
    init(_ rule: Rule, _ severity: Severity, _ sentence: String, evidence: [UInt64]) {
        self.init(
            rule: rule.rawValue, severity: severity, sentence: sentence,
            evidence: Array(Set(evidence).sorted().suffix(Self.mostEvidence)),
            controls: rule.controls.map { "NIST SP 800-53 \($0)" })
    }

    /// A rule that can speak, by its number.
    enum Rule: String, CaseIterable {
        case recoveryTimeExceeded = "R02"
        case detectionDominates = "R03"
        case marginIsNarrow = "R04"
        case lossExceeded = "R05"
        case dataDamaged = "R06"
        case dataUnchecked = "R07"
        case drillOverdue = "R09"
        case changedSinceSuccess = "R10"
        case breakerLate = "R11"
        case breakerUnprovoked = "R12"
        case failbackMissing = "R13"
        case sitesShareFate = "R15"
        case replicationLags = "R16"
        case benchmarkFellBack = "R17"
        case recoveryDrifts = "R18"
        case findingOverdue = "R19"
        case findingRecurs = "R20"
        case drillAborts = "R21"
        case sampleTooSmall = "R22"
        case environmentsIsolated = "R23"
        case clockOff = "R25"
        case scenariosUnchanged = "R26"
        case checkFailed = "R27"
        case drillProvedNothing = "R28"

        /// A few of NIST SP 800-53 that it bears on.
        var controls: [String] {
            switch self {
            case .recoveryTimeExceeded, .marginIsNarrow: ["CP-10", "CP-2(3)"]
            case .detectionDominates: ["CP-10", "IR-4"]
            case .lossExceeded: ["CP-9", "CP-10"]
            case .dataDamaged: ["CP-9(1)", "SI-7"]
            case .dataUnchecked: ["CP-9(1)", "SI-7(1)"]
            case .drillOverdue: ["CP-4", "CA-7"]
            case .changedSinceSuccess: ["CP-4", "CP-2"]
            case .breakerLate: ["SC-24", "CP-12"]
            case .breakerUnprovoked: ["CP-12"]
            case .failbackMissing: ["CP-4(4)", "CP-10"]
            case .sitesShareFate: ["CP-6(1)"]
            case .replicationLags: ["CP-6(2)", "SC-36(2)"]
            case .benchmarkFellBack: ["CP-2(2)"]
            case .recoveryDrifts: ["CP-10", "CA-7"]
            case .findingOverdue, .findingRecurs: ["CA-5", "CP-4"]
            case .drillAborts, .environmentsIsolated, .drillProvedNothing: ["CP-4"]
            case .sampleTooSmall: ["CP-4", "CA-2"]
            case .clockOff: ["AU-8"]
            case .scenariosUnchanged: ["CP-4", "CP-2"]
            case .checkFailed: ["CP-4", "CA-5"]
            }
        }
    }
}
