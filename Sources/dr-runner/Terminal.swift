import DRTesting
import Foundation
import Synchronization

/// Where people watch what goes on: a terminal, or a file or pipe that stands in for one.
final class Terminal: Sendable {
    private let output: FileHandle
    /// It is a real one: what was shown can be drawn anew.
    let isLive: Bool
    let style: TerminalStyle
    /// Something was lost on the way to whoever watches.
    private let isIncomplete = Atomic(false)

    /// - Parameter json: standard output is for a document, and people watch standard error.
    init(json: Bool) {
        let output: FileHandle = json ? .standardError : .standardOutput
        let environment = ProcessInfo.processInfo.environment
        let isLive = isatty(output.fileDescriptor) == 1 && environment["TERM"] != "dumb"
        (self.output, self.isLive) = (output, isLive)
        style = TerminalStyle(usesColor: isLive && environment["NO_COLOR"].map(\.isEmpty) ?? true)
    }

    /// In columns, as it is now; 80 where nothing has a width.
    var width: Int {
        var size = winsize()
        let isKnown = ioctl(output.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }

    /// A reader that went away must not stop what is shown, nor change what comes of it.
    func write(_ text: String) {
        do {
            try output.write(contentsOf: Data(text.utf8))
        } catch {
            isIncomplete.store(true, ordering: .relaxed)
        }
    }

    /// Says so if something was lost.
    func finish() {
        if isIncomplete.load(ordering: .relaxed) {
            complain("not everything could be shown; 'dr-audit replay' shows what was recorded")
        }
    }
}

extension String {
    /// Cut to fit into a line of a terminal, beside `less` other columns.
    func fitted(to width: Int, less: Int = 0) -> String {
        // Not the `max` of the characters.
        let limit = Swift.max(width - less - 1, 10)
        return count <= limit ? self : prefix(limit - 1) + "…"
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
