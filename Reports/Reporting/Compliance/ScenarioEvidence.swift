internal import DRTesting

/// What the drills of a scenario of the catalogue show, or those of several together.
struct ScenarioEvidence {
    /// Tests that are named for a control, at most.
    static let namedTests = 10

    /// Drills that were judged in the period.
    private(set) var judged = 0
    private(set) var passed = 0
    /// Of those that passed.
    private(set) var passedEmbedded = 0
    private(set) var passedInRehearsal = 0
    /// Of each subject the drill that was judged last in the period.
    private(set) var lastBySubject: [Subject: DrillSummary] = [:]
    /// Of those that were judged last, in the order of their ends.
    private(set) var newest: [DrillSummary] = []
    /// Ever, up to the head.
    private(set) var lastSuccess: UInt64?
    private(set) var isEverJudged = false
    /// Facts that the drills recorded.
    private var factsOfPassed: Set<EvidenceFact> = []
    private var factsOfOthers: Set<EvidenceFact> = []

    /// Of cadences that are in force.
    private(set) var standings: [DueStanding] = []
    private(set) var findings: [FindingRecord] = []
    /// Somebody keeps it in the log.
    var isKept = false

    /// A drill that ended before the period.
    mutating func add(earlier drill: DrillSummary) {
        guard drill.isJudged else { return }
        isEverJudged = true
        if drill.isPassed { noteSuccess(drill.end?.time) }
    }

    /// A drill that ended in the period. They come in the order of their ends.
    mutating func add(_ run: DrillRun) {
        let drill = run.summary
        guard drill.isJudged else { return }
        add(earlier: drill)
        judged += 1
        lastBySubject[drill.subject] = drill
        newest.append(drill)
        if newest.count > Self.namedTests { newest.removeFirst() }
        if drill.isPassed {
            passed += 1
            passedEmbedded += drill.isEmbedded ? 1 : 0
            passedInRehearsal += drill.isRehearsal ? 1 : 0
            factsOfPassed.formUnion(run.facts)
        } else {
            factsOfOthers.formUnion(run.facts)
        }
    }

    mutating func add(_ finding: FindingRecord) { findings.append(finding) }

    mutating func add(_ standing: DueStanding) {
        if standing.isEnabled { standings.append(standing) }
    }

    mutating func merge(_ other: ScenarioEvidence) {
        judged += other.judged
        passed += other.passed
        passedEmbedded += other.passedEmbedded
        passedInRehearsal += other.passedInRehearsal
        lastBySubject.merge(other.lastBySubject) { $0.endPosition > $1.endPosition ? $0 : $1 }
        let together = (newest + other.newest).sorted { $0.endPosition < $1.endPosition }
        newest = Array(together.suffix(Self.namedTests))
        noteSuccess(other.lastSuccess)
        isEverJudged = isEverJudged || other.isEverJudged
        factsOfPassed.formUnion(other.factsOfPassed)
        factsOfOthers.formUnion(other.factsOfOthers)
        standings += other.standings
        findings += other.findings
        isKept = isKept || other.isKept
    }

    /// What was recorded by drills that passed; by the others only if none did.
    var recordedFacts: Set<EvidenceFact> { passed > 0 ? factsOfPassed : factsOfOthers }

    /// Drills that were the last of their subject and did not pass, in the order of their subjects.
    var lastNotPassed: [DrillSummary] {
        lastBySubject.values.filter { !$0.isPassed }.sorted { $0.subject < $1.subject }
    }

    /// Those of them that were seen to fail.
    var lastFailed: [DrillSummary] { lastNotPassed.filter { $0.end?.verdict == .failed } }

    private mutating func noteSuccess(_ time: UInt64?) {
        if let time { lastSuccess = max(lastSuccess ?? 0, time) }
    }
}

extension DrillSummary {
    /// Names of environments in which a drill says little of the one that matters.
    private static let rehearsals: Set<String> = [
        "", "ci", "dev", "development", "isolated", "local", "sandbox", "test", "testing",
    ]

    /// On storage that the program brings along.
    var isEmbedded: Bool { targetKind == "embedded" }

    /// Embedded, or in an environment for tests. Any name that is not known for one counts as a
    /// real environment: it is printed wherever the drill is.
    var isRehearsal: Bool {
        isEmbedded || Self.rehearsals.contains(environment.lowercased())
    }

    /// 0 if it has not ended.
    fileprivate var endPosition: UInt64 { end?.position ?? 0 }
}

extension DrillRun {
    /// What this drill alone has recorded, with the clock that it went by and the place of the log.
    fileprivate var facts: Set<EvidenceFact> {
        var facts = measures.facts.intersection(EvidenceFact.ofOneDrill)
        if !measures.clockSource.isEmpty { facts.insert(.logClock) }
        // The log is never on the target; of an embedded one it is in the same program.
        if !summary.isEmbedded && !measures.endpoints.isEmpty { facts.insert(.logSeparation) }
        return facts
    }
}

extension EvidenceFact {
    /// All but those of the programme, of what followed and of the log, which follow from many
    /// events.
    fileprivate static let ofOneDrill = Set(
        allCases.filter { fact in
            !["prog.", "follow.", "log."].contains { fact.rawValue.hasPrefix($0) }
        })
}
