public import EventLog
public import Logging
public import ServiceLifecycle

/// Delivers to channels as long as the server runs: follows the log, and tries again what failed.
///
/// One process of a data directory does: a second one waits for the first to end.
public final class Deliverer: ServiceLifecycle.Service {
    /// How often somebody else's lock and what is due again are looked at.
    private static let pause: Duration = .seconds(1)

    private let store: EventStore
    private let channels: [Channel]
    private let sender: any WebhookSending
    private let clock: LogClock
    private let logger: Logger

    public init(
        store: EventStore, channels: [Channel], sender: any WebhookSending = WebhookClient(),
        clock: LogClock = .system, logger: Logger
    ) {
        (self.store, self.channels, self.sender) = (store, channels, sender)
        (self.clock, self.logger) = (clock, logger)
    }

    /// Until the server ends. What is under way then is made again by the next one.
    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while !Task.isCancelled {
                    await self.deliver()
                    try await Task.sleep(for: Self.pause)
                }
            }
        } catch is CancellationError {
            return
        }
    }

    /// Delivers until the task is cancelled, or the log fails.
    private func deliver() async {
        // With nobody to deliver to, nothing is looked at.
        guard !channels.isEmpty else { return }
        do {
            guard let place = try DeliveryPlace.take(store.directory) else { return }
            let delivery = Delivery(
                store: store, channels: channels, sender: sender, place: place, now: clock.now)
            try await delivery.begin()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await events in self.store.follow(from: await delivery.position + 1) {
                        try await delivery.send(events)
                    }
                }
                group.addTask {
                    while true {
                        try await delivery.retry()
                        try await Task.sleep(for: Self.pause)
                    }
                }
                // Neither ends by itself.
                defer { group.cancelAll() }
                _ = try await group.next()
            }
        } catch {
            if !Task.isCancelled {
                logger.error("alerts are not delivered", metadata: ["cause": "\(error)"])
            }
        }
    }
}
