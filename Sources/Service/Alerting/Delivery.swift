internal import DRTesting
internal import EventLog

/// Sends events to channels, and records each attempt.
///
/// At least once: an attempt is made before it is recorded, so whoever dies in between makes it
/// again, under the same id. First attempts are made in the order of the log, each channel for
/// itself: one whose receiver is silent keeps no other waiting. An attempt that fails is made again
/// later.
actor Delivery {
    private static let batchSize = 500
    /// Where nothing is to be sent, the position is kept only so often.
    private static let positionPause: UInt64 = 1000
    /// So long after its time, in microseconds, what waits for a channel that is gone is given up.
    private static let patience: UInt64 = 86_400_000_000

    private let store: EventStore
    private let channels: [Channel]
    private let sender: any WebhookSending
    private let place: DeliveryPlace
    private let now: @Sendable () -> UInt64
    private var book = DeliveryBook()
    /// By the name of the channel: everything up to there was sent, or waits to be sent again.
    private var positions: [String: UInt64] = [:]
    /// The least of them, as it was kept last.
    private var keptPosition: UInt64 = 0

    init(
        store: EventStore, channels: [Channel], sender: any WebhookSending, place: DeliveryPlace,
        now: @escaping @Sendable () -> UInt64
    ) {
        (self.store, self.channels, self.sender) = (store, channels, sender)
        (self.place, self.now) = (place, now)
    }

    /// When the next of those that failed is due.
    var nextTime: UInt64? { book.nextTime(among: Set(channels.map(\.name))) }

    /// Up to where everything was sent to a channel, or waits to be sent again.
    func position(of channel: Channel) -> UInt64 { positions[channel.name] ?? keptPosition }

    /// Reads what was delivered before. Called first.
    func begin() async throws {
        let (known, now) = (place.position, self.now())
        let (book, position) = try await store.read { reader -> (DeliveryBook, UInt64) in
            var book = DeliveryBook()
            var revision: UInt64 = 0
            while true {
                let events = try reader.events(ofStream: DeliveryBook.stream, after: revision)
                guard let last = events.last else { break }
                for event in events {
                    if let event = SentEvent(event) { book.apply(event.event) }
                }
                revision = last.record.revision
            }
            let (first, head) = (try reader.firstPosition(), try reader.head().position)
            // What has left the log for an archive is no news either.
            let position = min(max(try known ?? Self.dayBefore(now, reader), first - 1), head)
            book.forget(upTo: position)
            return (book, position)
        }
        (self.book, keptPosition) = (book, position)
        for channel in channels { positions[channel.name] = position }
        try await giveUpStrangers()
    }

    /// Another program may know a channel that this one does not, but not for ever.
    private func giveUpStrangers() async throws {
        let (names, now) = (Set(channels.map(\.name)), self.now())
        let old = book.due(at: now - min(now, Self.patience))
        for last in old where !names.contains(last.channel) {
            try await giveUp(last, "there is no such channel")
        }
    }

    /// What happened more than a day ago is no news to those who were never told anything.
    private static func dayBefore(_ now: UInt64, _ reader: EventReader) throws -> UInt64 {
        let dayBefore = now - min(now, 86_400_000_000)
        let start = try? reader.position(recordedAtOrAfter: dayBefore)
        return try (start ?? reader.firstPosition()) - 1
    }

    // MARK: First attempts

    /// Sends what the log has and was not sent.
    ///
    /// - Parameter deadline: nothing new is begun after it.
    func catchUp(until deadline: ContinuousClock.Instant? = nil) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for channel in channels {
                group.addTask { try await self.catchUp(channel, until: deadline) }
            }
            try await group.waitForAll()
        }
    }

    private func catchUp(
        _ channel: Channel, until deadline: ContinuousClock.Instant?
    ) async throws {
        while true {
            let (from, limit) = (position(of: channel) + 1, Self.batchSize)
            let events = try await store.read { try $0.events(from: from, limit: limit) }
            guard !events.isEmpty, try await send(events, to: channel, until: deadline) else {
                return
            }
        }
    }

    /// Sends those of some events, the next in the log, that a channel wants.
    ///
    /// - Returns: whether all were attempted.
    @discardableResult
    func send(
        _ events: [RecordedEvent], to channel: Channel,
        until deadline: ContinuousClock.Instant? = nil
    ) async throws -> Bool {
        let wanted = events.compactMap { SentEvent($0) }.filter { channel.wants($0.event) }
        for event in wanted {
            if let deadline, ContinuousClock.now > deadline { return false }
            try await sendFirst(event, to: channel)
        }
        guard let last = events.last else { return true }
        positions[channel.name] = last.position
        try keepPosition(isSent: !wanted.isEmpty)
        return true
    }

    /// Keeps what all channels have come to.
    private func keepPosition(isSent: Bool) throws {
        let position = positions.values.min() ?? keptPosition
        if position <= keptPosition { return }
        if !isSent && position < keptPosition + Self.positionPause { return }
        try place.move(to: position)
        keptPosition = position
        book.forget(upTo: position)
    }

    private func sendFirst(_ event: SentEvent, to channel: Channel) async throws {
        let key = DeliveryBook.Key(position: event.position, channel: channel.name)
        if book.isAttempted(key) { return }
        var attempt = DeliveryAttempted()
        (attempt.position, attempt.channel, attempt.attempt) = (event.position, channel.name, 1)
        try await send(event, to: channel, attempt)
    }

    // MARK: Further attempts

    /// Makes the attempts that are due again.
    ///
    /// - Parameter deadline: nothing new is begun after it.
    func retry(until deadline: ContinuousClock.Instant? = nil) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for channel in channels {
                group.addTask { try await self.retry(channel, until: deadline) }
            }
            try await group.waitForAll()
        }
    }

    /// Makes those of one channel.
    func retry(_ channel: Channel, until deadline: ContinuousClock.Instant? = nil) async throws {
        for last in book.due(at: now()) where last.channel == channel.name {
            if let deadline, ContinuousClock.now > deadline { return }
            guard let event = try await recorded(at: last.position) else {
                try await giveUp(last, "the event is archived")
                continue
            }
            var attempt = last
            attempt.attempt += 1
            try await send(event, to: channel, attempt)
        }
    }

    /// Records that there is no further attempt.
    private func giveUp(_ last: DeliveryAttempted, _ problem: String) async throws {
        var end = last
        (end.status, end.problem, end.nextTime) = (0, problem, 0)
        try await record(.deliveryFailed(end))
    }

    /// - Returns: `nil` if the event has left the log.
    private func recorded(at position: UInt64) async throws -> SentEvent? {
        try await store.read { reader -> SentEvent? in
            if try position < reader.firstPosition() { return nil }
            return try reader.events(from: position, limit: 1).first.flatMap { SentEvent($0) }
        }
    }

    // MARK: One attempt

    private func send(
        _ event: SentEvent, to channel: Channel, _ attempt: DeliveryAttempted
    ) async throws {
        let message = WebhookMessage(event, to: channel, logID: store.reader.logID, now: now())
        var attempt = attempt
        (attempt.deliveryID, attempt.destination) = (message.id, channel.url.destination)
        var status: Int?
        var problem = ""
        do {
            status = try await sender.send(
                WebhookRequest(
                    url: channel.url, allowsLocal: channel.allowsLocal, headers: message.headers,
                    body: message.body))
        } catch let error as WebhookError {
            problem = error.message
        }
        try await record(
            DeliveryBook.outcome(attempt, status: status, problem: problem, now: now()))
    }

    private func record(_ event: TestEvent) async throws {
        var generator = SystemRandomNumberGenerator()
        let new = NewEvent(
            id: EventID(time: now(), using: &generator), number: event.number,
            payload: event.payload)
        _ = try await store.append([new], to: DeliveryBook.stream, expecting: .any)
        book.apply(event)
    }
}
