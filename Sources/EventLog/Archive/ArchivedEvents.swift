internal import Dispatch
internal import Merkle

/// Reads the events that have left a log from the archive, and compares each with its hash in the
/// tree of the log: whoever holds the archive cannot change one unseen.
///
/// Two segments are held in memory, for callers that read on, several of them at once.
public actor ArchivedEvents {
    private static let heldSegments = 2

    private struct Held {
        let segment: ArchivedSegment
        let values: Task<[[UInt8]], any Error>
    }

    /// In ascending order, without gaps, from position 1.
    public nonisolated let segments: [ArchivedSegment]
    private let transfer: ArchiveTransfer
    private let reader: EventReader
    private let queue = DispatchQueue(label: "ArchivedEvents")
    /// Those that were asked for last.
    private var held: [Held] = []

    /// - Parameters:
    ///   - segments: `archivedSegments()` of `reader`.
    ///   - reader: the log, whose tree vouches for the events.
    public init(_ store: any ArchiveStore, segments: [ArchivedSegment], reader: EventReader) {
        self.segments = segments
        self.reader = reader
        transfer = ArchiveTransfer(store: store, logID: reader.logID)
    }

    /// The events from `position` on that are in its segment, in order, at most `limit`; none
    /// beyond the last segment.
    ///
    /// - Throws: `EventLogError`: `.archive` if the archive does not hold what was put; or what the
    ///   archive throws.
    public nonisolated func events(
        from position: UInt64, limit: Int = 1000
    ) async throws -> [RecordedEvent] {
        let position = max(position, 1)
        guard let segment = segments.first(where: { $0.range.contains(position) }) else {
            return []
        }
        let stored = try await values(of: segment)
        let wanted = stored.dropFirst(Int(position - segment.first)).prefix(max(limit, 0))
        return try zip(position..., wanted).map { position, value in
            RecordedEvent(position: position, record: try LogFile.decode(value, at: position))
        }
    }

    /// The stored values of a segment: one for each of its positions.
    public func values(of segment: ArchivedSegment) async throws -> [[UInt8]] {
        if let found = held.first(where: { $0.segment == segment }) {
            return try await found.values.value
        }
        let values = Task { try await load(segment) }
        if held.count == Self.heldSegments { held.removeFirst() }
        held.append(Held(segment: segment, values: values))
        do {
            return try await values.value
        } catch {
            held.removeAll { $0.segment == segment }
            throw error
        }
    }

    private nonisolated func load(_ segment: ArchivedSegment) async throws -> [[UInt8]] {
        let values = try await transfer.values(of: segment)
        let hashes = try await queue.run { [reader] in try reader.leafHashes(of: segment.range) }
        for (offset, (value, hash)) in zip(values, hashes).enumerated()
        where hash != .leaf(value) {
            throw EventLogError(
                .archive,
                "the event at position \(segment.first + UInt64(offset)) in \(segment.name) and "
                    + "its hash in the tree differ")
        }
        return values
    }

    /// Hands over the dump of the views that was put with a segment, in pieces of any size.
    public nonisolated func base(
        of segment: ArchivedSegment, _ body: ([UInt8]) async throws -> Void
    ) async throws {
        try await transfer.base(of: segment, body)
    }
}
