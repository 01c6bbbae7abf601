/// How often calls of the store were repeated, from the wire. A pure value.
struct RetryRecord: Sendable {
    /// So many calls are remembered.
    private static let capacity = 20_000

    private var calls: [String: [AttemptSample]] = [:]
    /// In the order in which they were first heard of.
    private var order: [String] = []

    /// - Parameter invocation: what all attempts of a call have in common.
    mutating func tried(_ invocation: String, _ attempt: AttemptSample) {
        if calls[invocation] == nil {
            order.append(invocation)
            forgetOldest()
        }
        calls[invocation, default: []].append(attempt)
    }

    private mutating func forgetOldest() {
        guard order.count > 2 * Self.capacity else { return }
        for invocation in order.prefix(Self.capacity) { calls[invocation] = nil }
        order.removeFirst(Self.capacity)
    }

    var evidence: RetryEvidence {
        var evidence = RetryEvidence()
        for attempts in calls.values {
            let attempts = attempts.sorted { $0.started < $1.started }
            evidence.mostAttempts = max(evidence.mostAttempts, attempts.count)
            for (first, second) in zip(attempts, attempts.dropFirst()) where first.isFailed {
                evidence.spacings.append(max(second.started - first.finished, .zero))
            }
        }
        return evidence
    }
}

/// What the wire shows of retries.
struct RetryEvidence: Equatable, Sendable {
    /// Of one call.
    var mostAttempts = 0
    /// From each failed attempt to the next one of the same call.
    var spacings: [Duration] = []

    var meanSpacing: Duration? {
        spacings.isEmpty ? nil : spacings.reduce(.zero, +) / spacings.count
    }
}
