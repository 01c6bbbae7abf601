internal import DRTesting

/// What became of the events that were to be delivered, as the log tells it. A pure fold.
struct DeliveryBook: Equatable, Sendable {
    static let stream = "deliveries"
    /// How long after each attempt that failed the next one is made, in microseconds.
    static let pauses: [UInt64] = [1, 5, 30, 300, 1800].map { $0 * 1_000_000 }

    struct Key: Hashable, Sendable {
        let position: UInt64
        let channel: String
    }

    /// The last attempts that failed, of events that are to be sent again.
    private(set) var waiting: [Key: DeliveryAttempted] = [:]
    private var attempted: Set<Key> = []

    mutating func apply(_ event: TestEvent) {
        switch event {
        case .deliverySucceeded(let attempt): settle(attempt, isOver: true)
        case .deliveryFailed(let attempt): settle(attempt, isOver: attempt.nextTime == 0)
        default: break
        }
    }

    private mutating func settle(_ attempt: DeliveryAttempted, isOver: Bool) {
        let key = Key(position: attempt.position, channel: attempt.channel)
        attempted.insert(key)
        waiting[key] = isOver ? nil : attempt
    }

    func isAttempted(_ key: Key) -> Bool { attempted.contains(key) }

    /// Forgets whether events up to a position were attempted: nobody asks any more.
    mutating func forget(upTo position: UInt64) {
        attempted = attempted.filter { $0.position > position }
    }

    /// Those whose time has come, the earliest event first.
    func due(at now: UInt64) -> [DeliveryAttempted] {
        waiting.values.filter { $0.nextTime <= now }
            .sorted { ($0.position, $0.channel) < ($1.position, $1.channel) }
    }

    /// When the next one of some channels is due; `nil` if none waits.
    func nextTime(among channels: Set<String>) -> UInt64? {
        waiting.values.filter { channels.contains($0.channel) }.map(\.nextTime).min()
    }

    /// - Parameters:
    ///   - status: what the receiver answered; `nil` if it did not.
    ///   - problem: why there was no answer.
    static func outcome(
        _ attempt: DeliveryAttempted, status: Int?, problem: String, now: UInt64
    ) -> TestEvent {
        var attempt = attempt
        attempt.status = UInt64(max(status ?? 0, 0))
        (attempt.problem, attempt.nextTime) = ("", 0)
        if let status, (200..<300).contains(status) { return .deliverySucceeded(attempt) }
        attempt.problem = status.map { "the receiver answered \($0)" } ?? problem
        // Whoever is gone wants nothing any more, as Standard Webhooks say.
        let retries = status == 410 ? [] : pauses
        if attempt.attempt <= UInt64(retries.count) {
            attempt.nextTime = now + retries[Int(attempt.attempt) - 1]
        }
        return .deliveryFailed(attempt)
    }
}
