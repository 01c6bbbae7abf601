/// The admitted calls of one storage that have not ended, and whether those among them that were
/// admitted before its breaker opened have. A pure value.
struct CallsUnderWay: Equatable, Sendable {
    /// What was known when a call was admitted.
    struct Ticket: Equatable, Sendable {
        fileprivate let opening: Int
    }

    private var all = 0
    /// Counts how often the breaker opened.
    private var opening = 0
    /// Of all, those that were admitted before it opened last.
    private var earlier = 0

    /// Every call that begins must be followed by `ended`.
    mutating func began() -> Ticket {
        all += 1
        return Ticket(opening: opening)
    }

    /// - Returns: whether it was the last that had been admitted before the breaker opened.
    mutating func ended(_ ticket: Ticket) -> Bool {
        all -= 1
        guard ticket.opening < opening else { return false }
        earlier -= 1
        return earlier == 0
    }

    /// - Returns: whether no call is under way.
    mutating func opened() -> Bool {
        opening += 1
        earlier = all
        return earlier == 0
    }
}
