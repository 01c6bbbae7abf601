public import EventLog

/// One round of deliveries, for programs that end: where no server runs, who has run a drill
/// delivers its alerts.
public enum DeliveryRound {
    /// Sends what was not sent, and tries again what fails as long as there is time. The rest waits
    /// in the log for the next round, or for a server. Does nothing while somebody else delivers.
    ///
    /// - Parameter limit: nothing new is begun after it; what is under way takes seconds.
    /// - Throws: if the log cannot be read or written. A receiver that does not answer is no error.
    public static func run(
        _ store: EventStore, channels: [Channel], sender: any WebhookSending = WebhookClient(),
        clock: LogClock = .system, within limit: Duration = .seconds(10)
    ) async throws {
        if channels.isEmpty { return }
        guard let place = try DeliveryPlace.take(store.directory) else { return }
        let deadline = ContinuousClock.now + limit
        let delivery = Delivery(
            store: store, channels: channels, sender: sender, place: place, now: clock.now)
        try await delivery.begin()
        try await delivery.catchUp(until: deadline)
        while let next = await delivery.nextTime {
            let now = clock.now()
            let pause = Duration.microseconds(Int64(clamping: next - min(next, now)))
            if ContinuousClock.now + pause > deadline { return }
            try await Task.sleep(for: pause)
            try await delivery.retry(until: deadline)
        }
    }
}
