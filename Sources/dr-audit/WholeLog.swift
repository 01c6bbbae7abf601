import EventLog
import Projections

/// The events of a log, also those that have left it, if their archive is at hand.
struct WholeLog: Sendable {
    let reader: EventReader
    private let archived: ArchivedEvents?

    init(_ reader: EventReader, _ archived: ArchivedEvents? = nil) {
        (self.reader, self.archived) = (reader, archived)
    }

    /// For tables, which are folded where it may be waited for the archive: in `Folding.run`.
    var forFolding: EventSource.Archive? { archived?.forFolding }

    /// The events from a position on, in order; none after the last.
    ///
    /// - Throws: `EventLogError` with `.archived` if they are in an archive that is not given.
    func events(from position: UInt64) async throws -> [RecordedEvent] {
        if let archived, let last = archived.segments.last?.last, position <= last {
            return try await archived.events(from: position)
        }
        return try reader.events(from: position)
    }

    /// The events of a stream after a revision, in order; none after the last.
    ///
    /// - Parameters:
    ///   - number: of the stream.
    ///   - position: where they may begin. An archive has no index of streams.
    func events(
        ofStream name: String, number: UInt64, after revision: UInt64, from position: UInt64
    ) async throws -> [RecordedEvent] {
        do {
            return try reader.events(ofStream: name, after: revision)
        } catch let error as EventLogError {
            guard range(of: error) != nil else { throw error }
        }
        var next = position
        while case let page = try await events(from: next), let end = page.last {
            let found = page.filter { $0.record.stream == number }
            if !found.isEmpty { return found }
            next = end.position + 1
        }
        return []
    }

    /// The stored bytes of an event that has left the log; `nil` if there is no archive.
    func archivedValue(at position: UInt64, in segment: ArchivedSegment) async throws -> [UInt8]? {
        try await archived?.values(of: segment)[Int(position - segment.first)]
    }
}

// MARK: Moments

extension WholeLog {
    /// The last position that had been recorded at a moment; that of the last event, if none is
    /// given.
    func position(of moment: Moment?) async throws -> UInt64 {
        guard let moment else { return try reader.head().position }
        do {
            return try moment.position(in: reader)
        } catch let error as EventLogError {
            guard let segment = range(of: error) else { throw error }
            return try await first(in: segment, where: { !moment.covers($0) }) - 1
        }
    }

    /// The first position that was recorded at a moment or later; 1, if none is given.
    func firstPosition(of moment: Moment?) async throws -> UInt64 {
        guard let moment else { return 1 }
        do {
            return try moment.firstPosition(in: reader)
        } catch let error as EventLogError {
            guard let segment = range(of: error) else { throw error }
            return try await first(in: segment, where: { moment.isReached(by: $0) })
        }
    }

    /// The positions of the segment that has what was asked for; `nil` if it is another error, or
    /// the archive is not there.
    private func range(of error: EventLogError) -> ClosedRange<UInt64>? {
        guard archived != nil, case .archived(let first, let last, _) = error.code else {
            return nil
        }
        return first...last
    }

    /// The position of the first such event; one after the last if there is none.
    private func first(
        in segment: ClosedRange<UInt64>, where isFound: (RecordedEvent) -> Bool
    ) async throws -> UInt64 {
        var next = segment.lowerBound
        while next <= segment.upperBound {
            let page = try await events(from: next)
            if let found = page.first(where: isFound) { return found.position }
            guard let end = page.last else { break }
            next = end.position + 1
        }
        return next
    }
}
