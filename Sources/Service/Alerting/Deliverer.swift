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
        await cancelWhenGracefulShutdown {
            var problem = ""
            while !Task.isCancelled {
                do {
                    try await self.deliver()
                    problem = ""
                } catch {
                    if Task.isCancelled { return }
                    // It is tried again soon: a full disk is no reason to stop.
                    if problem != "\(error)" {
                        self.logger.error(
                            "alerts are not delivered", metadata: ["cause": "\(error)"])
                    }
                    problem = "\(error)"
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// Delivers until the task is cancelled. Returns at once while somebody else does, and where
    /// there is nobody to deliver to.
    private func deliver() async throws {
        if channels.isEmpty { return }
        guard let place = try DeliveryPlace.take(store.directory) else { return }
        let delivery = Delivery(
            store: store, channels: channels, sender: sender, place: place, now: clock.now)
        try await delivery.begin()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for channel in channels {
                group.addTask { try await self.follow(channel, delivery) }
                group.addTask {
                    while true {
                        try await delivery.retry(channel)
                        try await Task.sleep(for: Self.pause)
                    }
                }
            }
            // None ends by itself.
            defer { group.cancelAll() }
            _ = try await group.next()
        }
    }

    private func follow(_ channel: Channel, _ delivery: Delivery) async throws {
        for try await events in store.follow(from: await delivery.position(of: channel) + 1) {
            try await delivery.send(events, to: channel)
        }
    }
}
