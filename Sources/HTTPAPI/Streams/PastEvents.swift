internal import EventLog

/// Reads what was recorded before a client came, a page at a time: of the whole log, or of one
/// stream.
struct PastEvents: Sendable {
    /// A thousand clients may read at once, and an event may have 64 KiB.
    private static let pageSize = 100

    /// Where reading goes on.
    private enum Place: Sendable {
        case log
        case stream(name: String, afterRevision: UInt64)

        /// The first events from a position on; none after the last.
        func events(from next: UInt64, _ reader: EventReader) throws -> [RecordedEvent] {
            guard case .stream(let name, var revision) = self else {
                return try reader.events(from: next, limit: PastEvents.pageSize)
            }
            while true {
                let page = try reader.events(
                    ofStream: name, after: revision, limit: PastEvents.pageSize)
                let wanted = page.filter { $0.position >= next }
                guard wanted.isEmpty, let last = page.last else { return wanted }
                revision = last.record.revision
            }
        }

        func after(_ event: RecordedEvent?) -> Place {
            guard case .stream(let name, _) = self, let event else { return self }
            return .stream(name: name, afterRevision: event.record.revision)
        }
    }

    private struct Page: Sendable {
        let place: Place
        let frames: [EventFrame]
    }

    private let store: EventStore
    private let frames: EventFrames
    private var place: Place
    /// The first position that is still wanted.
    private(set) var next: UInt64

    /// The events after a position: of a stream, or of all of them.
    init(_ hub: EventHub, after position: UInt64, ofStream name: String? = nil) {
        (store, frames) = (hub.store, hub.frames)
        place = name.map { .stream(name: $0, afterRevision: 0) } ?? .log
        next = position + 1
    }

    /// The next page.
    ///
    /// - Parameter end: only events before it are wanted.
    /// - Returns: `nil` if there is nothing more. What comes later is there when asked again.
    mutating func page(before end: UInt64 = .max) async throws -> [EventFrame]? {
        let (place, next) = (place, next)
        let page = try await store.read { [frames] reader in
            let events = try place.events(from: next, reader).filter { $0.position < end }
            return Page(
                place: place.after(events.last), frames: try frames.frames(of: events, reader))
        }
        guard let last = page.frames.last else { return nil }
        (self.place, self.next) = (page.place, last.position + 1)
        return page.frames
    }
}
