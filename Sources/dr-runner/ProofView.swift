import DRTesting
import Engine
import Synchronization

/// Shows proofs: a line for each run, redrawn in a terminal while it is under way, and the matrices
/// at the end.
final class ProofView: Sendable {
    private let terminal: Terminal
    private let style: TerminalStyle
    private let line = Mutex(ProofLine())

    init(on terminal: Terminal) {
        self.terminal = terminal
        style = terminal.style
    }

    func begin(_ scenario: String, runs: Int) {
        let text = fitted("\(scenario.printable()): \(runs.counted("run"))")
        terminal.write(style.bold(text) + "\n")
    }

    func show(_ progress: ProofProgress) {
        line.withLock { line in
            switch progress {
            case .running(let sabotage, let progress):
                line.apply(progress)
                guard terminal.isLive else { return }
                let text = fitted("\(sabotage.rawValue)  \(line.text)", less: 2)
                terminal.write(line.redrawn("\(style.bold("▸")) \(text)"))
            case .found(let finding, let took):
                let words = "\(finding.sabotage.rawValue)  \(finding.sentence)  \(took.words)"
                terminal.write(line.ended("\(mark(finding)) \(fitted(words, less: 2))"))
            }
        }
    }

    func finish(_ proofs: [Proof]) {
        for proof in proofs {
            terminal.write("\n\(style.bold(fitted(proof.scenario.printable())))\n")
            for line in matrix(of: proof) { terminal.write(line + "\n") }
            terminal.write("\(closing(proof))\n")
        }
        terminal.finish()
    }

    /// Lines of a terminal are cut; elsewhere they are whole.
    private func fitted(_ text: String, less: Int = 0) -> String {
        terminal.isLive ? text.fitted(to: terminal.width, less: less) : text
    }

    // MARK: Lines

    private func matrix(of proof: Proof) -> [String] {
        let matrix = ProofMatrix(proof, width: terminal.width)
        let indent = String(repeating: " ", count: ProofMatrix.markWidth)
        let head = style.dim(indent + matrix.headings.joined(separator: ProofMatrix.gap))
        return [head]
            + matrix.rows.enumerated().map { index, cells in
                let text = cells.joined(separator: ProofMatrix.gap)
                guard index < proof.findings.count else { return style.dim("· \(text)") }
                return "\(mark(proof.findings[index])) \(text)"
            }
    }

    private func closing(_ proof: Proof) -> String {
        if proof.isProven {
            return style.green("Proven: everything that was broken was caught where it was.")
        }
        if proof.isStopped || proof.next != nil { return style.yellow("Stopped.") }
        if let control = proof.findings.first, !control.isGood {
            return style.red("Not proven: it did not pass with nothing broken.")
        }
        let caught = proof.findings.count { $0.conclusion == .caught }
        return style.red("Not proven: \(caught) of \(proof.planned.count - 1) were caught.")
    }

    private func mark(_ finding: Proof.Finding) -> String {
        switch finding.conclusion {
        case .sound, .caught: style.green("✓")
        case .unsound, .missed, .elsewhere: style.red("✗")
        case .unclear, .crashed: style.yellow("?")
        case .stopped: style.dim("·")
        }
    }
}

/// The line of the run under way. A value: it knows no terminal.
private struct ProofLine: Sendable {
    private var steps: [String] = []
    private var phase = ""
    private var elapsed = Duration.zero
    private var isDrawn = false

    mutating func apply(_ progress: RunProgress) {
        switch progress {
        case .recorded(_, let scenario, _):
            steps = scenario.steps.map { $0.name.printable() }
            (phase, elapsed) = ("prerequisites", .zero)
        case .steadying: phase = "steady state"
        case .stepBegan(let index): phase = "\(index + 1)/\(steps.count) \(steps[index])"
        case .waiting(let tick): elapsed = tick.elapsed
        case .cleaningUp: phase = "cleaning up"
        case .prerequisite, .stepEnded, .warning, .ended: break
        }
    }

    var text: String { "\(phase)  \(elapsed.milliseconds / 1000) s" }

    /// In place of what was drawn before.
    mutating func redrawn(_ line: String) -> String {
        defer { isDrawn = true }
        return (isDrawn ? "\u{1b}[1A\r\u{1b}[2K" : "") + line + "\n"
    }

    /// The last time for this run.
    mutating func ended(_ line: String) -> String {
        defer { self = ProofLine() }
        return redrawn(line)
    }
}

extension Proof.Finding {
    /// For people: `caught at Process queued operations`.
    fileprivate var sentence: String {
        let place = step.isEmpty ? reason.printable() : step.printable()
        switch conclusion {
        case .sound: return "passed"
        case .unsound: return "did not pass: \(place)"
        case .caught: return "caught at \(place)"
        case .unclear: return "unclear: \(place) saw nothing to judge by"
        case .missed: return "not caught: everything passed"
        case .elsewhere: return "not caught by \(sabotage.component), only \(place) went red"
        case .crashed: return "crashed: \(reason.printable())"
        case .stopped: return "stopped"
        }
    }
}
