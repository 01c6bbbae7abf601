import FaultProxy
import ResilientStorage
import Synchronization

/// Keeps what the store said happened inside, and when it said so.
final class EventRecorder: Sendable {
    private struct Seen: Sendable {
        let event: StorageEvent
        let instant: ContinuousClock.Instant
    }

    private let seen = Mutex<[Seen]>([])

    /// Called inside the store, before it goes on: nothing that follows from the event is earlier
    /// than the instant noted here.
    func record(_ event: StorageEvent) {
        seen.withLock { $0.append(Seen(event: event, instant: .now)) }
    }

    var all: [StorageEvent] { seen.withLock { $0.map(\.event) } }

    /// The states that the breaker went to, in order.
    var breakerStates: [CircuitBreaker.State] {
        all.compactMap { event in
            guard case .breaker(let transition, .primary, _) = event else { return nil }
            return transition.to
        }
    }

    /// When the breaker went to a state.
    func instants(of state: CircuitBreaker.State) -> [ContinuousClock.Instant] {
        seen.withLock { seen in
            seen.compactMap { seen in
                guard case .breaker(let transition, .primary, _) = seen.event,
                    transition.to == state
                else { return nil }
                return seen.instant
            }
        }
    }

    var healthTransitions: [Health.Transition] {
        all.compactMap { event in
            guard case .health(let transition, .primary) = event else { return nil }
            return transition
        }
    }

    var noticesSent: [Notice.Kind] {
        all.compactMap { event in
            guard case .noticeSent(let kind, _, _) = event else { return nil }
            return kind
        }
    }

    var noticesDropped: [String] {
        all.compactMap { event in
            guard case .noticeDropped(_, let incident, _) = event else { return nil }
            return incident
        }
    }

    var noticesFailed: Int {
        all.count { event in
            if case .noticeFailed = event { true } else { false }
        }
    }
}

extension EventRecorder {
    /// The states that the failover went to, in order, and the epoch of each.
    var failovers: [(state: Failover.State, epoch: UInt64)] {
        all.compactMap { event in
            guard case .failover(_, let state, let epoch, _) = event else { return nil }
            return (state, epoch)
        }
    }

    var reconciliations: [Reconciliation] {
        all.compactMap { event in
            guard case .reconciled(let result, _) = event else { return nil }
            return result
        }
    }

    /// Why calls were made again.
    var retries: [FailureClass] {
        all.compactMap { event in
            guard case .retried(_, let failure, _, _, _) = event else { return nil }
            return failure
        }
    }
}

/// Keeps what the storage answered, as the proxy before it saw it.
final class WireRecorder: Sendable {
    private let answered = Mutex<[ProxiedOperation]>([])

    func record(_ operation: ProxiedOperation) { answered.withLock { $0.append(operation) } }

    /// The numbers of the writes of a key that the storage took, in the order it took them.
    func sequences(of key: String) -> [Int] {
        answered.withLock { answered in
            answered.filter { $0.key == key && $0.method == "PUT" && $0.status == 200 }
                .compactMap { $0.metadata["seq"].flatMap { Int($0) } }
        }
    }
}

/// Keeps notices; the first few it does not take.
final class RecordingNotifier: Notifying {
    struct NotTaken: Error {}

    private struct State {
        var refusals: Int
        var attempts = 0
        var delivered: [Notice] = []
    }

    private let state: Mutex<State>

    init(refusals: Int) { state = Mutex(State(refusals: refusals)) }

    func send(_ notice: Notice) async throws {
        let isTaken = state.withLock { state in
            state.attempts += 1
            guard state.attempts > state.refusals else { return false }
            state.delivered.append(notice)
            return true
        }
        if !isTaken { throw NotTaken() }
    }

    var attempts: Int { state.withLock { $0.attempts } }
    var delivered: [Notice] { state.withLock { $0.delivered } }
}
