internal import DRTesting

/// A history as the control catalogue asks for it: by scenario. Made once for all controls, so that
/// a year with many drills is gone through once.
struct EvidenceBook {
    private let judgedAt: UInt64
    private let byScenario: [CatalogScenario: ScenarioEvidence]

    init(_ book: DrillBook) {
        judgedAt = book.judgedAt
        var evidence: [CatalogScenario: ScenarioEvidence] = [:]
        for drill in book.history.earlier where drill.isDrill {
            guard let scenario = drill.catalogScenario else { continue }
            evidence[scenario, default: ScenarioEvidence()].add(earlier: drill)
        }
        for run in book.judged {
            guard let scenario = run.summary.catalogScenario else { continue }
            evidence[scenario, default: ScenarioEvidence()].add(run)
        }
        for finding in book.findings.all {
            let scenario = CatalogScenario(scenarioID: 0, testType: finding.testType)
            guard let scenario else { continue }
            evidence[scenario, default: ScenarioEvidence()].add(finding)
        }
        let names = Self.scenariosByName(of: book)
        for standing in book.due.standings {
            guard let scenario = names[standing.subject.scenario] else { continue }
            evidence[scenario, default: ScenarioEvidence()].add(standing)
        }
        for kept in book.history.catalog.scenarios {
            let scenario = CatalogScenario(scenarioID: kept.id, testType: kept.testType)
            guard let scenario else { continue }
            evidence[scenario, default: ScenarioEvidence()].isKept = true
        }
        byScenario = evidence
    }

    /// What the history says of a control.
    func row(of control: Control) -> ComplianceReport.ControlRow {
        let scenarios = control.catalogScenarios
        let shown = evidence(of: scenarios)
        // No scenario is evidence for some controls: facts of the log may be, of all drills.
        let known = facts(
            of: scenarios.isEmpty ? evidence(of: CatalogScenario.allCases) : shown)
        let judgement = ControlJudgement(
            control: control, evidence: shown,
            undrilled: scenarios.filter { (byScenario[$0]?.judged ?? 0) == 0 },
            missing: control.facts.filter { !known.contains($0) }, judgedAt: judgedAt)
        let (status, reason) = judgement.outcome
        return ComplianceReport.ControlRow(
            control: control, status: status, reason: reason, runs: shown.judged,
            passed: shown.passed, facts: control.facts.filter { known.contains($0) },
            missingFacts: judgement.missing, evidence: shown.newest.reversed().map(\.id),
            lastSuccess: shown.lastSuccess)
    }

    private func evidence(of scenarios: [CatalogScenario]) -> ScenarioEvidence {
        var result = ScenarioEvidence()
        for scenario in scenarios {
            if let evidence = byScenario[scenario] { result.merge(evidence) }
        }
        return result
    }

    /// Facts of the programme, of what followed and of the log follow from the history:
    ///
    /// - A schedule, and what was run of it, is there if a cadence asks for one of the scenarios.
    /// - Findings are derived of every drill that was judged: that there is none is a fact too. A
    ///   retest is there if it closed one.
    /// - No report is made of a log that is not intact, so its integrity is there, and so are the
    ///   oldest event that it holds and the comparison of runs in the log with runs in the report.
    /// - The signature is never there. It comes after the events that it is about, and a report
    ///   has to come out the same before and after: it is in the bundle.
    private func facts(of evidence: ScenarioEvidence) -> Set<EvidenceFact> {
        var facts = evidence.recordedFacts
        facts.formUnion([.logIntegrity, .logRetention, .logCompleteness])
        if !evidence.standings.isEmpty { facts.formUnion([.progSchedule, .progCoverage]) }
        if evidence.lastSuccess != nil { facts.insert(.progLastSuccess) }
        if evidence.isKept || evidence.isEverJudged { facts.insert(.progScenarios) }
        if evidence.isEverJudged { facts.insert(.followFindings) }
        if evidence.findings.contains(where: { !$0.isOpen }) { facts.insert(.followRetest) }
        return facts
    }

    /// Cadences name their scenario and nothing else of it. What a drill of that name was is known
    /// best, then what somebody keeps under it, then what comes with the program.
    private static func scenariosByName(of book: DrillBook) -> [String: CatalogScenario] {
        var result: [String: CatalogScenario] = [:]
        for scenario in CatalogScenario.allCases { result[scenario.builtinName] = scenario }
        for kept in book.history.catalog.scenarios {
            result[kept.scenarioName] = CatalogScenario(
                scenarioID: kept.id, testType: kept.testType)
        }
        for drill in book.ended { result[drill.scenario] = drill.catalogScenario }
        return result
    }
}

extension DrillSummary {
    fileprivate var catalogScenario: CatalogScenario? {
        CatalogScenario(scenarioID: scenarioID, testType: testType)
    }
}
