internal import FoundationEssentials
internal import Subprocess

/// The runner's end of a `Watchdog`.
///
/// It outlives its runner on purpose: nothing but the end of its input ends it.
actor WatchdogProcess {
    private let orders: AsyncStream<String>.Continuation
    private let answers: AsyncStream<String>
    /// Until the process has ended; then it says how.
    private let running: Task<String, Never>
    private let patience: Duration
    private var tail: Task<Void, any Error>?
    /// It runs, and does not answer: nobody waits for it again.
    private var isMute = false

    /// - Parameters:
    ///   - program: its path, and its arguments.
    ///   - environment: what undoing may need of it.
    ///   - patience: within which it answers, unless something has stopped it.
    init(
        program: [String], environment: [String: String], patience: Duration = .seconds(30)
    ) throws {
        self.patience = patience
        guard let path = program.first else {
            throw RunnerError(
                .internal, "no program is known that puts back what a dead run has changed")
        }
        _ = ProgramRun.outlivesClosedPipes
        let arguments = Array(program.dropFirst())
        let (orders, orderSink) = AsyncStream<String>.makeStream()
        let (answers, answerSink) = AsyncStream<String>.makeStream()
        (self.orders, self.answers) = (orderSink, answers)
        running = Task {
            defer { answerSink.finish() }
            do {
                return try await WatchdogProcess.relay(
                    path, arguments, environment, orders, answerSink)
            } catch {
                return "\(error)"
            }
        }
    }

    /// Returns when the watchdog knows.
    func tell(_ order: WatchdogOrder) async throws {
        let line = String(decoding: try JSONEncoder().encode(order), as: UTF8.self)
        let previous = tail
        let task = Task {
            // One after another: the answers say nothing of what they answer.
            _ = await previous?.result
            try await ask(line)
        }
        tail = task
        try await task.value
    }

    /// - Parameter isDone: nothing is armed, so that it ends at once. Otherwise it goes on alone.
    func end(isDone: Bool) async {
        orders.finish()
        if isDone && !isMute { _ = await running.value }
    }

    private func ask(_ line: String) async throws {
        if isMute { throw Self.mute }
        orders.yield(line + "\n")
        let found: String?
        do {
            found = try await nextAnswer()
        } catch {
            isMute = true
            throw error
        }
        guard let text = found else {
            throw RunnerError(.internal, "the watchdog has ended: \(await running.value)")
        }
        let answer = try JSONDecoder().decode(WatchdogAnswer.self, from: Data(text.utf8))
        if let error = answer.error { throw RunnerError(.internal, "the watchdog: \(error)") }
    }

    private static let mute = RunnerError(.internal, "the watchdog does not answer")

    /// - Returns: `nil` if there will be none.
    private func nextAnswer() async throws -> String? {
        let (stream, limit) = (answers, patience)
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                for await text in stream { return text }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: limit)
                throw WatchdogProcess.mute
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private static func relay(
        _ path: String, _ arguments: [String], _ environment: [String: String],
        _ orders: AsyncStream<String>, _ answers: AsyncStream<String>.Continuation
    ) async throws -> String {
        var options = PlatformOptions()
        // What comes from the terminal is for the runner.
        options.createSession = true
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        return try await LineDialogue(
            path: path, arguments: arguments, environment: variables, options: options
        ).run(orders, answers)
    }
}
