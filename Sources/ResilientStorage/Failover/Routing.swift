internal import Synchronization

/// Where operations go now, and which writes may still be sent. Shared by a store, its storages and
/// whatever delivers to them.
final class Routing: Sendable {
    /// A write that a user may make.
    struct Admission: Sendable {
        let site: SiteName
        let epoch: UInt64
    }

    /// Why there is none.
    struct ReadOnly: Error, CustomStringConvertible {
        let description: String
    }

    private struct State {
        var failover: any FailoverDeciding
        var epoch: UInt64
        /// Writes are refused by order.
        var isHeld = false
        /// Writes of users that were admitted and have not ended.
        var openWrites = 0

        var acceptsWrites: Bool { failover.acceptsWrites(isHeld: isHeld) }
    }

    private let state: Mutex<State>
    private let fence: any Fencing

    init(_ failover: any FailoverDeciding = Failover(), fence: any Fencing = Fence()) {
        state = Mutex(State(failover: failover, epoch: 0))
        self.fence = fence
    }

    convenience init(_ failover: any FailoverDeciding, fence: any Fencing, epoch: Epoch) {
        var failover = failover
        failover.resume(at: epoch.active)
        self.init(failover, fence: fence)
        adopt(failover, epoch: epoch.number)
    }

    var failoverState: Failover.State { state.withLock { $0.failover.state } }
    var epoch: UInt64 { state.withLock { $0.epoch } }
    var acceptsWrites: Bool { state.withLock { $0.acceptsWrites } }
    var openWrites: Int { state.withLock { $0.openWrites } }

    // MARK: Writes

    /// A write that is admitted must be ended by `endWrite`.
    func beginWrite() throws(ReadOnly) -> Admission {
        let admission = state.withLock { state -> Admission? in
            guard state.acceptsWrites else { return nil }
            state.openWrites += 1
            return Admission(site: state.failover.state.active, epoch: state.epoch)
        }
        guard let admission else { throw readOnly }
        return admission
    }

    func endWrite() { state.withLock { $0.openWrites -= 1 } }

    private var readOnly: ReadOnly {
        let reason =
            switch failoverState {
            case .switchingOver: "while the secondary takes over"
            case .failingBack: "while the primary takes over again"
            case .primary, .secondary: "by order"
            }
        return ReadOnly(description: "the storage is read-only \(reason)")
    }

    func permits(_ purpose: WritePurpose, to site: SiteName, admittedIn epoch: UInt64) -> Bool {
        let (current, failover) = state.withLock { ($0.epoch, $0.failover.state) }
        return fence.permits(
            purpose, to: site, admittedIn: epoch, current: current, state: failover)
    }

    func hold(_ isHeld: Bool) { state.withLock { $0.isHeld = isHeld } }

    // MARK: Failover

    /// What the next state would be. Nothing changes before it is adopted.
    func propose(
        _ inputs: Failover.Inputs, at now: ContinuousClock.Instant
    ) -> (any FailoverDeciding, Failover.Transition?) {
        var next = state.withLock { $0.failover }
        let transition = next.update(inputs, at: now)
        return (next, transition)
    }

    func adopt(_ failover: any FailoverDeciding, epoch: UInt64? = nil) {
        state.withLock { state in
            state.failover = failover
            if let epoch { state.epoch = epoch }
        }
    }
}
