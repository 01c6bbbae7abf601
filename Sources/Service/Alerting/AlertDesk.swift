internal import DRTesting
internal import EventLog

/// Raises alerts that are about no run.
struct AlertDesk: Sendable {
    let store: EventStore

    /// Raises an alert, unless the same cause has raised one before. Durable on return.
    ///
    /// - Parameter cause: in words that are the same for the same cause, whoever notices it.
    /// - Returns: whether it was raised now.
    /// - Throws: `Alerts.Refusal`, `EventLogError`.
    @discardableResult
    func raise(_ alert: AlertRaised, cause: String) async throws -> Bool {
        let id = DerivedID(["alert", store.reader.logID, cause]).eventID
        if try await store.read({ try $0.position(ofOnce: id) }) != nil { return false }
        for event in try Alerts.decide(.raise(alert), in: Alerts()) {
            let new = NewEvent(
                id: id, number: event.number, payload: event.payload, isOnce: true)
            do {
                _ = try await store.append([new], to: Alerts.stream, expecting: .any)
            } catch let error as EventLogError {
                // Somebody else has noticed it at the same time, in other words.
                guard case .idTaken = error.code else { throw error }
                return false
            }
        }
        return true
    }
}
