import DRTesting
import Engine

/// Throughput and errors of the last half minute, one character for half a second, with the time
/// of the fault under them.
struct Sparkline {
    private static let levels = Array("▁▂▃▄▅▆▇█")

    private let bins: ArraySlice<TimelineBin>
    private let faulty: [Bool]

    init(tick: RunTick, width: Int) {
        bins = tick.bins.suffix(max(min(width, 60), 1))
        faulty = bins.indices.map { index in
            guard let fault = tick.fault else { return false }
            let start = tick.start + .milliseconds(500 * index)
            return fault.upperBound > start && fault.lowerBound < start + .milliseconds(500)
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
            "  fault      " + style.yellow(faulty.map { $0 ? "━" : " " }.joined()),
        ]
    }

    private static func line(_ values: [Double], top: Double) -> String {
        String(
            values.map { value in
                if value == 0 { return " " }
                return levels[min(Int(value / top * 8), 7)]
            })
    }
}
