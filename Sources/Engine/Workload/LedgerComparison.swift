internal import Crypto

/// What may be stored, according to the ledger.
struct LedgerExpectations: Codable, Equatable, Sendable {
    /// Writes and deletes that were acknowledged.
    var acknowledged = 0
    /// Those of which nobody knows whether they were applied, or will be.
    var indeterminate = 0
    /// Of every key that was written.
    var keys: [KeyExpectation] = []
}

struct KeyExpectation: Codable, Equatable, Sendable {
    let key: Int
    /// The last write that was acknowledged; `nil`: none was.
    let last: LedgerBook.Version?
    /// Every write whose effect the key may show.
    let allowed: [LedgerBook.Version]
    /// When the key was first changed since the last snapshot, if it was.
    let oldestChange: ContinuousClock.Instant?
}

/// What is stored under a name. Bodies are not kept: there may be many and they may be large.
struct StoredObject: Equatable, Sendable {
    let bytes: Int
    /// SHA-256.
    let digest: [UInt8]
    /// The write that it says it is of.
    let sequence: Int?

    init(_ body: [UInt8]) {
        bytes = body.count
        digest = Array(SHA256.hash(data: body))
        sequence = SyntheticObjects.sequence(in: body)
    }
}

/// What became of the acknowledged writes of one key.
enum KeyFinding: String, Sendable {
    case intact
    /// Nothing is stored.
    case lost
    /// What another write of the key had stored.
    case stale
    /// Bytes that no write of the key had.
    case corrupt
    /// Deleted, acknowledged, and back.
    case resurrected
}

/// Holds the ledger against what is stored. A pure value.
struct LedgerComparison: Equatable, Sendable {
    struct Offence: Equatable, Sendable {
        let key: String
        let finding: KeyFinding
        /// When the write that is missing was acknowledged.
        let acknowledged: ContinuousClock.Instant
        /// When the key was first changed since the last snapshot, if it was.
        var oldestChange: ContinuousClock.Instant?
    }

    private(set) var acknowledged = 0
    /// Keys with an acknowledged write.
    private(set) var keys = 0
    private(set) var intact = 0
    private(set) var indeterminate = 0
    private(set) var bytesCompared = 0
    /// In the order of their keys.
    private(set) var offences: [Offence] = []
    /// Objects that nobody wrote, or only writes that were refused or failed.
    private(set) var unexpected: [String] = []

    /// - Parameter stored: by name; names that are not there are missing.
    init(
        _ expectations: LedgerExpectations, stored: [String: StoredObject], keys space: KeySpace,
        objects: SyntheticObjects
    ) {
        acknowledged = expectations.acknowledged
        indeterminate = expectations.indeterminate
        var strangers = Set(stored.keys)
        for expectation in expectations.keys {
            let name = space.names[expectation.key]
            let object = stored[name]
            bytesCompared += object?.bytes ?? 0
            let isAllowed = Self.isAllowed(object, expectation, objects)
            guard let last = expectation.last else {
                if isAllowed { strangers.remove(name) }
                continue
            }
            strangers.remove(name)
            keys += 1
            if isAllowed {
                intact += 1
            } else {
                offences.append(
                    Offence(
                        key: name, finding: Self.finding(of: object, expectation, objects),
                        acknowledged: last.ended ?? last.started,
                        oldestChange: expectation.oldestChange))
            }
        }
        offences.sort { $0.key < $1.key }
        unexpected = strangers.sorted()
    }

    /// That of another load, which has keys of its own.
    mutating func add(_ other: LedgerComparison) {
        acknowledged += other.acknowledged
        keys += other.keys
        intact += other.intact
        indeterminate += other.indeterminate
        bytesCompared += other.bytesCompared
        offences = (offences + other.offences).sorted { $0.key < $1.key }
        unexpected = (unexpected + other.unexpected).sorted()
    }

    func count(of finding: KeyFinding) -> Int { offences.count { $0.finding == finding } }

    /// Whether this is what one of the writes would have left.
    private static func isAllowed(
        _ object: StoredObject?, _ expectation: KeyExpectation, _ objects: SyntheticObjects
    ) -> Bool {
        guard let object else {
            return expectation.last == nil || expectation.allowed.contains(where: \.isDelete)
        }
        return expectation.allowed.contains { $0.sequence == object.sequence && !$0.isDelete }
            && isGenuine(object, of: expectation.key, objects)
    }

    private static func finding(
        of object: StoredObject?, _ expectation: KeyExpectation, _ objects: SyntheticObjects
    ) -> KeyFinding {
        guard let object else { return .lost }
        if expectation.last?.isDelete == true { return .resurrected }
        return isGenuine(object, of: expectation.key, objects) ? .stale : .corrupt
    }

    /// Only a write of this key can have had these bytes.
    private static func isGenuine(
        _ object: StoredObject, of key: Int, _ objects: SyntheticObjects
    ) -> Bool {
        guard let sequence = object.sequence else { return false }
        return objects.digest(of: key, sequence: sequence) == object.digest
    }
}
