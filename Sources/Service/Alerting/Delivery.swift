internal import DRTesting
internal import EventLog

/// Sends events to channels, and records each attempt.
///
/// At least once: an attempt is made before it is recorded, so whoever dies in between makes it
/// again, under the same id. First attempts are made in the order of the log, each channel for
/// itself; one that fails is made again later and keeps nobody waiting.
actor Delivery {
    private static let batchSize = 500
    /// Where nothing is to be sent, the position is kept only so often.
    private static let positionPause: UInt64 = 1000

    private let store: EventStore
    private let channels: [Channel]
    private let sender: any WebhookSending
    private let place: DeliveryPlace
    private let now: @Sendable () -> UInt64
    private var book = DeliveryBook()
    /// Everything up to here was sent, or waits to be sent again.
    private(set) var position: UInt64 = 0
    /// As it was kept last.
    private var keptPosition: UInt64 = 0

    init(
        store: EventStore, channels: [Channel], sender: any WebhookSending, place: DeliveryPlace,
        now: @escaping @Sendable () -> UInt64
    ) {
        (self.store, self.channels, self.sender) = (store, channels, sender)
        (self.place, self.now) = (place, now)
    }

    /// When the next of those that failed is due.
    var nextTime: UInt64? { book.nextTime }

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
        (self.book, self.position, keptPosition) = (book, position, position)
    }

    /// What happened more than a day ago is no news to those who were never told anything.
    private static func dayBefore(_ now: UInt64, _ reader: EventReader) throws -> UInt64 {
        let dayBefore = now - min(now, 86_400_000_000)
        let start = try? reader.position(recordedAtOrAfter: dayBefore)
        return try (start ?? reader.firstPosition()) - 1
    }

    /// Sends what the log has and was not sent.
    ///
    /// - Parameter deadline: nothing new is begun after it.
    func catchUp(until deadline: ContinuousClock.Instant? = nil) async throws {
        while true {
            let (from, limit) = (position + 1, Self.batchSize)
            let events = try await store.read { try $0.events(from: from, limit: limit) }
            guard !events.isEmpty, try await send(events, until: deadline) else { return }
        }
    }

    /// Sends those of some events, the next in the log, that channels want.
    ///
    /// - Returns: whether all were attempted.
    @discardableResult
    func send(
        _ events: [RecordedEvent], until deadline: ContinuousClock.Instant? = nil
    ) async throws -> Bool {
        let known = events.compactMap { SentEvent($0) }
        let isWhole = try await withThrowingTaskGroup(of: Bool.self) { group in
            for channel in channels {
                let wanted = known.filter { channel.wants($0.event) }
                if wanted.isEmpty { continue }
                group.addTask {
                    for event in wanted {
                        if let deadline, ContinuousClock.now > deadline { return false }
                        try await self.sendFirst(event, to: channel)
                    }
                    return true
                }
            }
            var isWhole = true
            for try await part in group { isWhole = isWhole && part }
            return isWhole
        }
        guard isWhole, let last = events.last else { return isWhole }
        position = last.position
        let isSent = known.contains { event in channels.contains { $0.wants(event.event) } }
        if isSent || position >= keptPosition + Self.positionPause { try keepPosition() }
        return true
    }

    private func keepPosition() throws {
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

    /// Makes the attempts that are due again.
    ///
    /// - Parameter deadline: nothing new is begun after it.
    func retry(until deadline: ContinuousClock.Instant? = nil) async throws {
        for last in book.due(at: now()) {
            if let deadline, ContinuousClock.now > deadline { return }
            var attempt = last
            attempt.attempt += 1
            let found = try await recorded(at: last.position)
            if let channel = channels.first(where: { $0.name == last.channel }), let found {
                try await send(found, to: channel, attempt)
            } else {
                // Nobody is there any more who wants it, or it is not in the log any more.
                attempt.nextTime = 0
                attempt.problem =
                    found == nil ? "the event is archived" : "there is no such channel"
                try await record(.deliveryFailed(attempt))
            }
        }
    }

    /// - Returns: `nil` if the event has left the log.
    private func recorded(at position: UInt64) async throws -> SentEvent? {
        try await store.read { reader -> SentEvent? in
            if try position < reader.firstPosition() { return nil }
            return try reader.events(from: position, limit: 1).first.flatMap { SentEvent($0) }
        }
    }

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
