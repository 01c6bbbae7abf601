public import DRTesting
public import EventLog
internal import Synchronization

/// A table whose rows people keep, as the events of one stream tell it.
public protocol CatalogTable: Sendable {
    static var stream: String { get }

    init()

    mutating func apply(_ event: TestEvent)
}

extension Scenarios: CatalogTable {}
extension Schedules: CatalogTable {}
extension Excuses: CatalogTable {}
extension Cadences: CatalogTable {}
extension Reports: CatalogTable {}

/// A table, as of a revision of its stream.
public struct CatalogState<Table: CatalogTable>: Sendable {
    public private(set) var table = Table()
    /// How many events of the stream are in it.
    public private(set) var revision: UInt64 = 0
    /// The position of the event that made or changed a row last, by the id of the row.
    public private(set) var positions: [UInt64: UInt64] = [:]

    public init() {}

    /// With what the log has beyond it. Blocks.
    func caughtUp(with reader: EventReader) throws -> CatalogState {
        var state = self
        while true {
            let events = try reader.events(ofStream: Table.stream, after: state.revision)
            if events.isEmpty { return state }
            for event in events { try state.apply(event) }
        }
    }

    private mutating func apply(_ recorded: RecordedEvent) throws {
        let record = recorded.record
        revision = record.revision
        // What a newer program has recorded is passed over.
        guard let event = try TestEvent(number: record.number, payload: record.payload) else {
            return
        }
        table.apply(event)
        if let row = event.changedRow { positions[row] = recorded.position }
    }
}

/// What came of a change.
public struct CatalogChange<Table: CatalogTable>: Sendable {
    /// What was appended; nothing if all was so already.
    public let events: [TestEvent]
    /// The table after it.
    public let state: CatalogState<Table>
}

/// The tables that people keep, read from the log and changed by appending to it.
///
/// Many may change a table at once, in several processes too: whoever was not first is asked again
/// what he wants, of the table as it then stands.
public final class Catalog: Sendable {
    private static let maximumAttempts = 20

    private let store: EventStore
    private let clock: LogClock
    /// What was read before, by the name of the stream.
    private let known = Mutex<[String: any Sendable]>([:])

    public init(_ store: EventStore, clock: LogClock = .system) {
        (self.store, self.clock) = (store, clock)
    }

    /// A table as the log has it now.
    ///
    /// - Throws: `EventLogError`.
    public func state<Table: CatalogTable>(
        of table: Table.Type
    ) async throws -> CatalogState<Table> {
        let before = known.withLock { $0[Table.stream] } as? CatalogState<Table>
        let state = try await store.read { [before = before ?? CatalogState()] reader in
            try before.caughtUp(with: reader)
        }
        known.withLock { known in
            let kept = (known[Table.stream] as? CatalogState<Table>)?.revision ?? 0
            if state.revision > kept { known[Table.stream] = state }
        }
        return state
    }

    /// Changes a table. What was appended is durable on return.
    ///
    /// - Parameter decide: what is to be appended, if the table is so; nothing if that is so
    ///   already. It is asked again when somebody else was faster.
    /// - Throws: what `decide` throws, and `EventLogError`.
    public func change<Table: CatalogTable>(
        _ table: Table.Type,
        decide: @Sendable (CatalogState<Table>) async throws -> [TestEvent]
    ) async throws -> CatalogChange<Table> {
        var attempt = 0
        while true {
            attempt += 1
            let state = try await state(of: table)
            let events = try await decide(state)
            if events.isEmpty { return CatalogChange(events: [], state: state) }
            do {
                _ = try await store.append(
                    events.map(news), to: Table.stream,
                    expecting: state.revision == 0 ? .noStream : .exactly(state.revision))
                return CatalogChange(events: events, state: try await self.state(of: table))
            } catch let error as EventLogError {
                guard attempt < Self.maximumAttempts, error.asksAgain else { throw error }
            }
        }
    }

    private func news(_ event: TestEvent) -> NewEvent {
        var generator = SystemRandomNumberGenerator()
        return NewEvent(
            id: EventID(time: clock.now(), using: &generator), number: event.number,
            payload: event.payload)
    }
}

extension EventLogError {
    /// Somebody else was first, or it cannot be told whether the events are there: the table as it
    /// then stands says what is left to do.
    fileprivate var asksAgain: Bool {
        switch code {
        case .wrongRevision, .outcomeUnknown: true
        default: false
        }
    }
}

extension TestEvent {
    /// The id of the row that people made or changed with it. A schedule that fires is not changed.
    fileprivate var changedRow: UInt64? {
        switch self {
        case .scenarioCreated(let row), .scenarioChanged(let row): row.id
        case .scheduleCreated(let row), .scheduleChanged(let row): row.id
        case .excuseCreated(let row), .excuseChanged(let row): row.id
        case .cadenceCreated(let row), .cadenceChanged(let row): row.id
        case .scenarioDisabled(let change), .scenarioEnabled(let change),
            .scenarioRemoved(let change), .scheduleDisabled(let change),
            .scheduleEnabled(let change), .scheduleRemoved(let change),
            .excuseDisabled(let change), .excuseEnabled(let change), .excuseRemoved(let change),
            .cadenceDisabled(let change), .cadenceEnabled(let change),
            .cadenceRemoved(let change):
            change.id
        case .reportGenerated(let report): report.id
        default: nil
        }
    }
}
