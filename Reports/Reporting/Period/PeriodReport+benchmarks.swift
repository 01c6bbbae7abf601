extension PeriodReport.BenchmarkRow {
    /// Of the benchmarks of the period that were judged, in the order of their ends: every measure
    /// that has a value.
    static func all(_ book: DrillBook) -> [PeriodReport.BenchmarkRow] {
        book.subjects.flatMap { subject -> [PeriodReport.BenchmarkRow] in
            let runs = book.judged(of: subject).filter(\.summary.isBenchmark)
            return runs.enumerated().flatMap { index, run in
                run.measures.measures.compactMap { measure in
                    PeriodReport.BenchmarkRow(run.summary, measure, earlier: runs.prefix(index))
                }
            }
        }
    }

    private init?(
        _ drill: DrillSummary, _ measure: DrillMeasures.Measure, earlier: ArraySlice<DrillRun>
    ) {
        guard let value = measure.value, value.isFinite else { return nil }
        let before = Self.values(of: measure.name, in: earlier)
        let baseline = OrderStatistics.median(before)
        let ratio = baseline.flatMap { $0 > 0 ? value / $0 : nil }
        self.init(
            test: drill.id, subject: drill.subject, measure: measure.name, unit: measure.unit,
            value: value, baseline: baseline, baselineCount: before.count, ratio: ratio,
            limit: measure.threshold, passed: measure.passed)
    }

    /// What a measure was in some runs, where it has a value.
    static func values(of measure: String, in runs: some Sequence<DrillRun>) -> [Double] {
        runs.compactMap { $0.measures.measure(measure) }.filter(\.isFinite)
    }
}

extension DrillSummary {
    /// It measures how fast a storage system is, and not how it recovers.
    var isBenchmark: Bool {
        CatalogScenario(scenarioID: scenarioID, testType: testType) == .performanceBenchmark
    }
}
