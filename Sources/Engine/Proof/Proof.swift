public import DRTesting

/// Whether a scenario notices each part that is broken on purpose. A pure value: it says which run
/// is due, and takes what came of it.
///
/// The control is first, a run in which nothing is broken. If that does not pass, a red run proves
/// nothing, and no other is due.
public struct Proof: Equatable, Sendable {
    /// What came of a run.
    public enum Outcome: Equatable, Sendable {
        /// With the id of the test.
        case ended(id: UInt64, TestRun)
        /// The runner could not bring it to its end.
        case crashed(String)
    }

    /// The name of the scenario.
    public let scenario: String
    /// The control, then what is broken.
    public let planned: [Sabotage]
    /// What was found so far, in the order of `planned`.
    public private(set) var findings: [Finding] = []

    /// - Parameter sabotages: at least one; the control is not among them.
    public init(of scenario: String, by sabotages: [Sabotage]) {
        precondition(
            !sabotages.isEmpty && !sabotages.contains(.control),
            "A proof breaks something, and has one control of its own.")
        (self.scenario, planned) = (scenario, [.control] + sabotages)
    }

    /// What the next run breaks; `nil` if no other run is due.
    public var next: Sabotage? {
        if isStopped { return nil }
        if let control = findings.first, !control.isGood { return nil }
        return planned.dropFirst(findings.count).first
    }

    /// Takes what came of the run that was due.
    public mutating func record(_ outcome: Outcome) {
        guard let sabotage = next else { preconditionFailure("No run was due.") }
        findings.append(Finding(sabotage, outcome))
    }

    /// The control passed, and every sabotage was caught.
    public var isProven: Bool {
        findings.count == planned.count && findings.allSatisfy(\.isGood)
    }

    /// Somebody wanted it to stop.
    public var isStopped: Bool { findings.last?.conclusion == .stopped }
}

extension Proof {
    /// What a run says about the scenario.
    public struct Finding: Equatable, Sendable {
        public enum Conclusion: String, Sendable {
            /// Nothing was broken, and everything passed.
            case sound
            /// Nothing was broken, and something did not pass.
            case unsound
            /// A step of the component that was broken failed.
            case caught
            /// A step of the component that was broken saw nothing to judge by. That happens on a
            /// busy machine as well, so it shows nothing.
            case unclear
            /// Something was broken, and everything passed.
            case missed
            /// Something else did not pass, and no step of the component that was broken.
            case elsewhere
            case crashed
            /// Somebody stopped the run.
            case stopped
        }

        public let sabotage: Sabotage
        public let conclusion: Conclusion
        /// `nil` if the run crashed.
        public let testID: UInt64?
        /// The step that went red: of the component that was broken, if there is one. Empty if
        /// nothing went red.
        public let step: String
        /// Of that step, else of the run. `none` if the run was not judged.
        public let verdict: Verdict
        /// Why it went red or crashed; empty if it did not.
        public let reason: String

        /// The run came out as it should.
        public var isGood: Bool { conclusion == .sound || conclusion == .caught }
    }
}

extension Proof.Finding {
    fileprivate init(_ sabotage: Sabotage, _ outcome: Proof.Outcome) {
        switch outcome {
        case .ended(let id, let run): self.init(sabotage, id: id, run)
        case .crashed(let reason):
            self.init(
                sabotage: sabotage, conclusion: .crashed, testID: nil, step: "", verdict: .none,
                reason: reason)
        }
    }

    private init(_ sabotage: Sabotage, id: UInt64, _ run: TestRun) {
        let red = run.red
        let own = red.filter { $0.component == sabotage.component }
        let hit = own.first(where: \.isClear) ?? own.first
        let shown = hit ?? red.first
        (self.sabotage, testID) = (sabotage, id)
        conclusion = Self.conclusion(of: run, sabotage, hit: hit)
        step = shown?.step ?? ""
        verdict = shown?.verdict ?? run.finished?.verdict ?? .none
        reason = shown?.reason ?? run.finished?.errorMessage ?? "the run did not come to its end"
    }

    private static func conclusion(
        of run: TestRun, _ sabotage: Sabotage, hit: RedCheck?
    ) -> Conclusion {
        guard let finished = run.finished else { return .crashed }
        // What was called off was not judged, whatever had gone red by then.
        if finished.ending == .cancelled { return .stopped }
        let hasPassed = finished.verdict == .passed
        if sabotage == .control { return hasPassed ? .sound : .unsound }
        if let hit { return hit.isClear ? .caught : .unclear }
        return hasPassed ? .missed : .elsewhere
    }
}

/// Something that was checked and did not pass.
private struct RedCheck {
    let component: String
    let step: String
    let verdict: Verdict
    let reason: String

    /// What cleanup could not put back was seen, but is never a failure of what was tested.
    var isClear: Bool { verdict == .failed || component == Sabotage.cleanupComponent }
}

extension TestRun {
    /// Prerequisites belong to no component: what keeps a drill from beginning is not caught by it.
    fileprivate var red: [RedCheck] {
        let unmet = prerequisites.filter { $0.verdict != .passed }.map {
            RedCheck(
                component: "", step: "prerequisite '\($0.name)'", verdict: $0.verdict,
                reason: $0.observed)
        }
        let failed = results.filter { $0.verdict != .passed }.map {
            RedCheck(
                component: $0.component, step: $0.testName, verdict: $0.verdict,
                reason: $0.errorMessage)
        }
        // Not a step, but a component all the same: it puts back what the run has changed.
        let undone = (cleanup?.actions ?? []).filter { !$0.isDone }.map {
            RedCheck(
                component: Sabotage.cleanupComponent, step: $0.name, verdict: .inconclusive,
                reason: $0.detail)
        }
        return unmet + failed + undone
    }
}
