import ArgumentParser
import EventLog

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Show what was recorded, event by event.")

    @Option(help: "Only the events of this test.")
    var test: UInt64?

    @Option(help: "Only what was recorded then or later: a position, or a time as for --at.")
    var from: Moment?

    @Option(help: "Only what had been recorded then: \(Moment.help).")
    var at: Moment?

    @Option(
        help: """
            As it happened, so many times as fast: 1, 10x, 0.5. Nothing is waited for longer than \
            10 seconds. (default: all at once)
            """)
    var speed: ReplaySpeed?

    @OptionGroup var archive: ArchiveOption

    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            let count = try await archive.withLog(data.reader()) { log in
                let first = try await log.firstPosition(of: from)
                let last = try await log.position(of: at)
                return try await replay(EventPages(log, test: test, from: first, upTo: last))
            }
            if count == 0 {
                complain(nothing)
                throw ExitCode.nothingFound
            }
        } catch {
            throw explained(error)
        }
    }

    /// What there is to say if no event is shown.
    private var nothing: String {
        if from != nil { return "nothing was recorded then" }
        return test.map { "there is no test \($0)" } ?? "nothing had been recorded"
    }

    /// - Returns: how many events were shown.
    private func replay(_ events: EventPages) async throws -> Int {
        let interruption = Interruption()
        let start = ContinuousClock.now
        var pages = events
        var pace = speed.map { ReplayPace(speed: $0) }
        var count = 0
        while let page = try await pages.next() {
            count += page.count
            if pace == nil, !page.isEmpty {
                try tell(page.map { EventText.line($0) }.joined(separator: "\n"))
            }
            for event in page {
                guard let due = pace?.due(recorded: event.record.recorded) else { break }
                await interruption.pause(until: start + due)
                try interruption.check()
                try tell(EventText.line(event))
            }
            try interruption.check()
        }
        return count
    }
}

/// The events of the whole log or of one test, in order, a batch at a time.
private struct EventPages {
    private let log: WholeLog
    private let first: UInt64
    private let last: UInt64
    /// The first event of the test; `nil` if all events are shown.
    private let beginning: RecordedEvent?
    /// Where the next event may be, and the revision of the one before.
    private var place: UInt64
    private var revision: UInt64 = 0

    init(
        _ log: WholeLog, test: UInt64?, from first: UInt64, upTo last: UInt64
    ) async throws {
        (self.log, self.first, self.last) = (log, first, last)
        guard let test else {
            (beginning, place) = (nil, first)
            return
        }
        let found = try await test <= last ? log.events(from: test).first : nil
        let isTest =
            found?.position == test && found?.record.streamName.hasPrefix("run/") == true
        // Beyond the last event there is nothing.
        (beginning, place) = (isTest ? found : nil, isTest ? test : .max)
    }

    /// - Returns: `nil` after the last; a batch may be empty.
    mutating func next() async throws -> [RecordedEvent]? {
        if place > last { return nil }
        let events: [RecordedEvent]
        if let record = beginning?.record {
            events = try await log.events(
                ofStream: record.streamName, number: record.stream, after: revision, from: place)
        } else {
            events = try await log.events(from: place)
        }
        guard let end = events.last else { return nil }
        (place, revision) = (end.position + 1, end.record.revision)
        return events.filter { first <= $0.position && $0.position <= last }
    }
}
