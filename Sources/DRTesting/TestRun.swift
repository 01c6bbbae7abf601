/// One run of a scenario: which events it may have, in which order.
///
/// A pure value. Whoever records a run folds what is in its stream and asks `decide` what a command
/// adds. The same command again adds nothing.
public struct TestRun: Equatable, Sendable {
    public enum Command: Equatable, Sendable {
        case request(RunRequested)
        case start(RunStarted)
        case beginStep(StepStarted)
        case recordResult(ResultRecorded)
        case cancel(CancelRequested)
        case finish(RunFinished)
    }

    public enum Refusal: Error, Equatable, Sendable {
        case notRequested
        case alreadyRequested
        case notRunning
        case stepOutOfOrder(expected: UInt64)
        case stepNotPlanned
        case alreadyFinished
    }

    public private(set) var requested: RunRequested?
    public private(set) var started: RunStarted?
    public private(set) var cancellation: CancelRequested?
    public private(set) var finished: RunFinished?
    /// The steps begun so far.
    public private(set) var steps: [StepStarted] = []
    public private(set) var results: [ResultRecorded] = []
    public private(set) var prerequisites: [PrerequisiteChecked] = []
    public private(set) var cleanup: CleanupFinished?
    /// What was changed outside the storage system, or may have been, and is not known to be put
    /// back.
    public private(set) var changesLeft: [ExternalChangePlanned] = []

    public init() {}

    public var status: RunStatus {
        finished?.status ?? (started == nil ? .pending : .running)
    }

    /// The worst of what was judged so far; inconclusive while there is nothing.
    public var verdict: Verdict {
        (prerequisites.map(\.verdict) + results.map(\.verdict)).max() ?? .inconclusive
    }

    /// The names of the planned steps that have not begun.
    public var stepsNotBegun: [String] {
        requested?.steps.dropFirst(steps.count).map(\.name) ?? []
    }

    public mutating func apply(_ event: TestEvent) {
        switch event {
        case .runRequested(let event): requested = requested ?? event
        case .runStarted(let event): started = started ?? event
        case .stepStarted(let event): steps.append(event)
        case .resultRecorded(let event): results.append(event)
        case .prerequisiteChecked(let event): prerequisites.append(event)
        case .cleanupFinished(let event): cleanup = cleanup ?? event
        case .cancelRequested(let event): cancellation = cancellation ?? event
        case .runFinished(let event): finished = finished ?? event
        case .externalChangePlanned(let event): changesLeft.append(event)
        case .externalChangeUndone(let event) where event.isDone:
            changesLeft.removeAll { $0.changeID == event.changeID }
        default: break
        }
    }

    public static func decide(
        _ command: Command, in run: TestRun
    ) throws(Refusal) -> [TestEvent] {
        if case .request(let request) = command {
            if run.requested == request { return [] }
            if run.requested != nil { throw .alreadyRequested }
            return [.runRequested(request)]
        }
        guard let requested = run.requested else { throw .notRequested }
        if case .finish(let finish) = command {
            if run.finished == finish { return [] }
            if run.finished != nil { throw .alreadyFinished }
            return [.runFinished(finish)]
        }
        if case .cancel(let cancellation) = command {
            // A run that has ended, or is being cancelled, needs no second request.
            return run.finished == nil && run.cancellation == nil
                ? [.cancelRequested(cancellation)] : []
        }
        if run.finished != nil { throw .alreadyFinished }
        if case .start(let start) = command {
            return run.started == nil ? [.runStarted(start)] : []
        }
        guard run.started != nil else { throw .notRunning }
        return try decideInside(command, in: run, planned: requested.steps.count)
    }

    private static func decideInside(
        _ command: Command, in run: TestRun, planned: Int
    ) throws(Refusal) -> [TestEvent] {
        switch command {
        case .beginStep(let step):
            if run.steps.last == step { return [] }
            guard step.index == UInt64(run.steps.count) else {
                throw .stepOutOfOrder(expected: UInt64(run.steps.count))
            }
            if run.steps.count >= planned { throw .stepNotPlanned }
            return [.stepStarted(step)]
        case .recordResult(let result):
            return run.results.contains(result) ? [] : [.resultRecorded(result)]
        default:
            return []
        }
    }
}
