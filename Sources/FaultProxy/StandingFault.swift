internal import Foundation

/// A fault in force: which requests it strikes, and how many it has struck.
struct StandingFault: Sendable {
    let token: String
    /// The share of requests it strikes now: it may change while the fault holds.
    var fraction: Double
    private(set) var struck = 0
    private let fault: Fault
    /// What it does now: it may change while the fault holds.
    private var kind: Fault.Kind
    private let stream: UInt64
    private var reads = StaleReads()
    /// What waits to be delivered late has so many bytes.
    private var waitingBytes = 0

    /// - Parameter number: how many faults were injected before. Faults with one seed draw numbers
    ///   that have nothing to do with each other, and the same when everything is done again.
    init(_ fault: Fault, token: String, number: Int) {
        (self.fault, self.token, fraction) = (fault, token, fault.fraction)
        kind = fault.kind
        stream = SplitMix64.mixed(fault.seed &+ UInt64(number) &* SplitMix64.step)
    }

    mutating func change(_ kind: Fault.Kind) {
        guard kind != self.kind else { return }
        kind.check()
        self.kind = kind
        // What was remembered for one kind says nothing about the next.
        reads = StaleReads()
    }

    /// What the fault does to a request, which then counts as struck; `nil` if it spares it.
    ///
    /// - Parameters:
    ///   - bodyLength: of the request; `nil` if only its end tells.
    ///   - readTarget: what its answer is remembered by, if it is to be.
    mutating func strike(
        _ operation: ProxiedOperation, bodyLength: Int? = 0, readTarget: String? = nil
    ) -> Strike? {
        if let limit = fault.limit, struck >= limit { return nil }
        guard isMeant(operation) else { return nil }
        let number = SplitMix64.mixed(
            stream &+ UInt64(operation.sequence) &* SplitMix64.step)
        guard SplitMix64.fraction(of: number) < fraction else { return nil }
        // Mixed again: how hard it strikes must not depend on how narrowly it did.
        var strike = Strike(token: token, kind: kind, number: SplitMix64.mixed(~number))
        switch kind {
        case .staleRead:
            guard let stale = readTarget.flatMap({ reads[$0] }) else { return nil }
            strike.stale = stale
        case .lateDelivery:
            guard let size = Self.size(ofBody: bodyLength), makeRoom(for: size) else { return nil }
            strike.waitingBytes = size
        default: break
        }
        struck += 1
        return strike
    }

    // MARK: Stale reads

    /// Whether the answer to this request is to be remembered.
    func wantsAnswer(to operation: ProxiedOperation, _ readTarget: String) -> Bool {
        kind == .staleRead && isMeant(operation) && reads[readTarget] == nil
    }

    mutating func remember(
        _ answer: OwnAnswer, to operation: ProxiedOperation, _ readTarget: String
    ) {
        if wantsAnswer(to: operation, readTarget) { reads.add(answer, for: readTarget) }
    }

    // MARK: Late delivery

    private static let maximumBody = 8 << 20
    private static let maximumWaiting = 64 << 20
    /// Of a request without its body.
    private static let sizeOfHead = 4096

    /// - Returns: `nil` if that is too much to keep.
    private static func size(ofBody length: Int?) -> Int? {
        guard let length, (0...maximumBody).contains(length) else { return nil }
        return length + sizeOfHead
    }

    private mutating func makeRoom(for size: Int) -> Bool {
        guard waitingBytes + size <= Self.maximumWaiting else { return false }
        waitingBytes += size
        return true
    }

    /// A request does not wait any longer.
    mutating func release(_ strike: Strike) { waitingBytes -= strike.waitingBytes }

    // MARK: Which requests

    private func isMeant(_ operation: ProxiedOperation) -> Bool {
        if kind.changesBodies, !["GET", "POST"].contains(operation.method) { return false }
        if let methods = fault.methods, !methods.contains(operation.method) { return false }
        if let operations = fault.operations, !operations.contains(operation.s3Operation) {
            return false
        }
        if fault.keyPrefix.isEmpty { return true }
        return (operation.key.removingPercentEncoding ?? operation.key).utf8
            .starts(with: fault.keyPrefix.utf8)
    }
}

/// What a fault does to one request.
struct Strike: Equatable, Sendable {
    let token: String
    let kind: Fault.Kind
    /// Drawn for this request, for what the kind leaves to chance.
    let number: UInt64
    /// What a read is answered with instead of what the storage has.
    var stale: OwnAnswer?
    /// So much of what the fault may keep is taken by the request.
    var waitingBytes = 0

    /// How much later the request is forwarded.
    var delay: Duration {
        switch kind {
        case .latency(let delay, let jitter):
            max(.zero, delay + jitter * (2 * SplitMix64.fraction(of: number) - 1))
        case .lateDelivery(let delay): delay
        default: .zero
        }
    }
}
