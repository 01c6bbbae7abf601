/// Sums and products of numbers from a log, which may be any: what would be more than the largest
/// number is the largest.
extension UInt64 {
    func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, isTooLarge) = addingReportingOverflow(other)
        return isTooLarge ? .max : sum
    }

    func multipliedClamped(by other: UInt64) -> UInt64 {
        let (product, isTooLarge) = multipliedReportingOverflow(by: other)
        return isTooLarge ? .max : product
    }

    /// What would be less than 0 is 0.
    func subtractingClamped(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }
}
