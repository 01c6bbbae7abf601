internal import FoundationEssentials
internal import S3
internal import Synchronization

/// What a call is for. That decides which client makes it, how often, and whether it may be made.
enum CallPurpose: Equatable, Sendable {
    case read
    /// Asks whether the storage works.
    case check
    /// Made only while the fence permits it.
    case fenced(WritePurpose, epoch: UInt64)

    fileprivate var isFenced: Bool {
        if case .fenced = self { true } else { false }
    }

    /// Whether it is made because a user waits for it.
    fileprivate var isForUser: Bool {
        switch self {
        case .read, .fenced(.service, _): true
        default: false
        }
    }
}

/// Why a call was not made.
enum Refusal: Error, CustomStringConvertible {
    case breakerOpen
    /// It would go to a storage that does not serve any more.
    case fenced

    var description: String {
        switch self {
        case .breakerOpen: "the circuit breaker is open"
        case .fenced: "another storage serves now"
        }
    }
}

/// A call that the breaker lets through.
private struct AdmittedCall {
    let admission: CircuitBreaker.Admission
    let ticket: CallsUnderWay.Ticket
}

/// An attempt was certain to fail, but nobody knows what became of one before it.
struct Doubt: Error {
    let earlier: S3Error
}

/// One storage behind its circuit breaker, its retries and its health.
///
/// Calls may come from anywhere at once. The three are pure values; each call asks and tells them
/// under one lock, and watchers are told under it too, so that they hear of changes in their order.
final class StorageSite: Sendable {
    private struct State {
        var breaker: any CircuitBreaking
        var retry: any Retrying
        var health: any HealthWatching
        var fencedCalls = 0
        var underWay = CallsUnderWay()
    }

    let name: SiteName
    let queue: any OperationQueueing
    private let components: SiteComponents
    private let routing: Routing
    private let performance: PerformanceWatch?
    private let random: @Sendable () -> Double
    private let observer: @Sendable (StorageEvent) -> Void
    private let state: Mutex<State>

    init(
        _ name: SiteName, _ components: SiteComponents, routing: Routing,
        performance: PerformanceWatch?, random: @escaping @Sendable () -> Double,
        observer: @escaping @Sendable (StorageEvent) -> Void
    ) {
        (self.name, self.components, self.routing) = (name, components, routing)
        (queue, self.performance) = (components.queue, performance)
        (self.random, self.observer) = (random, observer)
        state = Mutex(
            State(
                breaker: components.breaker, retry: components.retry, health: components.health))
    }

    var breakerState: CircuitBreaker.State { state.withLock { $0.breaker.state } }
    var healthState: Health.State { state.withLock { $0.health.state } }

    /// Fenced calls that may be on the wire. One that is not counted here finds the fence as it is
    /// now.
    var fencedCalls: Int { state.withLock { $0.fencedCalls } }

    var status: SiteStatus {
        let depth = queue.depth
        return state.withLock { state in
            SiteStatus(
                breaker: state.breaker.state, health: state.health.state,
                lastHealthSample: state.health.lastSample, queueDepth: depth,
                retries: state.retry.count, retryBudget: state.retry.budget)
        }
    }

    func resetBreaker() {
        state.withLock { state in
            if let transition = state.breaker.reset() {
                observer(.breaker(transition, site: name, at: .now))
            }
        }
    }

    // MARK: Calls

    /// Calls the storage if breaker and fence allow it, and again if it is worth it.
    ///
    /// - Throws: `Refusal` if it was not called. `S3Error`: the failure, or the first of the
    ///   failures that leave it open whether the call took effect. `Doubt`.
    func call<Value: Sendable>(
        _ purpose: CallPurpose, _ body: @Sendable (S3Client, String) async throws -> Value
    ) async throws -> Value {
        try await S3Invocation.$id.withValue(UUID().uuidString) {
            try await attempts(purpose, body)
        }
    }

    private func attempts<Value: Sendable>(
        _ purpose: CallPurpose, _ body: @Sendable (S3Client, String) async throws -> Value
    ) async throws -> Value {
        var attempt = 1
        var doubt: S3Error?
        while true {
            do {
                return try await self.attempt(attempt, purpose, body)
            } catch let error as S3Error where error.isServiceFault {
                if error.isIndeterminate { doubt = doubt ?? error }
                guard await waitForRetry(after: error, attempt: attempt, purpose) else {
                    throw doubt ?? error
                }
                attempt += 1
            } catch let refusal as Refusal {
                throw doubt ?? refusal
            } catch {
                if let doubt { throw Doubt(earlier: doubt) }
                throw error
            }
        }
    }

    /// - Returns: whether there is to be another attempt, which then begins.
    private func waitForRetry(
        after error: S3Error, attempt: Int, _ purpose: CallPurpose
    ) async -> Bool {
        guard purpose != .check, let failure = FailureClass(error) else { return false }
        let random = random()
        let delay = state.withLock { state in
            state.breaker.state == .closed
                ? state.retry.delay(afterAttempt: attempt, of: failure, random: random) : nil
        }
        guard let delay else { return false }
        do {
            try await Task.sleep(for: delay)
        } catch {
            // The caller gave up; what became of the attempt is told by its own error.
            return false
        }
        observer(
            .retried(
                attempt: attempt + 1, after: failure, delay: delay, site: name, at: .now))
        return true
    }

    private func attempt<Value: Sendable>(
        _ number: Int, _ purpose: CallPurpose,
        _ body: @Sendable (S3Client, String) async throws -> Value
    ) async throws -> Value {
        // Counted before the fence is asked: whoever moves the fence and then finds no call counted
        // knows that none is on its way.
        if purpose.isFenced { state.withLock { $0.fencedCalls += 1 } }
        defer { if purpose.isFenced { state.withLock { $0.fencedCalls -= 1 } } }
        let call = try admit(purpose)
        let begun = ContinuousClock.now
        do {
            let value = try await body(client(for: purpose), components.bucket)
            ended(call, purpose, attempt: number, failure: nil, from: begun, at: .now)
            return value
        } catch let error as S3Error where error.code == .cancelled {
            state.withLock { state in
                end(call, &state)
                state.breaker.abandoned(call.admission)
            }
            throw error
        } catch {
            let instant = (error as? S3Error)?.finished ?? .now
            ended(call, purpose, attempt: number, failure: error, from: begun, at: instant)
            throw error
        }
    }

    private func client(for purpose: CallPurpose) -> S3Client {
        switch purpose {
        case .fenced(.reconciliation, _): reconciliationClient
        // What is delivered to the storage that serves are users' writes, only later.
        case .fenced(.delivery, _) where routing.failoverState.active != name:
            components.replicationClient ?? components.client
        default: components.client
        }
    }

    var reconciliationClient: S3Client { components.reconciliationClient ?? components.client }
    var bucket: String { components.bucket }

    private func admit(_ purpose: CallPurpose) throws(Refusal) -> AdmittedCall {
        if case .fenced(let write, let epoch) = purpose,
            !routing.permits(write, to: name, admittedIn: epoch)
        {
            throw .fenced
        }
        let call = state.withLock { state -> AdmittedCall? in
            let (admission, transition) = state.breaker.admit(at: .now)
            if let transition { observer(.breaker(transition, site: name, at: .now)) }
            if admission == .refused { return nil }
            state.retry.began()
            return AdmittedCall(admission: admission, ticket: state.underWay.began())
        }
        guard let call else { throw .breakerOpen }
        return call
    }

    private func end(_ call: AdmittedCall, _ state: inout State) {
        if state.underWay.ended(call.ticket) { observer(.quiesced(site: name, at: .now)) }
    }

    private func ended(
        _ call: AdmittedCall, _ purpose: CallPurpose, attempt: Int, failure: (any Error)?,
        from begun: ContinuousClock.Instant, at instant: ContinuousClock.Instant
    ) {
        let error = failure as? S3Error
        // That an object is not there is an answer of a storage that works.
        let isSuccess = failure == nil || error?.isServiceFault == false
        let duration = instant - begun
        state.withLock { state in
            // Before the change of state that it may cause.
            if let error, !isSuccess {
                observer(
                    .attemptFailed(
                        "\(error)", attempt: attempt, site: name, at: error.finished))
            }
            note(isSuccess, from: purpose == .check ? .check : .operation, at: instant, &state)
            let isSlow = isSuccess && state.breaker.isSlow(duration)
            if isSlow { observer(.attemptSlow(duration, site: name, at: instant)) }
            end(call, &state)
            let transition =
                isSuccess && !isSlow
                ? state.breaker.succeeded(call.admission)
                : state.breaker.failed(call.admission, at: .now)
            guard let transition else { return }
            // Calls were admitted until here, though the answer came a little earlier.
            observer(.breaker(transition, site: name, at: .now))
            if transition.to == .open, state.underWay.opened() {
                observer(.quiesced(site: name, at: .now))
            }
        }
        if purpose.isForUser {
            performance?.observe(
                PerformanceAlerts.Call(
                    isFailure: !isSuccess, duration: duration, instant: instant))
        }
    }

    // MARK: Health

    /// Asks the storage whether it works.
    func checkHealth() async {
        if let client = components.healthClient {
            await sampleHealth(client)
            // A breaker that is not closed needs trial calls, and users may make none.
            if breakerState == .closed { return }
        }
        _ = try? await call(.check) { try await $0.headBucket($1) }
    }

    /// Past the breaker.
    private func sampleHealth(_ client: S3Client) async {
        var isSuccess = true
        do {
            try await client.headBucket(components.bucket)
        } catch let error as S3Error {
            if error.code == .cancelled { return }
            isSuccess = !error.isServiceFault
        } catch {
            isSuccess = false
        }
        let (isGood, instant) = (isSuccess, ContinuousClock.now)
        state.withLock { note(isGood, from: .check, at: instant, &$0) }
    }

    private func note(
        _ success: Bool, from source: Health.Source, at instant: ContinuousClock.Instant,
        _ state: inout State
    ) {
        if let change = state.health.observe(success: success, from: source, at: instant) {
            observer(.health(change, site: name))
        }
    }
}

/// The storages of a store.
struct Sites: Sendable {
    let primary: StorageSite
    /// `nil` if there is only one.
    let secondary: StorageSite?

    var all: [StorageSite] { [primary, secondary].compactMap(\.self) }

    subscript(name: SiteName) -> StorageSite {
        name == .secondary ? secondary ?? primary : primary
    }

    /// The one that gets every write too.
    func other(than site: StorageSite) -> StorageSite? {
        site.name == .primary ? secondary : primary
    }
}
