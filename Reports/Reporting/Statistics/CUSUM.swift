/// Cumulative sums of scores, which find a lasting change of their mean (Page, 1954).
///
/// Scores are in standard deviations from the mean, as are the sums:
/// high = max(0, high + u − k) and low = max(0, low − u − k).
struct CUSUM: Equatable, Sendable {
    /// What a score must exceed for a sum to grow: half of the change to be found.
    let k: Double
    /// What a sum must exceed for a signal.
    let h: Double
    private(set) var high = 0.0
    private(set) var low = 0.0
    /// The place of the score that `high` last began to grow with; `nil`: it is 0.
    private(set) var highSince: Int?
    /// The place of the score that `low` last began to grow with; `nil`: it is 0.
    private(set) var lowSince: Int?

    init(k: Double = 0.5, h: Double = 5) { (self.k, self.h) = (k, h) }

    /// The scores became greater.
    var isHigh: Bool { high > h }
    /// The scores became less.
    var isLow: Bool { low > h }

    /// - Parameters:
    ///   - u: the score.
    ///   - place: which of the values it is of; they ascend.
    mutating func add(_ u: Double, at place: Int) {
        high = max(0, high + u - k)
        low = max(0, low - u - k)
        highSince = high > 0 ? highSince ?? place : nil
        lowSince = low > 0 ? lowSince ?? place : nil
    }
}
