import DRTesting
import Engine

/// What there is to show of a run. A value: it knows no terminal.
struct RunScreen: Sendable {
    private struct Line: Sendable {
        let name: String
        var verdict: Verdict?
        var detail = ""
        var took: Duration?
    }

    private let style: TerminalStyle
    private var width = 80
    private var heading = ""
    private var prerequisites: [Line] = []
    private var steps: [Line] = []
    private var current: Int?
    private var began = ContinuousClock.now
    private var tick: RunTick?
    private var phase = ""
    private var report: RunReport?
    private var warnings: [String] = []
    private var pendingLines: [String] = []
    private var drawnLines = 0

    init(style: TerminalStyle) { self.style = style }

    mutating func apply(_ progress: RunProgress) {
        switch progress {
        case .recorded(let id, let scenario, let target):
            heading = "Test \(id): \(scenario.name.printable()) on \(target.printable())"
            steps = scenario.steps.map { Line(name: $0.name.printable()) }
            pendingLines.append(heading)
        case .prerequisite(let checked):
            let line = Line(
                name: checked.name, verdict: checked.verdict, detail: checked.observed.printable())
            prerequisites.append(line)
            pendingLines.append("\(mark(line.verdict)) \(line.name): \(line.detail)")
        case .steadying:
            phase = "Steady state"
            pendingLines.append("  load is on")
        case .stepBegan(let index):
            (current, phase, began) = (index, "", .now)
            pendingLines.append("> \(index + 1) \(steps[index].name)")
        case .waiting(let tick): self.tick = tick
        case .stepEnded(let index, let result):
            steps[index].verdict = result.verdict
            steps[index].detail = result.errorMessage.printable()
            steps[index].took = .microseconds(Int64(result.executionTimeUs))
            current = nil
            let detail = steps[index].detail.isEmpty ? "" : ": \(steps[index].detail)"
            pendingLines.append(
                "\(mark(result.verdict)) \(index + 1) \(steps[index].name), "
                    + "\(steps[index].took?.words ?? "")\(detail)")
        case .warning(let text):
            warnings.append(text.printable())
            pendingLines.append("\(style.yellow("!")) \(text.printable())")
        case .cleaningUp:
            (phase, current) = ("Cleaning up", nil)
            pendingLines.append("  cleaning up")
        case .ended(let report): self.report = report
        }
    }

    /// The lines since the last call, where there is no terminal.
    mutating func newLines() -> [String] {
        defer { pendingLines = [] }
        return pendingLines
    }

    private func mark(_ verdict: Verdict?) -> String {
        switch verdict {
        case .passed: style.green("✓")
        case .failed: style.red("✗")
        case .inconclusive: style.yellow("?")
        case .some(.none), nil: style.dim("·")
        }
    }

    // MARK: In a terminal

    /// Moves back over what was drawn before and draws anew.
    mutating func redrawn(width: Int) -> String {
        self.width = width
        let lines = liveLines()
        let back = drawnLines > 0 ? "\u{1b}[\(drawnLines)A" : ""
        drawnLines = lines.count
        return back + lines.map { "\r\u{1b}[2K\($0)\n" }.joined() + "\u{1b}[0J"
    }

    private func liveLines() -> [String] {
        var lines = [style.bold(cut(heading))]
        for line in prerequisites {
            let detail = line.verdict == .passed ? "" : ": \(line.detail)"
            lines.append("  \(mark(line.verdict)) \(cut(line.name + detail, less: 4))")
        }
        for warning in warnings { lines.append("  \(style.yellow("!")) \(cut(warning, less: 4))") }
        for (index, line) in steps.enumerated() { lines.append(liveLine(index, line)) }
        if report == nil, let tick {
            lines.append(style.dim(cut("  \(tick.elapsed.seconds)  \(waitingText(tick))")))
            lines += Sparkline(tick: tick, width: width - 14).lines(style)
        }
        return lines
    }

    private func liveLine(_ index: Int, _ line: Line) -> String {
        if index == current, report == nil {
            let elapsed = (ContinuousClock.now - began).seconds
            let name = cut("\(index + 1) \(line.name)", less: 14)
            return "  \(style.bold("▸")) \(style.bold(name))  \(elapsed)"
        }
        let took = line.took.map { "  \($0.words)" } ?? ""
        let detail = line.detail.isEmpty ? "" : "  \(line.detail)"
        let text = cut("\(index + 1) \(line.name)\(took)\(detail)", less: 4)
        return "  \(mark(line.verdict)) \(line.verdict == nil ? style.dim(text) : text)"
    }

    private func waitingText(_ tick: RunTick) -> String {
        let subject = phase.isEmpty ? "waiting for" : "\(phase):"
        return tick.waitingFor.isEmpty ? phase : "\(subject) \(tick.waitingFor)"
    }

    private func cut(_ text: String, less: Int = 0) -> String {
        text.fitted(to: width, less: less)
    }

    // MARK: At the end

    /// The table of steps and objectives.
    func summary() -> [String] {
        guard let report else { return [] }
        return RunSummary(report: report, style: style).lines
    }
}

extension Duration {
    /// For a running clock: `12.3 s`.
    fileprivate var seconds: String {
        let tenths = milliseconds / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
