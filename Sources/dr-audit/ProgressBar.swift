import DRTesting
import Foundation
import Synchronization

/// How far a long work has come, in one line.
struct ProgressLine {
    let done: UInt64
    let total: UInt64
    let elapsed: Duration
    /// What is counted, in the plural.
    var unit = "events"

    /// What does not fit into the width is left out from the end; the bar takes what is left of it.
    func text(width: Int) -> String {
        let limit = max(width - 1, 10)
        var text = "\(padded(percent, 3)) %"
        for part in [rate, timeLeft].compactMap({ $0 }) where text.count + part.count + 2 <= limit {
            text += "  " + part
        }
        let room = min(limit - text.count - 4, 40)
        if room < 10 { return text }
        let filled = Int(min(percent, 100)) * room / 100
        let (full, empty) = (
            String(repeating: "#", count: filled), String(repeating: "-", count: room - filled)
        )
        return "[\(full)\(empty)]  \(text)"
    }

    private var percent: UInt64 {
        total == 0 ? 100 : UInt64(Double(min(done, total)) / Double(total) * 100)
    }

    private var perSecond: Double? {
        let seconds = Double(elapsed.milliseconds) / 1000
        return done == 0 || seconds < 0.5 ? nil : Double(done) / seconds
    }

    private var rate: String? { perSecond.map { "\(grouped(UInt64($0))) \(unit)/s" } }

    private var timeLeft: String? {
        guard let perSecond, done < total else { return nil }
        let seconds = UInt64(min(Double(total - done) / perSecond, 359_999))
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        let clock = "\(padded(minutes, 2, with: "0")):\(padded(seconds % 60, 2, with: "0"))"
        return hours == 0 ? "\(clock) left" : "\(hours):\(clock) left"
    }

    private func padded(_ number: UInt64, _ count: Int, with filler: String = " ") -> String {
        let digits = String(number)
        return String(repeating: filler, count: max(count - digits.count, 0)) + digits
    }

    private func grouped(_ number: UInt64) -> String {
        let digits = Array(String(number))
        return digits.indices.map { index in
            let isBorder = index > 0 && (digits.count - index) % 3 == 0
            return (isBorder ? "," : "") + String(digits[index])
        }.joined()
    }
}

/// Shows on a terminal, on standard error, how far a long work has come. Anywhere else it shows
/// nothing.
final class ProgressBar: Sendable {
    private struct State {
        var isShown = false
        var start: ContinuousClock.Instant?
        var lastDrawn: ContinuousClock.Instant?
    }

    /// More often than people can see is only a load on the terminal.
    private static let interval: Duration = .milliseconds(100)
    private static let clearLine = "\r\u{1b}[K"

    private let isLive: Bool
    private let state = Mutex(State())

    init() {
        let terminal = ProcessInfo.processInfo.environment["TERM"]
        isLive = isatty(STDERR_FILENO) == 1 && terminal != "dumb"
    }

    /// The time is counted from the first call on.
    func show(_ done: UInt64, of total: UInt64, unit: String = "events") {
        draw { elapsed, width in
            ProgressLine(done: done, total: total, elapsed: elapsed, unit: unit).text(width: width)
        }
    }

    /// What goes on, where it cannot be told how much of it is left.
    func show(_ words: String) { draw { _, width in String(words.prefix(width - 1)) } }

    /// Leaves a line that others can write in.
    func clear() {
        state.withLock { state in
            if state.isShown { Self.write(Self.clearLine) }
            state = State()
        }
    }

    private func draw(_ text: (Duration, Int) -> String) {
        if !isLive { return }
        state.withLock { state in
            let now = ContinuousClock.now
            if let last = state.lastDrawn, now - last < Self.interval { return }
            let start = state.start ?? now
            (state.start, state.lastDrawn, state.isShown) = (start, now, true)
            Self.write(Self.clearLine + text(now - start, Self.width))
        }
    }

    /// In columns, as it is now; 80 where nothing has a width.
    private static var width: Int {
        var size = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }

    private static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
