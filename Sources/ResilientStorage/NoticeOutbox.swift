/// Delivers notices one after another, each again and again until it is taken.
///
/// Kept in memory only: what has not been taken when the process ends is lost.
final class NoticeOutbox: Sendable {
    /// So many wait behind the one that is being sent; then the oldest is given up.
    static let capacity = 256

    private let waiting: AsyncStream<Notice>.Continuation
    private let sender: Task<Void, Never>
    private let observer: @Sendable (StorageEvent) -> Void

    init(notifier: any Notifying, observer: @escaping @Sendable (StorageEvent) -> Void) {
        let (notices, waiting) = AsyncStream.makeStream(
            of: Notice.self, bufferingPolicy: .bufferingNewest(Self.capacity))
        (self.waiting, self.observer) = (waiting, observer)
        sender = Task {
            for await notice in notices { await Self.send(notice, by: notifier, observer) }
        }
    }

    deinit { sender.cancel() }

    /// Returns at once.
    func add(_ notice: Notice) {
        if case .dropped(let oldest) = waiting.yield(notice) {
            observer(.noticeDropped(oldest.kind, incident: oldest.incident, at: .now))
        }
    }

    /// Gives up what has not been taken.
    func stop() async {
        waiting.finish()
        sender.cancel()
        await sender.value
    }

    private static func send(
        _ notice: Notice, by notifier: any Notifying,
        _ observer: @Sendable (StorageEvent) -> Void
    ) async {
        var attempt = 0
        while !Task.isCancelled {
            do {
                try await notifier.send(notice)
                observer(.noticeSent(notice.kind, incident: notice.incident, at: .now))
                return
            } catch {
                observer(.noticeFailed("\(error)", at: .now))
            }
            attempt += 1
            try? await Task.sleep(for: .milliseconds(200) * min(attempt, 25))
        }
    }
}
