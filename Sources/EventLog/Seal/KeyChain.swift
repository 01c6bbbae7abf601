internal import Merkle

/// A moment at which the key of the checkpoints changed: the log was given another one, or was
/// reopened.
struct KeyChange {
    /// Where the event stands that says so.
    let position: UInt64
    let old: NoteVerificationKey
    let new: NoteVerificationKey
    let reopening: LogReopened?

    /// - Returns: `nil` for an event of another kind.
    /// - Throws: if the event cannot be read.
    init?(_ record: Record, at position: UInt64) throws {
        switch record.number {
        case KeyRotated.number:
            let event = try KeyRotated(payload: record.payload)
            (old, new) = (try Self.key(event.oldKey), try Self.key(event.newKey))
            reopening = nil
        case LogReopened.number:
            let event = try LogReopened(payload: record.payload)
            (old, new) = (try Self.key(event.oldKey), try Self.key(event.newKey))
            reopening = event
        default: return nil
        }
        self.position = position
    }

    private static func key(_ text: String) throws -> NoteVerificationKey {
        try NoteVerificationKey(text)
    }
}

/// The keys that a log signed its checkpoints with, one after another, and its epochs.
struct KeyChain {
    /// In the order of their positions.
    private(set) var changes: [KeyChange] = []

    mutating func add(_ change: KeyChange) {
        if changes.contains(where: { $0.position == change.position }) { return }
        changes.append(change)
        changes.sort { $0.position < $1.position }
    }

    /// The oldest first; none if the key never changed.
    var keys: [NoteVerificationKey] {
        changes.first.map { [$0.old] + changes.map(\.new) } ?? []
    }

    /// The key that signs now; `nil` if it never changed.
    var newest: NoteVerificationKey? { changes.last?.new }

    /// The reopening that ended an epoch; `nil` for the present one.
    func reopening(endingEpoch epoch: UInt64) -> LogReopened? {
        changes.compactMap(\.reopening).first { $0.epoch > epoch }
    }

    func epoch(ofSize size: UInt64) -> UInt64 {
        changes.last { $0.position <= size && $0.reopening != nil }?.reopening?.epoch ?? 0
    }

    /// The key that signs a head of some size; `nil` if the key never changed.
    ///
    /// - Parameter epoch: that of the head: a lost one may be larger than what came after it.
    func key(forSize size: UInt64, epoch: UInt64) -> NoteVerificationKey? {
        let earlier = changes.prefix {
            $0.position <= size && $0.reopening?.epoch ?? 0 <= epoch
        }
        return earlier.last?.new ?? changes.first?.old
    }

    /// This is the head, as it was written, that the log was reopened without.
    func isKnownLost(_ text: String) -> Bool {
        changes.contains { $0.reopening?.outsideCheckpoint == text }
    }
}
