internal import Dispatch
public import EventLog
internal import Synchronization

extension ArchivedEvents {
    /// For folds, which wait for every answer of the archive: never to be called on a thread of the
    /// cooperative pool. `Folding.run` has one of its own.
    public nonisolated var forFolding: EventSource.Archive {
        return { position, limit in
            let answer = Answer<[RecordedEvent]>()
            Task {
                do {
                    answer.give(.success(try await self.events(from: position, limit: limit)))
                } catch {
                    answer.give(.failure(error))
                }
            }
            return try answer.take()
        }
    }
}

/// Where views are folded that may wait for an archive.
public enum Folding {
    /// Runs `body` on a thread on which it may block.
    public static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "dr-testing.folding").async {
                continuation.resume(with: Result { try body() })
            }
        }
    }
}

/// What one thread waits for and another one finds out.
private final class Answer<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let isThere = DispatchSemaphore(value: 0)

    func give(_ value: Result<Value, any Error>) {
        result.withLock { $0 = value }
        isThere.signal()
    }

    func take() throws -> Value {
        isThere.wait()
        return try result.withLock { $0 }!.get()
    }
}
