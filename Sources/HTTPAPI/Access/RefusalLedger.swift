internal import DRTesting

/// What is still to be recorded of refusals, so that nobody fills the log by being refused.
struct RefusalLedger: Sendable {
    static let stream = "refusals"
    /// Microseconds in which the same refusal is recorded once.
    static let interval: UInt64 = 60_000_000
    /// So many different refusals are told apart. More in one interval are an attack by somebody
    /// with many tokens, and counted as those of strangers are.
    static let limit = 1000

    /// Somebody known, and what he may not do.
    struct Refusal: Hashable, Sendable {
        let subject: String
        let role: Role
        let tokenID: String
        let method: String
        let path: String
        let reason: Reason
    }

    enum Reason: String, Sendable {
        case role, revoked, csrf, production
    }

    private struct Repetition {
        var recorded: UInt64
        var count: UInt64 = 0
    }

    private var repetitions: [Refusal: Repetition] = [:]
    private var strangers: [String: UInt64] = [:]
    private var firstStranger: UInt64 = 0
    private var lastStranger: UInt64 = 0

    /// - Returns: what is to be recorded at once.
    mutating func refused(_ refusal: Refusal, at now: UInt64) -> TestEvent? {
        if repetitions[refusal] != nil {
            repetitions[refusal]?.count += 1
            return nil
        }
        guard repetitions.count < Self.limit else {
            refusedStranger(refusal.reason.rawValue, at: now)
            return nil
        }
        repetitions[refusal] = Repetition(recorded: now)
        return event(of: refusal, count: 1)
    }

    /// Counts somebody who is not told apart from others.
    mutating func refusedStranger(_ reason: String, at now: UInt64) {
        if strangers.isEmpty { firstStranger = now }
        lastStranger = now
        strangers[reason, default: 0] += 1
    }

    /// What was counted, to be recorded now; it is asked for once a minute, and at the end.
    mutating func counted(at now: UInt64) -> [TestEvent] {
        var events: [TestEvent] = []
        for (refusal, repetition) in repetitions where repetition.count > 0 {
            events.append(event(of: refusal, count: repetition.count))
        }
        // Who is refused again within the interval is only counted again.
        repetitions = repetitions.compactMapValues { repetition in
            if repetition.count > 0 { return Repetition(recorded: now) }
            let isRecent = now < repetition.recorded + Self.interval
            return isRecent ? repetition : nil
        }
        if !strangers.isEmpty { events.append(summary()) }
        strangers = [:]
        return events
    }

    private func event(of refusal: Refusal, count: UInt64) -> TestEvent {
        var event = AccessRefused()
        (event.subject, event.role) = (refusal.subject, refusal.role.rawValue)
        event.tokenID = refusal.tokenID
        (event.method, event.path) = (refusal.method, refusal.path)
        (event.reason, event.count) = (refusal.reason.rawValue, count)
        return .accessRefused(event)
    }

    private func summary() -> TestEvent {
        var event = RefusalsSummarized()
        (event.firstTime, event.lastTime) = (firstStranger, lastStranger)
        event.refusals = strangers.sorted { $0.key < $1.key }.map {
            RefusalCount(reason: $0.key, count: $0.value)
        }
        return .refusalsSummarized(event)
    }
}
