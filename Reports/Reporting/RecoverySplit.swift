internal import DRTesting

/// The recovery time in its parts, so that a fault that a script holds does not flatter. A pure
/// value.
struct RecoverySplit: Equatable {
    struct Part: Equatable {
        /// The mark that it begins at; empty for the impact.
        let start: String
        let end: String
        let lengthUs: UInt64
    }

    /// One after another, from the impact on. Together they are the recovery time.
    let parts: [Part]

    /// Where a recovery may be divided, in whatever order it came to them.
    private static let divisions = ["detected", "lifted", "restore started", "restored"]
    /// The offsets of marks are rounded, each for itself.
    private static let rounding: UInt64 = 1000

    /// - Parameter recoveryTimeMs: `nil`: unknown, so there is nothing to divide.
    /// - Returns: `nil` also if the time does not end at a mark.
    init?(_ marks: [MarkRecorded], recoveryTimeMs: Double?) {
        func offset(_ name: String) -> UInt64? { marks.first { $0.mark == name }?.offsetUs }
        guard let recoveryTimeMs, let length = UInt64(exactly: (recoveryTimeMs * 1000).rounded()),
            let impact = offset("impact")
        else { return nil }
        let last = ["verified", "restored"].compactMap { name in
            offset(name).map { (name: name, offset: $0) }
        }.first { mark in
            guard mark.offset >= impact else { return false }
            let distance = mark.offset - impact
            return max(distance, length) - min(distance, length) <= Self.rounding
        }
        guard let last else { return nil }
        let places = Self.divisions.compactMap { name in
            offset(name).map { (name: name, offset: $0) }
        }.filter { $0.offset > impact && $0.offset < last.offset }
        var parts: [Part] = []
        var (start, startOffset) = ("", impact)
        for (name, offset) in places.sorted(by: { $0.offset < $1.offset }) + [last] {
            parts.append(Part(start: start, end: name, lengthUs: offset - startOffset))
            (start, startOffset) = (name, offset)
        }
        self.parts = parts
    }
}

extension RecoverySplit.Part {
    /// `until detected`, `detected until lifted`.
    var label: String { start.isEmpty ? "until \(end)" : "\(start) until \(end)" }
}
