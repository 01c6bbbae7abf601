import Engine
import Synchronization

/// Shows a run: live in a terminal, line by line elsewhere.
final class RunView: Sendable {
    private let terminal: Terminal
    private let screen: Mutex<RunScreen>

    init(on terminal: Terminal) {
        self.terminal = terminal
        screen = Mutex(RunScreen(style: terminal.style))
    }

    func show(_ progress: RunProgress) {
        screen.withLock { screen in
            screen.apply(progress)
            if terminal.isLive {
                terminal.write(screen.redrawn(width: terminal.width))
            } else {
                for line in screen.newLines() { terminal.write(line + "\n") }
            }
        }
    }

    /// Prints the tables at the end.
    func finish() {
        screen.withLock { screen in
            if terminal.isLive { terminal.write(screen.redrawn(width: terminal.width)) }
            for line in screen.summary() { terminal.write(line + "\n") }
        }
        terminal.finish()
    }
}
