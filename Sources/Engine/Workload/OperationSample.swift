/// One operation of the load, and how it ended for its user. There are many: it holds no text.
struct OperationSample: Codable, Equatable, Sendable {
    enum Kind: String, Codable, Sendable {
        case read, write, delete
    }

    enum Outcome: String, CaseIterable, Codable, Sendable {
        case served, deferred, refused, failed, indeterminate
    }

    let kind: Kind
    let outcome: Outcome
    /// Its number in the key space.
    let key: UInt32
    /// When it should have started: latency counts from here.
    let intended: ContinuousClock.Instant
    let finished: ContinuousClock.Instant

    var isServed: Bool { outcome == .served }
    var latency: Duration { finished - intended }
}

/// An operation with what is said about it to people.
struct OperationNote: Codable, Sendable {
    let sample: OperationSample
    let key: String
    /// Why it was not served.
    let detail: String
}

/// How many operations ended in which way.
struct OutcomeCounts: Equatable, Sendable {
    var served = 0
    var deferred = 0
    var refused = 0
    var failed = 0
    var indeterminate = 0

    var all: Int { served + deferred + refused + failed + indeterminate }

    mutating func add(_ outcome: OperationSample.Outcome) {
        switch outcome {
        case .served: served += 1
        case .deferred: deferred += 1
        case .refused: refused += 1
        case .failed: failed += 1
        case .indeterminate: indeterminate += 1
        }
    }

    static func += (left: inout OutcomeCounts, right: OutcomeCounts) {
        left.served += right.served
        left.deferred += right.deferred
        left.refused += right.refused
        left.failed += right.failed
        left.indeterminate += right.indeterminate
    }
}
