internal import DRTesting
public import EventLog
internal import Synchronization

/// What a proof under way tells whoever watches it.
public enum ProofProgress: Sendable {
    /// Several times a second while a run is under way.
    case running(Sabotage, RunProgress)
    case found(Proof.Finding, took: Duration)
}

/// Carries out proofs: one recorded run after another, all in this process.
///
/// Not promised: that a sabotage which takes the whole process down is told. The next start closes
/// its run as lost.
public final class Prover: Sendable {
    private struct State {
        var runner: Runner?
        var stop: StopReason?
    }

    private let store: EventStore
    private let slots: Int
    private let outside: OutsideCheckpoints?
    private let progress: @Sendable (ProofProgress) -> Void
    private let state = Mutex(State())

    /// - Parameter slots: how many runs may be under way at once on this data directory.
    public init(
        store: EventStore, slots: Int, outside: OutsideCheckpoints?,
        progress: @escaping @Sendable (ProofProgress) -> Void
    ) {
        (self.store, self.slots, self.outside) = (store, slots, outside)
        self.progress = progress
    }

    /// Ends the run under way with a cleanup; none is begun after it. The first reason counts.
    public func stop(_ reason: StopReason) {
        let runner = state.withLock { state in
            state.stop = state.stop ?? reason
            return state.runner
        }
        runner?.stop(reason)
    }

    /// Makes the runs of a proof until none is due any more, or until it is stopped.
    ///
    /// - Parameters:
    ///   - proof: takes what comes of each run. It keeps that also when the next one is kept from
    ///     being made.
    ///   - request: how to run its scenario, on the embedded target.
    /// - Throws: `RunnerError` with `.busy`, `.usage` or `.notRecorded`: what keeps one run from
    ///   being made and recorded keeps the others.
    public func prove(_ proof: inout Proof, with request: RunRequest) async throws {
        precondition(
            request.target.kind == .embedded, "A proof breaks only what the runner brings along.")
        while let sabotage = proof.next, !isStopped {
            let start = ContinuousClock.now
            proof.record(try await run(request, with: sabotage))
            if let finding = proof.findings.last {
                progress(.found(finding, took: ContinuousClock.now - start))
            }
        }
    }

    public var isStopped: Bool { state.withLock { $0.stop != nil } }

    private func run(
        _ request: RunRequest, with sabotage: Sabotage
    ) async throws -> Proof.Outcome {
        var request = request
        request.sabotage = sabotage
        let runner = Runner(store: store, slots: slots, outside: outside) { [weak self] progress in
            self?.pass(on: progress, of: sabotage)
        }
        state.withLock { $0.runner = runner }
        defer { state.withLock { $0.runner = nil } }
        do {
            let report = try await runner.run(request)
            return .ended(id: report.id, report.run)
        } catch let error as RunnerError where error.code != .internal {
            throw error
        } catch {
            return .crashed("\(error)")
        }
    }

    private func pass(on progress: RunProgress, of sabotage: Sabotage) {
        // A runner that begins forgets what it was told before: it is told again.
        let (runner, stop) = state.withLock { ($0.runner, $0.stop) }
        if let stop { runner?.stop(stop) }
        self.progress(.running(sabotage, progress))
    }
}
