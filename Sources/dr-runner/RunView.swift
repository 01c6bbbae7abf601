import DRTesting
import Engine
import Foundation
import Synchronization

/// Shows a run: live in a terminal, line by line elsewhere.
final class RunView: Sendable {
    private let output: FileHandle
    private let isTerminal: Bool
    private let state: Mutex<RunScreen>
    /// Something was lost on the way to whoever watches.
    private let isIncomplete = Atomic(false)

    init(to output: FileHandle) {
        self.output = output
        let environment = ProcessInfo.processInfo.environment
        isTerminal = isatty(output.fileDescriptor) == 1 && environment["TERM"] != "dumb"
        let usesColor = isTerminal && environment["NO_COLOR"].map(\.isEmpty) ?? true
        state = Mutex(RunScreen(style: TerminalStyle(usesColor: usesColor), width: Self.width()))
    }

    func show(_ progress: RunProgress) {
        state.withLock { screen in
            screen.apply(progress)
            if isTerminal {
                write(screen.redrawn(width: Self.width()))
            } else {
                for line in screen.newLines() { write(line + "\n") }
            }
        }
    }

    /// Prints the tables at the end.
    func finish() {
        state.withLock { screen in
            if isTerminal { write(screen.redrawn(width: Self.width())) }
            for line in screen.summary() { write(line + "\n") }
        }
        if isIncomplete.load(ordering: .relaxed) {
            complain("not everything could be shown; 'dr-audit replay' shows what was recorded")
        }
    }

    /// A reader that went away must not stop the run, nor change its verdict.
    private func write(_ text: String) {
        do {
            try output.write(contentsOf: Data(text.utf8))
        } catch {
            isIncomplete.store(true, ordering: .relaxed)
        }
    }

    private static func width() -> Int {
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }
}

/// Colours, if they are wanted.
struct TerminalStyle: Sendable {
    let usesColor: Bool

    func green(_ text: String) -> String { color("32", text) }
    func red(_ text: String) -> String { color("31", text) }
    func yellow(_ text: String) -> String { color("33", text) }
    func dim(_ text: String) -> String { color("2", text) }
    func bold(_ text: String) -> String { color("1", text) }

    func verdict(_ verdict: Verdict, _ text: String) -> String {
        switch verdict {
        case .passed: green(text)
        case .failed: red(text)
        case .inconclusive: yellow(text)
        case .none: dim(text)
        }
    }

    private func color(_ code: String, _ text: String) -> String {
        usesColor ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
