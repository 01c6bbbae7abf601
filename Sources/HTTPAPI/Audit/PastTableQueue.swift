internal import Dispatch
internal import EventLog
internal import HTTPTypes
internal import Projections
internal import Synchronization

/// Builds tables as they were, few at a time: each reads the log from its beginning.
final class PastTableQueue: Sendable {
    /// Two cores are left nothing by more of them.
    private static let maximum = 2

    private let store: EventStore
    private let underWay = Mutex(0)

    init(_ store: EventStore) { self.store = store }

    /// Begins to build a table, and returns when there is something of it to send.
    ///
    /// - Throws: `APIError` if others are being built, or events are missing.
    func table(_ view: any ReadModel.Type, at position: UInt64) async throws -> PastTable {
        let isFree = underWay.withLock { count in
            if count >= Self.maximum { return false }
            count += 1
            return true
        }
        guard isFree else {
            throw APIError(
                .serviceUnavailable, code: "busy",
                "other tables are being built as they were; try again in a few seconds",
                headers: [.retryAfter: "3"])
        }
        let pieces = TablePieces()
        build(view, at: position, into: pieces)
        do {
            return try await PastTable(pieces)
        } catch let error as EventLogError {
            throw APIError.told(error)
        }
    }

    /// On a thread of its own, since it blocks.
    private func build(_ view: any ReadModel.Type, at position: UInt64, into pieces: TablePieces) {
        DispatchQueue(label: "dr-testing.past-table").async { [self] in
            defer { underWay.withLock { $0 -= 1 } }
            do {
                try PastTables.write(view, at: position, store.reader, to: { try pieces.put($0) })
                pieces.finish(nil)
            } catch {
                pieces.finish(error)
            }
        }
    }
}
