/// What a write is for.
public enum WritePurpose: String, CaseIterable, Sendable {
    /// A write of a user, straight to the storage.
    case service
    /// An operation of a queue, to the storage that the queue is for.
    case delivery
    /// Makes the primary equal to the secondary before it serves again.
    case reconciliation
}

/// The seam at which the fence is put in. The contract is that of `Fence`.
public protocol Fencing: Sendable {
    /// Whether a write may be sent now. Asked before every attempt.
    ///
    /// - Parameters:
    ///   - admitted: the epoch in which the write, or its delivery, began.
    ///   - current: the epoch now.
    func permits(
        _ purpose: WritePurpose, to site: SiteName, admittedIn admitted: UInt64,
        current: UInt64, state: Failover.State
    ) -> Bool
}

/// Keeps writes away from the storage that does not serve any more. A pure value.
///
/// A write that was begun in an older epoch is never sent: a retry that wakes up after a switch
/// would put an old value over a newer one. The primary gets nothing while the secondary serves,
/// but what reconciliation sends. The secondary may get operations of its queue at any time, since
/// they are in the order of acknowledgement.
public struct Fence: Fencing, Equatable {
    public init() {}

    public func permits(
        _ purpose: WritePurpose, to site: SiteName, admittedIn admitted: UInt64,
        current: UInt64, state: Failover.State
    ) -> Bool {
        guard admitted == current else { return false }
        return switch (purpose, site, state) {
        case (.service, .primary, .primary), (.service, .secondary, .secondary): true
        case (.delivery, .primary, .primary), (.delivery, .secondary, _): true
        case (.reconciliation, _, .failingBack): true
        default: false
        }
    }
}
