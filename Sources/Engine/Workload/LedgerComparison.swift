internal import Crypto
internal import DRTesting

/// What became of the acknowledged writes of one key.
enum KeyFinding: String, Sendable {
    case intact, lost, stale, corrupt, resurrected
}

/// Holds the ledger against what is stored. A pure value.
struct LedgerComparison: Equatable, Sendable {
    struct Offence: Equatable, Sendable {
        let key: String
        let finding: KeyFinding
        /// When the write that is missing was acknowledged.
        let acknowledged: ContinuousClock.Instant
    }

    private(set) var acknowledged = 0
    private(set) var keys = 0
    private(set) var intact = 0
    private(set) var indeterminate = 0
    private(set) var bytesCompared = 0
    private(set) var offences: [Offence] = []
    private(set) var unexpected: [String] = []

    /// - Parameter stored: the bodies by key; keys that are not there are missing.
    init(ledger: [String: [Ledger.Version]], stored: [String: [UInt8]]) {
        for (key, versions) in ledger.sorted(by: { $0.key < $1.key }) {
            acknowledged += versions.count { $0.isAcknowledged }
            indeterminate += versions.count { $0.isIndeterminate }
            let body = stored[key]
            bytesCompared += body?.count ?? 0
            guard let last = versions.last(where: \.isAcknowledged) else { continue }
            keys += 1
            let digest = body.map { Array(SHA256.hash(data: $0)) }
            let finding = Self.finding(of: digest, last: last, versions: versions)
            if finding == .intact {
                intact += 1
            } else {
                offences.append(
                    Offence(key: key, finding: finding, acknowledged: last.ended ?? last.started))
            }
        }
        unexpected = stored.keys.filter { ledger[$0] == nil }.sorted()
    }

    func count(of finding: KeyFinding) -> Int { offences.count { $0.finding == finding } }

    /// A key may hold its last acknowledged value, or that of a write of which nobody knows, if it
    /// overlaps or follows.
    private static func finding(
        of digest: [UInt8]?, last: Ledger.Version, versions: [Ledger.Version]
    ) -> KeyFinding {
        if digest == last.digest { return .intact }
        let allowed = versions.contains { version in
            version.isIndeterminate && version.digest == digest
                && (version.ended ?? .now) >= last.started
        }
        if allowed { return .intact }
        switch (digest, last.digest) {
        case (nil, _): return .lost
        case (_, nil): return .resurrected
        default: return versions.contains { $0.digest == digest } ? .stale : .corrupt
        }
    }
}
