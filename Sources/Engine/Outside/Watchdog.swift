internal import Dispatch
internal import FoundationEssentials
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// The process that puts back what a run has changed outside if its runner dies before it can.
///
/// It reads `WatchdogOrder`s line by line from standard input, and answers each on standard output.
/// When its input ends it undoes what is still armed, the last change first, trying for a minute at
/// most, and ends. Until then it holds the lock of the run's mark, so that the next start lets it
/// finish; if that has put everything back, the mark is gone, and it tries no more.
///
/// It is in a session of its own and lets signals pass that are meant for the runner, so that only
/// who means the watchdog ends it.
public enum Watchdog {
    private static let patience: Duration = .seconds(60)
    private static let pause: Duration = .milliseconds(250)

    /// The option that names the mark of the run.
    public static let markOption = "--mark"
    /// The flag with which the program does not watch, but `launch()`.
    public static let launchFlag = "--launch"

    /// - Parameter mark: the `ChangeMark` of the run; `nil`: there is none.
    public static func run(mark: String?) async {
        // Not ignored: that would be inherited by the programs that it runs.
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { _ = signal(number) { _ in } }
        await attend(
            lines(), mark: mark, environment: ProcessInfo.processInfo.environment,
            patience: patience
        ) { answer in
            // Who does not read it any more is about to end.
            _ = try? FileDescriptor.standardOutput.writeAll(Data((answer + "\n").utf8))
        }
    }

    /// Takes orders until there are no more, and then undoes what is armed.
    ///
    /// - Returns: what could not be undone in time.
    @discardableResult
    static func attend(
        _ lines: AsyncStream<String>, mark: String? = nil, environment: [String: String],
        patience: Duration, answer: (String) -> Void
    ) async -> [UndoOrder] {
        var lock: RunLock?
        defer { withExtendedLifetime(lock) {} }
        var changes = WatchedChanges()
        let encoder = JSONEncoder()
        for await line in lines {
            // It is there before the first change is planned.
            if lock == nil, let mark, ChangeMark.isSet(mark) {
                lock = try? RunLock.take(mark, holder: "the watchdog")
            }
            let answered = changes.take(line)
            if let text = try? encoder.encode(answered) {
                answer(String(decoding: text, as: UTF8.self))
            }
        }
        // What still changes something would do so after it was undone.
        for group in changes.groups.values where group > 1 { kill(-group, SIGKILL) }
        return await undo(changes.armed, mark, environment: environment, patience: patience)
    }

    /// Becomes the program that the first line of standard input names, once it has come.
    ///
    /// - Returns: the exit status, if it cannot.
    public static func launch() -> Int32 {
        guard let launch = ProgramLaunch(from: STDIN_FILENO) else { return 0 }
        let complaint = "it cannot be run: \(launch.replaceProcess())\n"
        _ = try? FileDescriptor.standardError.writeAll(Data(complaint.utf8))
        return 127
    }

    private static func undo(
        _ armed: [UndoOrder], _ mark: String?, environment: [String: String], patience: Duration
    ) async -> [UndoOrder] {
        var left = Array(armed.reversed())
        let deadline = ContinuousClock.now + patience
        while !left.isEmpty {
            var failed: [UndoOrder] = []
            for order in left {
                let isDone = (try? await order.carryOut(environment: environment)) != nil
                if !isDone { failed.append(order) }
            }
            left = failed
            if left.isEmpty || ContinuousClock.now >= deadline { break }
            try? await Task.sleep(for: pause)
            // Somebody has put everything back, and may soon change the same things again.
            if let mark, ChangeMark.isRemoved(mark) { return [] }
        }
        return left
    }

    private static func lines() -> AsyncStream<String> {
        AsyncStream { lines in
            DispatchQueue(label: "watchdog.orders").async {
                while let line = readLine() { lines.yield(line) }
                lines.finish()
            }
        }
    }
}
