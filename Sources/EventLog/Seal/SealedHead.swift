internal import Merkle

/// A head that somebody signed, or that the log says it had.
struct SealedHead {
    enum Place: Equatable, CustomStringConvertible {
        case inside(size: UInt64)
        case outside
        /// Brought along by an auditor.
        case given
        /// What was there when the log was reopened.
        case reopening(position: UInt64)

        var description: String {
            switch self {
            case .inside(let size): "checkpoint of size \(size)"
            case .outside: "checkpoint outside"
            case .given: "checkpoint given"
            case .reopening(let position): "head named by the reopening at position \(position)"
            }
        }
    }

    let place: Place
    /// Only of what was brought along: the log's own are many, and are read again.
    let note: SignedNote?
    let size: UInt64
    let root: MerkleHash
    let epoch: UInt64
    /// The tree had this root at this size.
    var isMet = false

    /// Otherwise it is what the log says by itself.
    var isSigned: Bool {
        if case .reopening = place { false } else { true }
    }
}

/// What there is to say of a log's seal, beside what is wrong with it.
public struct SealFindings: Sendable {
    /// That the log goes on from an older state than it had once.
    public struct Reopening: Sendable {
        public let position: UInt64
        public let event: LogReopened
    }

    public internal(set) var reopenings: [Reopening] = []
    /// How often the key of the checkpoints changed.
    public internal(set) var keyChanges = 0
    /// The greatest size that enough of the witnesses signed.
    public internal(set) var witnessedSize: UInt64?
    /// The size of the checkpoint that was given, if it is validly signed.
    public internal(set) var givenSize: UInt64?

    public init() {}
}
