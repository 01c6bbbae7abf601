import EventLog
import Foundation
import Synchronization

/// Appends, says what was acknowledged, and tries again what was not.
final class Appender: Sendable {
    let store: EventStore
    private let attempts: Int
    private let outside: String?
    /// So many appends for each checkpoint.
    private let every: Int
    private let appends = Mutex(0)

    init(_ directory: DataDirectory, clock: LogClock, _ arguments: Arguments) async throws {
        let attempts = arguments.number("--attempts", else: 20)
        store = try await retrying(attempts: attempts) {
            try EventStore(directory, clock: clock)
        }
        self.attempts = attempts
        outside = arguments.text("--outside")
        every = arguments.number("--every", else: 10)
    }

    static func event(payload: [UInt8]) -> NewEvent {
        var generator = SystemRandomNumberGenerator()
        return NewEvent(
            id: EventID(time: LogClock.system.now(), using: &generator), number: 100,
            payload: payload)
    }

    func append(_ events: [NewEvent], to stream: String, after revision: UInt64) async throws {
        let start = ContinuousClock.now
        let receipt = try await retrying(attempts: attempts) { [store] in
            do {
                return try await store.append(events, to: stream, expecting: .exactly(revision))
            } catch {
                try await Self.readHead(of: store)
                throw error
            }
        }
        let took = Int((ContinuousClock.now - start) / .microseconds(1))
        for (position, event) in zip(receipt.firstPosition..., events) {
            print("acked", position, took, event.id)
        }
        fflush(nil)
        let count = appends.withLock { count -> Int in
            count += 1
            return count
        }
        if count.isMultiple(of: every) { try await sign() }
    }

    /// Whatever became of an append, what was acknowledged can be read.
    private static func readHead(of store: EventStore) async throws {
        do {
            _ = try await store.read { try $0.head() }
        } catch {
            complain("unreadable: \(error)")
        }
    }

    private func sign() async throws {
        guard let outside else { return }
        let folder = OutsideCheckpoints(directory: "\(outside)/\(store.reader.logID)")
        let problem = try await retrying(attempts: attempts) { [store] in
            try await store.signCheckpoint(outside: folder).outsideProblem
        }
        // The next checkpoint makes up for it.
        if let problem { complain("failed: \(problem)") }
    }
}

/// Tries again what fails, except for what no retry can mend.
///
/// - Throws: the last failure.
func retrying<Value: Sendable>(
    attempts: Int, _ body: @Sendable () async throws -> Value
) async throws -> Value {
    for _ in 1..<attempts {
        do {
            return try await body()
        } catch let error where isPassing(error) {
            complain("failed: \(error)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }
    return try await body()
}

private func isPassing(_ error: any Error) -> Bool {
    switch (error as? EventLogError)?.code {
    case .wrongRevision, .partlyAppended, .idTaken, .tooLarge, .damaged: false
    default: true
    }
}
