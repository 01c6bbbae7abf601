import DRTesting
import EventLog
import Foundation
import Testing

@testable import Engine

/// A log in a folder of its own, and the journal of a run in it.
struct JournalFixture {
    let store: EventStore
    let journal: RunJournal
    let key: EventID
    /// What the journal says that others wrote.
    let foreign = Inbox<TestEvent>()
    private let folder = TemporaryDirectory()

    init() throws {
        let store = try EventStore(DataDirectory(folder.path + "/data"))
        let key = JournalFixture.newID()
        let inbox = self.foreign
        (self.store, self.key) = (store, key)
        journal = RunJournal(
            store: store, runKey: key, makeID: { JournalFixture.newID() },
            onForeign: { inbox.add($0) })
    }

    static func newID() -> EventID {
        var generator = SystemRandomNumberGenerator()
        let time = UInt64(Date().timeIntervalSince1970 * 1_000_000)
        return EventID(time: time, using: &generator)
    }

    var request: RunRequested {
        var request = RunRequested()
        request.runKey = "\(key)"
        request.steps = (0..<3).map { PlannedStep(name: "step \($0)", component: "storage") }
        return request
    }

    /// A journal whose run was requested and has started.
    static func started() async throws -> JournalFixture {
        let fixture = try JournalFixture()
        try await fixture.journal.request(fixture.request, runKey: fixture.key)
        try await fixture.journal.record(.start(RunStarted()))
        return fixture
    }

    /// Writes to the run's stream as another program does.
    func appendFromOutside(_ event: TestEvent) async throws {
        try await appendFromOutside(number: event.number, payload: event.payload)
    }

    func appendFromOutside(number: Int, payload: [UInt8]) async throws {
        let new = NewEvent(id: Self.newID(), number: number, payload: payload)
        _ = try await store.append([new], to: journal.stream, expecting: .any)
    }

    /// Whether others have written what the journal does not know yet.
    func isBehind() async throws -> Bool {
        let revision = try store.reader.revision(ofStream: journal.stream)
        return await journal.isBehind(revision)
    }

    /// The events of the run as they stand in the log.
    func recorded() async throws -> [TestEvent] {
        let stream = journal.stream
        return try await store.read { reader -> [TestEvent] in
            var events: [TestEvent] = []
            var revision: UInt64 = 0
            while true {
                let batch = try reader.events(ofStream: stream, after: revision)
                guard let last = batch.last else { return events }
                for recorded in batch {
                    let record = recorded.record
                    let event = try TestEvent(number: record.number, payload: record.payload)
                    if let event { events.append(event) }
                }
                revision = last.record.revision
            }
        }
    }

    /// Verifies the whole log, and expects nothing to be wrong with it.
    func verify(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let verifier = LogVerifier(store.reader, outside: nil)
        let report = try verifier.verify()
        #expect(report.isClean, "\(report.problems)", sourceLocation: sourceLocation)
    }
}

extension TestEvent {
    static func log(_ message: String) -> TestEvent {
        var log = LogRecorded()
        log.message = message
        return .logRecorded(log)
    }

    static func mark(_ name: String) -> TestEvent {
        var mark = MarkRecorded()
        mark.mark = name
        return .markRecorded(mark)
    }

    static func cancel(by name: String) -> TestEvent {
        var cancel = CancelRequested()
        cancel.by = name
        return .cancelRequested(cancel)
    }

    /// What a log entry or a mark says.
    var word: String? {
        switch self {
        case .logRecorded(let log): log.message
        case .markRecorded(let mark): mark.mark
        case .cancelRequested(let cancel): "cancelled by \(cancel.by)"
        default: nil
        }
    }
}
