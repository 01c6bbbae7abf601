internal import Dispatch
internal import Merkle
internal import Wire

#if canImport(Glibc)
    internal import Glibc
#endif

/// Where an archive command has got to.
enum ArchiveStep: Equatable, Sendable {
    /// What is to leave the log is known.
    case planned
    /// A segment is in the archive, and was read back.
    case put(upTo: UInt64)
    /// The dump of the views is in the archive, and was read back.
    case putBase
    /// The log says that the segments are archived.
    case recorded
    /// A batch of events has left the log: this is the first position held.
    case removed(first: UInt64)
}

/// Moves the beginning of a log into an archive.
///
/// No event leaves the log before the archive has given back all of its segment and of the dump of
/// the views, and before the log itself says so. It may be killed after any step: the next command
/// first finishes what the log says is archived, and begins anew with the rest.
struct Archiver: Sendable {
    /// How many segments one append names.
    private static let groupSize = 1000

    let log: EventStore
    let store: any ArchiveStore
    let base: @Sendable (EventReader, UInt64) throws -> ArchiveBase
    let isFinished: @Sendable ([RecordedEvent]) -> Bool
    let by: String
    var segmentSize = SegmentFile.standardSize
    var batchSize = PayloadRemoval.standardBatchSize
    /// Told of every step after it was done.
    var onStep: @Sendable (ArchiveStep) throws -> Void = { _ in }

    private var transfer: ArchiveTransfer {
        ArchiveTransfer(store: store, logID: log.reader.logID)
    }

    /// - Returns: the segments whose last events left the log now.
    func archive(before position: UInt64) async throws -> [ArchivedSegment] {
        let lock = try ArchiveLock(log.directory)
        defer { lock.release() }
        let earlier = try await finishEarlier()
        let first = try await log.read { try $0.firstPosition() }
        let cut = try await log.read { [isFinished] in
            try $0.cut(before: position, isFinished: isFinished)
        }
        if first >= cut { return earlier }
        try await checkGoesOn()
        try onStep(.planned)
        let uploads = try await putSegments(from: first, before: cut)
        let (dump, copy) = try await putBase(at: cut - 1)
        try onStep(.putBase)
        let segments = uploads.map {
            ArchivedSegment(
                range: $0.range, root: $0.root, lastRecorded: $0.lastRecorded,
                segment: $0.object, base: dump, basePosition: cut - 1, by: by)
        }
        try await record(segments)
        try onStep(.recorded)
        // From here on the log may need it.
        try await log.read { _ in try copy.keep() }
        try await remove(try await log.read { try $0.segmentsToRemove() })
        return earlier + segments
    }

    /// Removes what the log says is archived, and still is in the log. All is read once more: this
    /// may be another archive than the one it went to, or that one has lost something since.
    private func finishEarlier() async throws -> [ArchivedSegment] {
        let earlier = try await log.read { try $0.segmentsToRemove() }
        guard let last = earlier.last else { return [] }
        for segment in earlier { _ = try await transfer.values(of: segment.segment) }
        let copy = try await log.read { try BaseCopy(in: $0.directory) }
        try await transfer.base(of: last.segment) { piece in
            try await log.read { _ in try copy.append(piece) }
        }
        try await log.read { _ in try copy.keep() }
        try await remove(earlier)
        return earlier.map(\.segment)
    }

    /// What goes on from an archive goes into it: one that knows half of the events is of no use.
    private func checkGoesOn() async throws {
        guard let last = try await log.read({ try $0.archivedSegments().last }) else { return }
        _ = try await transfer.get(ArchivedObject(name: last.baseName, digest: last.baseDigest))
    }

    // MARK: Into the archive

    /// What has to be known of a segment when its bytes are in the archive.
    private struct Upload {
        let range: ClosedRange<UInt64>
        let root: MerkleHash
        let lastRecorded: UInt64
        let object: ArchivedObject
    }

    private func putSegments(
        from first: UInt64, before cut: UInt64
    ) async throws -> [Upload] {
        var uploads: [Upload] = []
        var next = first
        while next < cut {
            let file = try await segment(from: next, before: cut)
            let last = file.range.upperBound
            let record = try LogFile.decode(file.values[file.values.count - 1], at: last)
            uploads.append(
                Upload(
                    range: file.range, root: file.root, lastRecorded: record.recorded,
                    object: try await transfer.put(file)))
            try onStep(.put(upTo: last))
            next = last + 1
        }
        return uploads
    }

    /// The same events make the same segments each time, as far as the cut is the same.
    private func segment(from first: UInt64, before cut: UInt64) async throws -> SegmentFile {
        var values: [[UInt8]] = []
        var size = 0
        while size < segmentSize, first + UInt64(values.count) < cut {
            let next = first + UInt64(values.count)
            let batch = try await log.read { try $0.checkedValues(from: next, through: cut - 1) }
            for value in batch where size < segmentSize {
                values.append(value)
                size += value.count
            }
        }
        let last = first + UInt64(values.count) - 1
        return try await log.read { [values] reader in
            SegmentFile(
                logID: try reader.slot.with { try $0.logID() }, first: first,
                root: try reader.root(ofSize: last), values: values)
        }
    }

    private func putBase(
        at position: UInt64
    ) async throws -> (object: ArchivedObject, copy: BaseCopy) {
        let make = base
        let dump = try await log.read { try make($0, position) }
        guard dump.position == position else {
            throw EventLogError(
                .archive,
                "the dump of the views is of position \(dump.position), not \(position); "
                    + "nothing left the log")
        }
        let copy = try await log.read { try BaseCopy(in: $0.directory) }
        let object = try await transfer.putBase(position: position) {
            try await log.read { _ in
                let piece = try dump.next()
                if let piece { try copy.append(piece) }
                return piece
            }
        }
        return (object, copy)
    }

    // MARK: Out of the log

    /// Each id follows from what it names, so that the log says it once.
    private func record(_ segments: [ArchivedSegment]) async throws {
        for start in stride(from: 0, to: segments.count, by: Self.groupSize) {
            let events = segments[start...].prefix(Self.groupSize).map { segment in
                NewEvent(
                    id: EventID(derivedFrom: Array("archived \(segment.name)".utf8)),
                    number: ArchivedSegment.number, payload: segment.encoded, isOnce: true)
            }
            _ = try await log.append(events, to: LogEvent.streamName, expecting: .any)
        }
    }

    private func remove(_ segments: [RecordedSegment]) async throws {
        if segments.isEmpty { return }
        let removal = try await log.read { [turnstile = log.turnstile, batchSize] in
            try PayloadRemoval(reader: $0, turnstile: turnstile, batchSize: batchSize)
        }
        for segment in segments {
            var first: UInt64 = 0
            while first <= segment.segment.last {
                // One at a time on the writer's queue, so that appends come between.
                first = try await log.writerQueue.run { try removal.removeBatch(of: segment) }
                try onStep(.removed(first: first))
            }
        }
    }
}

/// One archive command at a time, over all processes. A process that dies gives it back.
final class ArchiveLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `.busy` while another one works.
    init(_ directory: DataDirectory) throws(EventLogError) {
        let path = Self.path(in: directory)
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if file < 0 { throw EventLogError.system(errno, "\(path) cannot be opened") }
        descriptor = try Self.lock(file, LOCK_EX)
    }

    /// Keeps archive commands away while something is read.
    ///
    /// - Returns: `nil` where there never was one.
    /// - Throws: `.busy` while one works.
    init?(reading directory: DataDirectory) throws(EventLogError) {
        let path = Self.path(in: directory)
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 && errno == ENOENT { return nil }
        if file < 0 { throw EventLogError.system(errno, "\(path) cannot be opened") }
        descriptor = try Self.lock(file, LOCK_SH)
    }

    private static func path(in directory: DataDirectory) -> String {
        directory.keys + "/archive.lock"
    }

    private static func lock(_ file: Int32, _ kind: Int32) throws(EventLogError) -> Int32 {
        if flock(file, kind | LOCK_NB) == 0 { return file }
        close(file)
        throw EventLogError(.busy, "an archive command is at work; try again later")
    }

    func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }
}
