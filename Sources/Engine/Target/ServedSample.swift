/// A request of a user that a storage served, as its proxy saw it.
struct ServedSample: Equatable, TimedSample {
    let isRead: Bool
    let finished: ContinuousClock.Instant

    /// - Parameter operation: of a user: not what the storage system asks of its own accord, as
    ///   for health, replication and reconciliation.
    /// - Returns: `nil` for everything that was not served.
    init?(_ operation: SeenOperation, _ attempt: AttemptSample) {
        guard !attempt.isFailed, let status = operation.status else { return nil }
        let isDone = (200..<300).contains(status)
        switch operation.method {
        // That an object is not there is an answer too.
        case "GET" where isDone || status == 404: isRead = true
        case "PUT" where isDone, "DELETE" where isDone: isRead = false
        default: return nil
        }
        finished = attempt.finished
    }
}
