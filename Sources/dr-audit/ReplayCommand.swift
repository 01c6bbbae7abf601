import ArgumentParser
import EventLog

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Show what was recorded, event by event.")

    @Option(help: "Only the events of this test.")
    var test: UInt64?

    @Option(help: "Only what had been recorded then: \(Moment.help).")
    var at: Moment?

    @Option(
        help: """
            As it happened, so many times as fast: 1, 10x, 0.5. Nothing is waited for longer than \
            10 seconds. (default: all at once)
            """)
    var speed: ReplaySpeed?

    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            let reader = try data.reader()
            let last = try at?.position(in: reader) ?? reader.head().position
            if try await replay(EventPages(reader, test: test, upTo: last)) == 0 {
                complain(test.map { "there is no test \($0)" } ?? "nothing had been recorded")
                throw ExitCode.nothingFound
            }
        } catch {
            throw explained(error)
        }
    }

    /// - Returns: how many events were shown.
    private func replay(_ events: EventPages) async throws -> Int {
        let interruption = Interruption()
        let start = ContinuousClock.now
        var pages = events
        var pace = speed.map { ReplayPace(speed: $0) }
        var count = 0
        while let page = try pages.next() {
            count += page.count
            if pace == nil, !page.isEmpty {
                try tell(page.map { EventText.line($0) }.joined(separator: "\n"))
            }
            for event in page {
                guard let due = pace?.due(recorded: event.record.recorded) else { break }
                await interruption.pause(until: start + due)
                try Self.check(interruption)
                try tell(EventText.line(event))
            }
            try Self.check(interruption)
        }
        return count
    }

    private static func check(_ interruption: Interruption) throws {
        if let signal = interruption.received { throw ExitCode(128 + signal) }
    }
}

/// The events of the whole log or of one test, in order, a batch at a time.
private struct EventPages {
    private let reader: EventReader
    private let last: UInt64
    /// The stream of the test; empty if there is no such test.
    private let stream: String?
    /// The next position, or the last revision of the stream.
    private var place: UInt64

    init(_ reader: EventReader, test: UInt64?, upTo last: UInt64) throws {
        (self.reader, self.last) = (reader, last)
        stream = try test.map { try Self.stream(of: $0, upTo: last, reader) ?? "" }
        place = stream == nil ? 1 : 0
    }

    /// The stream that begins with the test.
    private static func stream(
        of test: UInt64, upTo last: UInt64, _ reader: EventReader
    ) throws -> String? {
        guard test <= last, let first = try reader.events(from: test, limit: 1).first,
            first.position == test, first.record.streamName.hasPrefix("run/")
        else { return nil }
        return first.record.streamName
    }

    /// - Returns: `nil` after the last; a batch may be empty.
    mutating func next() throws -> [RecordedEvent]? {
        let events: [RecordedEvent]
        if let stream {
            events = stream.isEmpty ? [] : try reader.events(ofStream: stream, after: place)
            place = events.last?.record.revision ?? place
        } else {
            events = place > last ? [] : try reader.events(from: place)
            place = events.last.map { $0.position + 1 } ?? place
        }
        return events.isEmpty ? nil : events.filter { $0.position <= last }
    }
}
