import DRTesting
import Foundation
import Subprocess
import Synchronization
import SystemPackage

/// What a child that checks a log says on standard error, a line each.
enum ChildLine: Equatable {
    case pages
    case events(UInt64, of: UInt64)
    case archive
    /// Told at once: what comes after it may crash.
    case problem(String)
    /// Not for the parent, but for people.
    case other(String)

    init(_ line: String) {
        let words = line.split(separator: " ")
        if line.hasPrefix("problem ") {
            self = .problem(String(line.dropFirst("problem ".count)))
        } else if line == "progress pages" {
            self = .pages
        } else if line == "progress archive" {
            self = .archive
        } else if words.count == 3, words[0] == "progress", let done = UInt64(words[1]),
            let total = UInt64(words[2])
        {
            self = .events(done, of: total)
        } else {
            self = .other(line)
        }
    }

    var text: String {
        switch self {
        case .pages: "progress pages"
        case .events(let done, let total): "progress \(done) \(total)"
        case .archive: "progress archive"
        case .problem(let text): "problem \(text.printable())"
        case .other(let text): text
        }
    }
}

/// How the child tells its parent what it does, from any thread.
final class ParentLine: Sendable {
    private struct Said {
        let isOfPages: Bool
        let time: ContinuousClock.Instant
    }

    private let last = Mutex<Said?>(nil)

    /// Ten times a second are enough, for the eye and for the watchdog.
    func progress(_ line: ChildLine) {
        let now = Said(isOfPages: line == .pages, time: .now)
        let isDue = last.withLock { last in
            if let said = last, said.isOfPages == now.isOfPages,
                now.time - said.time < .milliseconds(100)
            {
                return false
            }
            last = now
            return true
        }
        if isDue { say(line) }
    }

    func say(_ line: ChildLine) {
        try? FileHandle.standardError.write(contentsOf: Data("\(line.text)\n".utf8))
    }
}

/// The child of `verify`, as its parent sees it.
struct VerifyChild {
    /// A child that is silent for so long is stuck.
    private static let patience: Duration = .seconds(30)
    /// More than any report has.
    private static let maximumOutput = 64 << 20

    struct Ending {
        /// `nil` if it did not end by itself.
        let code: Int32?
        /// All that it wrote to standard output, without the last line break.
        let output: String
    }

    let screen: VerifyScreen

    /// - Parameter arguments: of this program.
    /// - Throws: 128 and the number of the signal that ended the child, as the exit code.
    func run(_ arguments: [String]) async throws -> Ending {
        let program =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
        let (shown, watchdog) = (self.screen, Watchdog(patience: Self.patience))
        let interruption = Interruption { watchdog.end() }
        let result = try await Subprocess.run(
            .path(FilePath(program)), arguments: Arguments(arguments), input: .none,
            output: .string(limit: Self.maximumOutput), error: .sequence
        ) { execution in
            watchdog.watch(execution.processIdentifier.value)
            for try await line in execution.standardError.strings() {
                watchdog.progressed()
                shown.show(ChildLine(line.filter { !$0.isNewline }))
            }
        }
        shown.clear()
        try interruption.check()
        var output = result.standardOutput
        if output.hasSuffix("\n") { output.removeLast() }
        guard case .exited(let code) = result.terminationStatus else {
            return Ending(code: nil, output: output)
        }
        return Ending(code: code, output: output)
    }
}

/// What people, or the program that asked, see of a check while it goes on.
final class VerifyScreen: Sendable {
    private let isJSON: Bool
    private let bar = ProgressBar()
    private let found = Mutex<[String]>([])
    private let isCounting = Mutex(false)

    /// - Parameter json: standard output is for one document at the end.
    init(json: Bool) { isJSON = json }

    /// What the child told before it ended.
    var problems: [String] { found.withLock { $0 } }

    func show(_ line: ChildLine) {
        switch line {
        case .pages: bar.show("walking the pages of the file")
        case .archive: bar.show("comparing what is in the archive")
        case .events(let done, let total):
            let isFirst = isCounting.withLock { isCounting in
                defer { isCounting = true }
                return !isCounting
            }
            // The pages took a time of their own.
            if isFirst { bar.clear() }
            bar.show(done, of: total)
        case .problem(let text):
            found.withLock { $0.append(text) }
            bar.clear()
            // Whether it can be printed or not: the exit code is the finding.
            if !isJSON { try? tell("NOT INTACT: \(text)") }
        case .other(let text):
            if text.isEmpty { return }
            bar.clear()
            try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
        }
    }

    func clear() { bar.clear() }
}

/// Kills a process that shows no progress for too long.
private final class Watchdog: Sendable {
    private struct Watched {
        var process: pid_t?
        var isEnded = false
        var lastProgress = ContinuousClock.now
    }

    private let patience: Duration
    private let watched = Mutex(Watched())
    private let watch = Mutex<Task<Void, any Error>?>(nil)

    init(patience: Duration) { self.patience = patience }

    deinit { watch.withLock { $0?.cancel() } }

    func progressed() { watched.withLock { $0.lastProgress = .now } }

    func watch(_ process: pid_t) {
        let isEnded = watched.withLock { watched in
            watched.process = process
            return watched.isEnded
        }
        if isEnded { end() }
        let task = Task { [weak self] in
            while let silence = self?.silence, let patience = self?.patience {
                if silence > patience { self?.end() }
                try await Task.sleep(for: .seconds(1))
            }
        }
        watch.withLock { $0 = task }
    }

    /// Also one that is being started: it is killed as soon as it is known.
    func end() {
        let process = watched.withLock { watched in
            watched.isEnded = true
            return watched.process
        }
        if let process { kill(process, SIGKILL) }
    }

    private var silence: Duration { ContinuousClock.now - watched.withLock { $0.lastProgress } }
}
