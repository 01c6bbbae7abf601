import Testing

@testable import Engine

/// Times in milliseconds after the fault became effective.
struct FailoverAnalysisTests {
    /// Down until the secondary takes over at 3000, read-only during the failback from 12,000 to
    /// 14,000, well again until 24,000.
    private static func course() -> FailoverAnalysis.Course {
        FailoverAnalysis.Course(
            faultEffective: Load.zero, switched: Load.at(3000), failbackStarted: Load.at(12_000),
            returned: Load.at(14_000), reconciled: Load.at(15_000),
            writersStopped: Load.at(24_000))
    }

    private static func load() -> Load {
        var load = Load()
        load.add(-1000..<0, .served)
        load.add(0..<3000, .failed)
        load.add(3000..<12_000, .served)
        load.add(12_000..<14_000, .refused)
        load.add(14_000..<24_000, .served)
        return load
    }

    private static func analysis(
        _ samples: [OperationSample], isComplete: Bool = true,
        _ change: (inout FailoverAnalysis.Course) -> Void = { _ in }
    ) -> FailoverAnalysis {
        var course = course()
        change(&course)
        return FailoverAnalysis(
            SampleWindow(samples, isComplete: isComplete), course: course,
            stableFor: .seconds(1))
    }

    @Test func bothWaysAreMeasuredApart() {
        let analysis = Self.analysis(Self.load().samples)
        #expect(analysis.failoverTime.name == "failover_rto_ms")
        #expect(analysis.failoverTime.value == .milliseconds(3005))
        #expect(analysis.resolution == .milliseconds(15))
        #expect(analysis.failbackTime.name == "failback_rto_ms")
        // Until reconciled: that came after the primary served.
        #expect(analysis.failbackTime.value == .milliseconds(3000))
        let marks = RecoveryMarks(
            impact: Load.zero, restored: Load.at(3005), failbackStarted: Load.at(12_000),
            failbackDone: Load.at(15_000), writersStopped: Load.at(24_000))
        #expect(analysis.marks == marks)
    }

    @Test func theFailbackEndsWhenThePrimaryServesIfThatIsLater() {
        let analysis = Self.analysis(Self.load().samples) { $0.reconciled = Load.at(13_000) }
        #expect(analysis.failbackTime.value == .milliseconds(2005))
    }

    /// How long the secondary was stayed on is in neither.
    @Test func dwellIsNotCharged() {
        var load = Load()
        load.add(0..<3000, .failed)
        load.add(3000..<112_000, .served)
        load.add(112_000..<114_000, .refused)
        load.add(114_000..<124_000, .served)
        let analysis = Self.analysis(load.samples) { course in
            course.failbackStarted = Load.at(112_000)
            course.returned = Load.at(114_000)
            course.reconciled = Load.at(113_000)
            course.writersStopped = Load.at(124_000)
        }
        #expect(analysis.failoverTime.value == .milliseconds(3005))
        #expect(analysis.failbackTime.value == .milliseconds(2005))
    }

    /// What is served before the switch is served by nobody who lasts.
    @Test func theSecondaryServesOnlyOnceItIsSwitchedTo() {
        var load = Load()
        load.add(0..<500, .failed)
        load.add(500..<12_000, .served)
        let analysis = Self.analysis(load.samples)
        #expect(analysis.failoverTime.value == .milliseconds(3005))
    }

    @Test func aReadOnlySecondaryIsNotServing() {
        var load = Load()
        load.add(0..<3000, .failed)
        for start in stride(from: 3000, to: 12_000, by: 20) {
            load.add(.read, .served, from: start, to: start + 5)
            load.add(.write, .refused, from: start + 10, to: start + 15)
        }
        #expect(Self.analysis(load.samples).failoverTime.value == nil)
    }

    /// That writes are refused because the drill wants it says nothing about the secondary.
    @Test func whatFollowsAnOrderedReadOnlyModeIsNotHeldAgainstTheSecondary() {
        var load = Load()
        load.add(0..<3000, .failed)
        load.add(3000..<9000, .served)
        load.add(9000..<11_000, .refused)
        load.add(11_000..<12_000, .served)
        #expect(Self.analysis(load.samples).failoverTime.value == nil)
        let ordered = Self.analysis(load.samples) { $0.readOnlyOrdered = Load.at(9000) }
        #expect(ordered.failoverTime.value == .milliseconds(3005))
        // Nor does one that comes after the secondary was left.
        let later = Self.analysis(load.samples) { $0.readOnlyOrdered = Load.at(13_000) }
        #expect(later.failoverTime.value == nil)
    }

    @Test func whatDidNotHappenHasNoTime() {
        let samples = Self.load().samples
        #expect(Self.analysis(samples) { $0.switched = nil }.failoverTime.value == nil)
        #expect(Self.analysis(samples) { $0.failbackStarted = nil }.failbackTime.value == nil)
        #expect(Self.analysis(samples) { $0.returned = nil }.failbackTime.value == nil)
        let unreconciled = Self.analysis(samples) { $0.reconciled = nil }
        #expect(unreconciled.failbackTime.value == nil)
        #expect(unreconciled.marks.failbackDone == nil)
        #expect(unreconciled.failoverTime.value == .milliseconds(3005))
    }

    @Test func whatIsNotKnownWholeIsNotMeasured() {
        let analysis = Self.analysis(Self.load().samples, isComplete: false)
        #expect(!analysis.isComplete)
        #expect(analysis.failoverTime.value == nil)
        #expect(analysis.failbackTime.value == nil)
        #expect(analysis.marks.impact == nil)
    }
}
