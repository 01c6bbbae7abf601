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
/// most, and ends. It is in a session of its own and lets signals pass that are meant for the
/// runner, so that only who means the watchdog ends it.
public enum Watchdog {
    private static let patience: Duration = .seconds(60)
    private static let pause: Duration = .milliseconds(250)

    public static func run() async {
        // Not ignored: that would be inherited by the programs that it runs.
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { _ = signal(number) { _ in } }
        await attend(
            lines(), environment: ProcessInfo.processInfo.environment, patience: patience
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
        _ lines: AsyncStream<String>, environment: [String: String], patience: Duration,
        answer: (String) -> Void
    ) async -> [UndoOrder] {
        var changes = WatchedChanges()
        let encoder = JSONEncoder()
        for await line in lines {
            let answered = changes.take(line)
            if let text = try? encoder.encode(answered) {
                answer(String(decoding: text, as: UTF8.self))
            }
        }
        // What still changes something would do so after it was undone.
        for group in changes.groups.values where group > 1 { kill(-group, SIGKILL) }
        return await undo(changes.armed, environment: environment, patience: patience)
    }

    private static func undo(
        _ armed: [UndoOrder], environment: [String: String], patience: Duration
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
