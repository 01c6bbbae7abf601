internal import DRTesting
internal import EventLog
internal import Projections
internal import Wire

extension LogNote {
    private static let clockBehindLog = 17

    /// Whether events of a number say something of the log itself.
    static func isMade(ofEventsNumbered number: Int) -> Bool {
        switch number {
        case clockBehindLog, KeyRotated.number, LogReopened.number, RetentionApplied.number,
            ArchivedSegment.number:
            true
        default: false
        }
    }

    /// What an event says of the log itself.
    ///
    /// - Returns: `nil` for all other events.
    init?(_ event: RecordedEvent) {
        guard let (name, words) = Self.content(of: event) else { return nil }
        self.init(
            position: event.position, time: event.record.recorded, name: name, words: words)
    }

    private static func content(of event: RecordedEvent) -> (String, String)? {
        let payload = event.record.payload
        switch event.record.number {
        case clockBehindLog:
            return ClockGap(payload).map { ("clock_behind_log", $0.words) }
        case KeyRotated.number:
            return (try? KeyRotated(payload: payload)).map { ("key_rotated", words(about: $0)) }
        case LogReopened.number:
            return (try? LogReopened(payload: payload)).map { ("log_reopened", words(about: $0)) }
        case RetentionApplied.number:
            return (try? RetentionApplied(payload: payload)).map {
                ("retention_applied", words(about: $0))
            }
        case ArchivedSegment.number:
            return (try? ArchivedSegment(payload: payload)).map {
                ("segment_archived", words(about: $0))
            }
        default: return nil
        }
    }

    private static func words(about event: KeyRotated) -> String {
        "The key that signs the checkpoints was replaced by \(event.by.printable()): "
            + "\(event.reason.printable())."
    }

    private static func words(about event: LogReopened) -> String {
        "The log was reopened by \(event.by.printable()) with its first "
            + "\(event.size.counted("event")), and what had come after them was lost: "
            + "\(event.reason.printable())."
    }

    private static func words(about event: RetentionApplied) -> String {
        "\(event.by.printable()) had the tables leave out log lines and metrics from before "
            + "\(RFC3339.text(event.logCutOff)), and results from before "
            + "\(RFC3339.text(event.resultCutOff)). The events stay in the log."
    }

    private static func words(about segment: ArchivedSegment) -> String {
        "\(segment.by.printable()) moved the events from \(segment.first) to \(segment.last) to "
            + "the archive, as \(segment.name.printable()). Their hashes stay in the log."
    }
}

/// The clock had gone back: `ClockBehindLog`.
private struct ClockGap: WireSchema {
    /// What the clock said, and what the last event has, in microseconds since 1970.
    var clockUs: UInt64 = 0
    var recordedUs: UInt64 = 0

    static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.clockUs), .uint64(2, \.recordedUs),
    ]

    init() {}

    init?(_ payload: [UInt8]) {
        guard let gap = try? ClockGap(from: WireReader(payload)) else { return nil }
        self = gap
    }

    var words: String {
        "The clock had gone back to \(RFC3339.text(clockUs)), "
            + "\(ReportText.microseconds(recordedUs.subtractingClamped(clockUs))) before the last "
            + "event. Times are held back until it has caught up."
    }
}
