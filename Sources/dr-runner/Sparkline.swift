import DRTesting
import Engine

/// Throughput and errors of the last half minute, one character for half a second, with the times
/// of the faults under them.
struct Sparkline {
    private static let levels = Array("▁▂▃▄▅▆▇█")

    private let bins: ArraySlice<TimelineBin>
    /// How many faults were in force in each bin.
    private let faults: [Int]

    init(tick: RunTick, width: Int) {
        bins = tick.bins.suffix(max(min(width, 60), 1))
        faults = bins.indices.map { index in
            let start = tick.start + .milliseconds(500 * index)
            let end = start + .milliseconds(500)
            return tick.faults.count { $0.upperBound > start && $0.lowerBound < end }
        }
    }

    func lines(_ style: TerminalStyle) -> [String] {
        if bins.isEmpty { return [] }
        let served = bins.map { Double($0.served) }
        let others = bins.map { Double($0.deferred + $0.refused + $0.failed + $0.indeterminate) }
        let top = max(served.max() ?? 1, others.max() ?? 1, 1)
        return [
            "  served     " + style.green(Self.line(served, top: top)),
            "  not served " + style.red(Self.line(others, top: top)),
            "  fault      " + style.yellow(faults.map { Self.mark($0) }.joined()),
        ]
    }

    /// Of several faults at once, how many.
    private static func mark(_ faults: Int) -> String {
        switch faults {
        case 0: " "
        case 1: "━"
        default: "\(min(faults, 9))"
        }
    }

    private static func line(_ values: [Double], top: Double) -> String {
        String(
            values.map { value in
                if value == 0 { return " " }
                return levels[min(Int(value / top * 8), 7)]
            })
    }
}
