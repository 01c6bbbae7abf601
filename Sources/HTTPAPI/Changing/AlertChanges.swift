internal import DRTesting
internal import EventLog
internal import Wire

/// Says who has seen an alert.
struct AlertChanges: Sendable {
    let store: EventStore
    let reading: ReadingService

    func acknowledge(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        try JSONFields(request.body).finish()
        let id = try request.id(of: "alert")
        let row = try await reading.row(id, of: .alerts)
        let acknowledged = AlertAcknowledged(id: id, by: request.caller.subject)
        let isSeen = try row.map { try JSONValue(json: $0)["acknowledged_at"]?.isNull == false }
        let events = try Alerts.decide(
            acknowledged, isThere: row != nil, isSeen: isSeen ?? false)
        for event in events { try await append(event, about: id) }
        guard let seen = try await reading.row(id, of: .alerts) else {
            throw APIError.notFound("alert \(id)")
        }
        return Answer.data(
            seen, message: "alert \(id) \(events.isEmpty ? "was" : "is") acknowledged")
    }

    /// Two who see it at once are one: the id is that of the alert.
    private func append(_ event: TestEvent, about id: UInt64) async throws {
        let new = NewEvent(
            id: RequestKey.id(["alert acknowledged", String(id)]), number: event.number,
            payload: event.payload, isOnce: true)
        do {
            _ = try await store.append([new], to: Alerts.stream, expecting: .any)
        } catch let error as EventLogError {
            guard case .idTaken = error.code else { throw error }
        }
    }
}
