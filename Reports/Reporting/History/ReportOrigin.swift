public import Merkle

/// Where a report's facts come from, so that anybody can go back to them.
public struct ReportOrigin: Equatable, Sendable {
    /// 32 hexadecimal digits.
    public let logID: String
    /// The name of the log in its checkpoints.
    public let logOrigin: String
    /// The last event that was read: the head that is shown.
    public let head: UInt64
    /// When it was recorded: when the report was generated, as far as the log can tell.
    public let generatedAt: UInt64
    public let range: VerifiedRange
    /// Events before this position have left the log for an archive; 1: none has.
    public let firstHeld: UInt64
    public let toolVersion: String
    /// The command that makes the same bytes again, without secrets and folders.
    public let command: String
    /// What was read, and what of it is in the report.
    public let counts: Counts

    public struct Counts: Equatable, Sendable {
        /// Events of the period up to the head.
        public let events: UInt64
        /// Runs that ended in the period: the events that say so, by their kind alone.
        public let runs: Int
        /// The same runs as they were read, by their purpose: all of these together are `runs`.
        public let drills: Int
        public let proofs: Int
        public let chaos: Int
        /// Of any other purpose.
        public let others: Int
        public let underWay: Int
    }
}

/// Which events were hashed anew, and that they are what the tree over the head's events covers.
public struct VerifiedRange: Equatable, Sendable {
    /// The events of the period, up to the head: `last` is before `first` if there is none.
    public let first: UInt64
    public let last: UInt64
    /// The tree: how many events it has, and its root.
    public let size: UInt64
    public let root: MerkleHash

    /// Hashed anew, from the stored bytes.
    public var hashed: UInt64 { last >= first ? last - first + 1 : 0 }
    /// Before the period: taken from the hashes that the log stores.
    public var stored: UInt64 { size - hashed }
}

/// How far the log was sealed when a report was made. No part of the report itself, which must
/// come out the same whenever it is made.
public struct SealStatus: Equatable, Sendable {
    /// The newest checkpoint, as signed; `nil`: there is none.
    public let checkpoint: String?
    public let checkpointSize: UInt64?
    /// Whether the head of the report is under it.
    public let coversHead: Bool
    /// The key it is signed by, as name+id+base64.
    public let key: String?
}
