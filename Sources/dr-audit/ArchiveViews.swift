import Dispatch
import EventLog
import Projections
import Synchronization

/// What every table says at the moment at which events leave the log.
struct ArchiveViews: Sendable {
    let store: any ArchiveStore

    /// Goes on from the dump that went with the events before, if there are any.
    ///
    /// Blocks, also on the archive.
    func base(_ reader: EventReader, at position: UInt64) throws -> ArchiveBase {
        let archived = ArchivedEvents(
            store, segments: try reader.archivedSegments(), reader: reader)
        do {
            let earlier = try Self.earlierBase(archived)
            return try ViewBase(
                of: Views.all, EventSource(reader), upTo: position, from: earlier
            ).forArchive
        } catch let error as ViewError where error.code == .notInBase {
            // A table that is newer than the dump begins with the first event.
            let source = try EventSource(reader) { position, limit in
                try waiting { try await archived.events(from: position, limit: limit) }
            }
            return try ViewBase(of: Views.all, source, upTo: position).forArchive
        }
    }

    private static func earlierBase(_ archived: ArchivedEvents) throws -> ViewBase? {
        guard let last = archived.segments.last else { return nil }
        let dump = Dump()
        try waiting {
            try await archived.base(of: last) { @Sendable piece in dump.add(piece) }
        }
        return try ViewBase(bytes: dump.bytes)
    }
}

private final class Dump: Sendable {
    private let pieces = Mutex<[UInt8]>([])

    var bytes: [UInt8] { pieces.withLock { $0 } }

    func add(_ piece: [UInt8]) { pieces.withLock { $0 += piece } }
}

/// Waits for what is asynchronous, on a thread that may wait: never on the cooperative pool.
private func waiting<Value: Sendable>(
    for body: @escaping @Sendable () async throws -> Value
) throws -> Value {
    let outcome = Outcome<Value>()
    let end = DispatchSemaphore(value: 0)
    Task {
        do {
            outcome.set(.success(try await body()))
        } catch {
            outcome.set(.failure(error))
        }
        end.signal()
    }
    end.wait()
    return try outcome.get()
}

private final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func set(_ result: Result<Value, any Error>) { self.result.withLock { $0 = result } }

    func get() throws -> Value {
        guard let result = result.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }
}
