/// Where old segments of a log, and the dumps that go with them, are kept for good.
///
/// Names consist of lower-case letters, digits, `-` and `.`, and are never used for other bytes.
/// Called by one task at a time. What `put` has returned for is durable; after an error of `put`
/// the bytes may be there, in part, or not: whoever puts reads them back.
public protocol ArchiveStore: Sendable, CustomStringConvertible {
    /// Stores `bytes`, at most 72 MB, and replaces what has the name already.
    func put(_ bytes: [UInt8], as name: String) async throws

    /// - Returns: what was put; `nil` if there is nothing of that name.
    func get(_ name: String) async throws -> [UInt8]?

    /// The names of all that is there, in ascending order.
    func list() async throws -> [String]
}

/// What every view says at one position, to go on from when the events before are archived.
///
/// The log does not know what a dump means: it is bytes, which it fetches piece by piece, so that
/// no dump has to fit into memory.
public struct ArchiveBase: Sendable {
    /// The dump holds what follows from the events up to here.
    public let position: UInt64
    let next: @Sendable () throws -> [UInt8]?

    /// - Parameter next: gives the next piece, of at most 16 MB, and `nil` after the last one. It
    ///   may block, and is called by one thread at a time.
    public init(position: UInt64, next: @escaping @Sendable () throws -> [UInt8]?) {
        self.position = position
        self.next = next
    }
}
