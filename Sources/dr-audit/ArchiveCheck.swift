import DRTesting
import EventLog

/// Compares what left a log for an archive with the hashes that stayed in it.
struct ArchiveCheck: Sendable {
    private static let maximumProblems = 100

    /// How many segments are what their hashes in the log say.
    private(set) var segments = 0
    /// The last position whose event was compared; 0 if nothing has left the log.
    private(set) var last: UInt64 = 0
    private(set) var problems: [String] = []
    private(set) var isTruncated = false

    var isClean: Bool { problems.isEmpty }

    /// - Throws: what the archive throws if it cannot be read: that says nothing of the events.
    mutating func check(_ archived: ArchivedEvents) async throws {
        for segment in archived.segments {
            let isWhole = try await isIntact(segment) { _ = try await archived.values(of: $0) }
            if isWhole { segments += 1 }
            last = segment.last
        }
        // Segments that went together have one dump.
        var checked: String?
        for segment in archived.segments where segment.baseName != checked {
            _ = try await isIntact(segment) { try await archived.base(of: $0) { _ in } }
            checked = segment.baseName
        }
    }

    private mutating func isIntact(
        _ segment: ArchivedSegment, _ read: (ArchivedSegment) async throws -> Void
    ) async throws -> Bool {
        do {
            try await read(segment)
            return true
        } catch let error as EventLogError where error.code == .archive {
            add("positions \(segment.first) to \(segment.last): \(error)")
            return false
        }
    }

    private mutating func add(_ problem: String) {
        if problems.count < Self.maximumProblems {
            problems.append(problem)
        } else {
            isTruncated = true
        }
    }

    /// In words, for people.
    var lines: [String] {
        let compared = "\(segments.counted("segment")) compared, up to position \(last)"
        return ["archive: \(last == 0 ? "nothing has left the log" : compared)"]
            + problems.map { "NOT INTACT: archive: \($0.printable())" }
            + (isTruncated ? ["NOT INTACT: archive: there are more problems than these"] : [])
    }
}
