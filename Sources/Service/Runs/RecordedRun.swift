internal import DRTesting
internal import EventLog

/// One run as the log has it so far.
struct RecordedRun: Sendable {
    let key: EventID
    /// Of the test; 0 before anything is recorded.
    private(set) var id: UInt64 = 0
    private(set) var run = TestRun()
    /// How many events were read.
    private(set) var revision: UInt64 = 0
    private(set) var end: RunEnd?

    init(key: EventID) { self.key = key }

    var stream: String { Self.stream(of: key) }

    static func stream(of key: EventID) -> String { "run/\(key)" }

    /// Reads what has come since. Blocks.
    ///
    /// - Returns: whether anything has.
    mutating func catchUp(with reader: EventReader) throws -> Bool {
        let before = revision
        while true {
            let events = try reader.events(ofStream: stream, after: revision)
            if events.isEmpty { return revision > before }
            for event in events { try apply(event) }
        }
    }

    private mutating func apply(_ recorded: RecordedEvent) throws {
        let record = recorded.record
        if revision == 0 { id = recorded.position }
        revision = record.revision
        // What a newer program has recorded is passed over.
        guard let event = try TestEvent(number: record.number, payload: record.payload) else {
            return
        }
        run.apply(event)
        if case .runFinished(let finish) = event, end == nil {
            end = RunEnd(
                status: finish.status, verdict: finish.verdict, position: recorded.position,
                unmet: run.prerequisites.filter { $0.verdict != .passed }.map {
                    UnmetPrerequisite($0)
                })
        }
    }
}

extension RecordedRun {
    /// Waits for the end of a run, whoever carries it out.
    static func end(of key: EventID, in store: EventStore) async throws -> RunEnd {
        var known = RecordedRun(key: key)
        while true {
            let (next, hasNews) = try await store.read { [known] reader in
                var next = known
                let hasNews = try next.catchUp(with: reader)
                return (next, hasNews)
            }
            known = next
            if let end = known.end { return end }
            // One look at an index: nothing is read while nothing came.
            if !hasNews { try await Task.sleep(for: .milliseconds(50)) }
        }
    }
}
