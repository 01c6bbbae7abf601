import DRTesting
import EventLog

/// Compares what left a log for an archive with the hashes that stayed in it.
struct ArchiveCheck: Sendable {
    private static let maximumProblems = 100

    private(set) var segments = 0
    private(set) var events: UInt64 = 0
    private(set) var problems: [String] = []
    private(set) var isTruncated = false

    var isClean: Bool { problems.isEmpty }

    /// - Throws: what the archive throws if it cannot be read: that says nothing of the events.
    mutating func check(_ archived: ArchivedEvents) async throws {
        for segment in archived.segments {
            do {
                _ = try await archived.values(of: segment)
                segments += 1
            } catch let error as EventLogError where error.code == .archive {
                add("positions \(segment.first) to \(segment.last): \(error)")
            }
            events = segment.last
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
        ["archive: \(segments.counted("segment")) compared, up to position \(events)"]
            + problems.map { "NOT INTACT: archive: \($0.printable())" }
            + (isTruncated ? ["NOT INTACT: archive: there are more problems than these"] : [])
    }
}
