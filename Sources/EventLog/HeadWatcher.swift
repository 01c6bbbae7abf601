internal import Synchronization

/// Tells the followers of one process when the head has moved: at once for its own appends, and
/// by looking every 20 ms for those of others.
final class HeadWatcher: Sendable {
    private struct State {
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isPolling = false
    }

    private let reader: EventReader
    private let state = Mutex(State())

    init(reader: EventReader) { self.reader = reader }

    /// This process has appended.
    func appended() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when there may be events at `position`, or after 20 ms.
    private func wait() async {
        await withCheckedContinuation { continuation in
            let mustPoll = state.withLock { state in
                state.waiting.append(continuation)
                defer { state.isPolling = true }
                return !state.isPolling
            }
            if mustPoll { poll() }
        }
    }

    /// One timer for all followers: it wakes them together and stops when nobody waits.
    private func poll() {
        Task {
            try? await Task.sleep(for: .milliseconds(20))
            state.withLock { $0.isPolling = false }
            appended()
        }
    }

    func follow(
        from position: UInt64,
        reading read: @escaping @Sendable (UInt64) async throws -> [RecordedEvent]
    ) -> AsyncThrowingStream<[RecordedEvent], any Error> {
        let next = Mutex(position)
        return AsyncThrowingStream {
            while !Task.isCancelled {
                let events = try await read(next.withLock { $0 })
                if let last = events.last {
                    next.withLock { $0 = last.position + 1 }
                    return events
                }
                await self.wait()
            }
            return nil
        }
    }
}
