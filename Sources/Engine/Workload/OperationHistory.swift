internal import DRTesting
internal import Synchronization

/// The operations that have ended: the latest of them, and counts and latencies of all. Its size
/// does not grow with the length of a run.
final class OperationHistory: Sendable {
    /// A run of half an hour with 100 operations a second is kept whole.
    static let standardCapacity = 200_000
    /// A step that fails keeps the last operations as evidence.
    static let notes = 50

    private struct State {
        var ring: SampleRing<OperationSample>
        var notes: [OperationNote] = []
        var phases: PhaseTallies
        var timeline: Timeline
        var counts = OutcomeCounts()
    }

    private let state: Mutex<State>

    init(clock: RunClock, capacity: Int = standardCapacity) {
        state = Mutex(
            State(
                ring: SampleRing(capacity: capacity),
                phases: PhaseTallies(first: "before", start: clock.start),
                timeline: Timeline(clock: clock)))
    }

    func add(_ note: OperationNote) {
        let sample = note.sample
        state.withLock { state in
            state.counts.add(sample.outcome)
            state.timeline.add(sample)
            // Its phase is known by now: a phase is named soon after it has begun.
            if let fallen = state.ring.add(sample) { state.phases.add(fallen) }
            if state.notes.count == Self.notes { state.notes.removeFirst() }
            state.notes.append(note)
        }
    }

    /// From this moment on operations belong to another phase.
    func begin(phase: String, at start: ContinuousClock.Instant) {
        state.withLock { $0.phases.begin(phase, at: start) }
    }

    /// Of all operations of the run.
    var counts: OutcomeCounts { state.withLock { $0.counts } }

    var timeline: Timeline { state.withLock { $0.timeline } }

    /// All operations that ended since a moment: for measures.
    func window(since start: ContinuousClock.Instant) -> SampleWindow<OperationSample> {
        state.withLock { $0.ring }.window(since: start)
    }

    /// Those that ended after a moment not long ago: for looking on.
    func ended(after start: ContinuousClock.Instant) -> [OperationSample] {
        state.withLock { $0.ring.ended(after: start) }
    }

    /// At most 50.
    func last(_ count: Int) -> [OperationNote] { state.withLock { $0.notes.suffix(count) } }

    /// Errors and latencies of each phase up to `end`.
    func summaries(end: ContinuousClock.Instant) -> [PhaseSummarized] {
        let (phases, samples) = state.withLock { ($0.phases, $0.ring.all) }
        return phases.summaries(adding: samples, end: end)
    }
}
