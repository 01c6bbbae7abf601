internal import DRTesting
internal import EventLog

/// Writes a run's events to its stream, in the order in which they are given.
///
/// `write` returns when the events are durable. `note` returns at once: notes are written together
/// every 100 ms, and always before the next `write`. Other programs may write to the stream too,
/// to cancel the run; what they write is handed to `onForeign`.
actor RunJournal {
    private static let notePause: Duration = .milliseconds(100)
    /// A disk that fails so often in a row will not do better.
    private static let maximumRetries = 10

    nonisolated let stream: String
    private let store: EventStore
    private let makeID: @Sendable () -> EventID
    private let onForeign: @Sendable (TestEvent) -> Void
    private(set) var run = TestRun()
    /// Where the first event stands: the id of the test.
    private(set) var firstPosition: UInt64 = 0
    private var revision: UInt64 = 0
    private var notes: [NewEvent] = []
    private var isNoteWriterRunning = false
    private var tail: Task<Void, any Error>?
    /// The log refused events: the run must stop.
    private(set) var failure: (any Error)?

    init(
        store: EventStore, runKey: EventID, makeID: @escaping @Sendable () -> EventID,
        onForeign: @escaping @Sendable (TestEvent) -> Void
    ) {
        self.store = store
        self.stream = Self.stream(of: "\(runKey)")
        self.makeID = makeID
        self.onForeign = onForeign
    }

    static func stream(of runKey: String) -> String { "run/\(runKey)" }

    /// Records the first event of the run.
    func request(_ event: RunRequested, runKey: EventID) async throws {
        let payload = TestEvent.runRequested(event)
        let new = NewEvent(
            id: runKey, number: payload.number, payload: payload.payload, isOnce: true)
        run.apply(payload)
        try await enqueue([new]).value
    }

    /// Records what a command adds to the run, and waits until it is durable.
    func record(_ command: TestRun.Command) async throws {
        try await write(try TestRun.decide(command, in: run))
    }

    /// Records the end of the run and, in the same append, what people must know of it. The end
    /// comes last, so that nothing of the run follows it.
    func finish(_ finish: RunFinished) async throws {
        // So that no notes come between, and the append is not cut in two.
        try await enqueue([]).value
        let events = try TestRun.decide(.finish(finish), in: run)
        var ended = run
        for event in events { ended.apply(event) }
        let alerts = events.isEmpty ? [] : AlertRules.alerts(of: ended, test: firstPosition)
        try await write(alerts.map { TestEvent.alertRaised($0) } + events)
    }

    func write(_ events: [TestEvent]) async throws {
        if events.isEmpty { return }
        for event in events { run.apply(event) }
        try await enqueue(events.map(newEvent)).value
    }

    /// Records without waiting.
    func note(_ event: TestEvent) {
        run.apply(event)
        notes.append(newEvent(event))
        guard !isNoteWriterRunning else { return }
        isNoteWriterRunning = true
        Task {
            try? await Task.sleep(for: Self.notePause)
            isNoteWriterRunning = false
            if !notes.isEmpty { _ = enqueue([]) }
        }
    }

    /// Waits until everything noted so far is durable, and takes over what others wrote.
    func synchronize() async throws {
        try await enqueue([]).value
        try await readForeign()
    }

    private func newEvent(_ event: TestEvent) -> NewEvent {
        NewEvent(id: makeID(), number: event.number, payload: event.payload)
    }

    /// Puts events, and the notes before them, behind those that are being written.
    private func enqueue(_ events: [NewEvent]) -> Task<Void, any Error> {
        let batch = notes + events
        notes = []
        let previous = tail
        let task = Task {
            try await previous?.value
            try await append(batch)
        }
        tail = task
        return task
    }

    private func append(_ events: [NewEvent]) async throws {
        var rest = events[...]
        do {
            while !rest.isEmpty {
                let batch = Array(rest.prefix(1000))
                let receipt = try await appendOnce(batch)
                if revision == 0 { firstPosition = receipt.firstPosition }
                revision = receipt.lastRevision
                rest = rest.dropFirst(batch.count)
            }
        } catch {
            failure = error
            throw RunnerError(.notRecorded, "the run cannot be recorded: \(error)")
        }
    }

    private func appendOnce(_ events: [NewEvent]) async throws -> AppendReceipt {
        var unknown = 0
        while true {
            let expected: ExpectedRevision = revision == 0 ? .noStream : .exactly(revision)
            do {
                return try await store.append(events, to: stream, expecting: expected)
            } catch let error as EventLogError {
                switch error.code {
                case .wrongRevision: try await readForeign()
                case .outcomeUnknown where unknown < Self.maximumRetries:
                    // The same ids again tell what became of the first try.
                    unknown += 1
                    try await Task.sleep(for: .milliseconds(20))
                default: throw error
                }
            }
        }
    }

    /// Whether others have written to the stream.
    func isBehind(_ stored: UInt64) async -> Bool {
        _ = await tail?.result
        return stored > revision
    }

    /// Takes over what others wrote to the stream.
    func readForeign() async throws {
        let (stream, known) = (stream, revision)
        let events = try await store.read { try $0.events(ofStream: stream, after: known) }
        for recorded in events where recorded.record.revision > revision {
            revision = recorded.record.revision
            let record = recorded.record
            guard let event = try TestEvent(number: record.number, payload: record.payload) else {
                continue
            }
            run.apply(event)
            onForeign(event)
        }
    }
}
