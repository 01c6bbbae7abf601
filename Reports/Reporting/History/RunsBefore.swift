internal import DRTesting
internal import EventLog
internal import Synchronization

/// The runs that began before a position of the log, as far as it still holds them.
struct RunsBefore {
    /// Drills that had ended by then, in the order of their ends.
    private(set) var drills: [DrillSummary] = []
    /// The first events of runs of all purposes that had not, by the numbers of their streams.
    private(set) var open: [UInt64: RecordedEvent] = [:]

    private enum Run: Sendable {
        case ended(DrillSummary)
        /// Few of very many: it stands by itself, so that each of all is small.
        indirect case open(RecordedEvent)

        /// - Returns: `nil` for one that is over and was no drill, or that cannot be read.
        init?(_ outline: StreamOutline, sharing values: borrowing Mutex<SharedValues>) {
            let first = outline.first
            guard var opening = RunOpening(first) else { return nil }
            guard let end = outline.last.flatMap({ DrillSummary.End($0) }) else {
                self = .open(first)
                return
            }
            guard opening.isDrill else { return nil }
            values.withLock { $0.share(&opening) }
            self = .ended(DrillSummary(opening, of: first, end: end))
        }
    }

    /// - Parameter values: what the summaries have in common.
    init(
        _ position: UInt64, _ reader: EventReader, sharing values: inout SharedValues
    ) throws {
        // Summaries are made on the threads that read: there may be very many.
        let shared = Mutex(values)
        let runs: [Run] = try reader.outlines(
            ofStreamsBegunBy: RunEvent.requested, endedBy: RunEvent.finished, before: position
        ) { Run($0, sharing: shared) }
        values = shared.withLock { $0 }
        for run in runs {
            switch run {
            case .ended(let drill): drills.append(drill)
            case .open(let first): open[first.record.stream] = first
            }
        }
        drills.sort { ($0.end?.position ?? 0) < ($1.end?.position ?? 0) }
    }
}
