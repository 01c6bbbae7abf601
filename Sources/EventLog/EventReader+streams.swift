internal import LMDB

extension EventReader {
    /// Where an event of a stream stands, by the number of the stream and its own in it: without
    /// the name of the stream, which only the first event has.
    ///
    /// - Returns: `nil` if there is none.
    public func position(
        ofRevision revision: UInt64, inStreamNumbered stream: UInt64
    ) throws -> UInt64? {
        try slot.with { log in
            try log.environment.read {
                try log.position(ofRevision: revision, inStream: stream, in: $0)
            }
        }
    }
}
