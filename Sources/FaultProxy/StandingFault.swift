internal import Foundation

/// A fault in force: which requests it strikes, and how many it has struck.
struct StandingFault: Sendable {
    let token: String
    /// The share of requests it strikes now: it may change while the fault holds.
    var fraction: Double
    private(set) var struck = 0
    private let fault: Fault
    private let stream: UInt64

    /// - Parameter number: how many faults were injected before. Faults with one seed draw numbers
    ///   that have nothing to do with each other, and the same when everything is done again.
    init(_ fault: Fault, token: String, number: Int) {
        (self.fault, self.token, fraction) = (fault, token, fault.fraction)
        stream = Self.mixed(fault.seed &+ UInt64(number) &* Self.step)
    }

    /// What the fault does to a request, which then counts as struck; `nil` if it spares it.
    mutating func strike(_ operation: ProxiedOperation) -> Strike? {
        if let limit = fault.limit, struck >= limit { return nil }
        guard isMeant(operation) else { return nil }
        let number = Self.mixed(stream &+ UInt64(operation.sequence) &* Self.step)
        guard Self.fraction(of: number) < fraction else { return nil }
        struck += 1
        // Mixed again: how hard it strikes must not depend on how narrowly it did.
        return Strike(token: token, kind: fault.kind, number: Self.mixed(~number))
    }

    private func isMeant(_ operation: ProxiedOperation) -> Bool {
        if fault.kind.changesBodies, !["GET", "POST"].contains(operation.method) { return false }
        if let methods = fault.methods, !methods.contains(operation.method) { return false }
        if fault.keyPrefix.isEmpty { return true }
        return (operation.key.removingPercentEncoding ?? operation.key).utf8
            .starts(with: fault.keyPrefix.utf8)
    }

    // MARK: SplitMix64

    private static let step: UInt64 = 0x9e37_79b9_7f4a_7c15

    private static func mixed(_ value: UInt64) -> UInt64 {
        var bits = value
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        return bits ^ bits >> 31
    }

    /// From 0 up to, and without, 1.
    fileprivate static func fraction(of number: UInt64) -> Double {
        Double(number >> 11) / Double(1 << 53)
    }
}

/// What a fault does to one request.
struct Strike: Equatable, Sendable {
    let token: String
    let kind: Fault.Kind
    /// Drawn for this request, for what the kind leaves to chance.
    let number: UInt64

    /// How much later the request is forwarded.
    var delay: Duration {
        guard case .latency(let delay, let jitter) = kind else { return .zero }
        return max(.zero, delay + jitter * (2 * StandingFault.fraction(of: number) - 1))
    }
}
