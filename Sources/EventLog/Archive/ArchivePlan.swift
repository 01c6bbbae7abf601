/// How far a log may be cut: a run leaves it whole or not at all, and only after its end.
///
/// Lasting streams (`log`, `schedules` and the like) do not count: what they say is folded from
/// their first event on, so their events stay in the log also below the cut.
struct ArchivePlan {
    /// Streams that end, and may leave the log then.
    static let streamPrefix = "run/"
    /// An ended run ends with its last events: so many are looked at.
    static let tailLength = 16

    struct Run: Equatable, Sendable {
        let positions: ClosedRange<UInt64>
        let isFinished: Bool
    }

    /// The first position that has to stay.
    ///
    /// - Parameters:
    ///   - limit: the first position that was asked to stay.
    ///   - runs: those with events below it.
    static func cut(before limit: UInt64, runs: [Run]) -> UInt64 {
        var cut = limit
        var rest = runs
        // A run that stays can keep others, which began before it and ended after.
        while true {
            let staying = rest.filter { !$0.isFinished || $0.positions.upperBound >= cut }
            guard let first = staying.map(\.positions.lowerBound).min(), first < cut else {
                return cut
            }
            cut = first
            rest.removeAll { $0.positions.lowerBound >= cut }
        }
    }
}
