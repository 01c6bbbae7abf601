internal import FoundationEssentials
internal import Subprocess

/// The runner's end of a `LoadChild`.
///
/// One order at a time. An order whose task is cancelled leaves the process without use: it is to
/// be ended then.
final class LoadProcess: Sendable {
    let pid: Int32
    private let orders: AsyncStream<String>.Continuation
    private let answers: AsyncStream<String>
    /// Until the process has ended; then it says how.
    private let running: Task<String, Never>

    private init(
        pid: Int32, orders: AsyncStream<String>.Continuation, answers: AsyncStream<String>,
        running: Task<String, Never>
    ) {
        (self.pid, self.orders, self.answers, self.running) = (pid, orders, answers, running)
    }

    /// - Parameter program: its path, and its arguments.
    /// - Returns: when its storage system has made a first call.
    static func start(
        _ program: [String], with setting: LoadSetting
    ) async throws -> LoadProcess {
        guard let path = program.first else {
            throw RunnerError(.internal, "no program is known that puts the load on in a child")
        }
        let (orders, orderSink) = AsyncStream<String>.makeStream()
        let (answers, answerSink) = AsyncStream<String>.makeStream()
        let arguments = Array(program.dropFirst())
        let running = Task {
            defer { answerSink.finish() }
            do {
                return try await relay(path, arguments, orders, answerSink)
            } catch {
                return "\(error)"
            }
        }
        do {
            orderSink.yield(try line(setting))
            guard case .ready(let pid) = try await next(of: answers, running) else {
                throw unexpected
            }
            return LoadProcess(pid: pid, orders: orderSink, answers: answers, running: running)
        } catch {
            running.cancel()
            _ = await running.value
            throw error
        }
    }

    /// Ends the process, whatever it is doing.
    func end() async {
        orders.finish()
        running.cancel()
        _ = await running.value
    }

    // MARK: Orders

    func put(_ level: LoadLevel) async throws -> LevelResult {
        guard case .level(let result) = try await obey(.put(level)) else { throw Self.unexpected }
        return result
    }

    func transfer(count: Int, bytes: Int) async throws -> LargeTransfer.Result {
        let order = LoadOrder.transfer(count: count, bytes: bytes)
        guard case .transferred(let result) = try await obey(order) else { throw Self.unexpected }
        return result
    }

    /// Returns when the breaker is closed and the queue empty, or the time is over.
    func settle(within limit: Duration) async throws {
        _ = try await obey(.settle(within: limit))
    }

    /// What may be stored, according to the ledger of the load.
    func expectations() async throws -> LedgerExpectations {
        guard case .ledger(let expectations) = try await obey(.tellLedger) else {
            throw Self.unexpected
        }
        return expectations
    }

    func lastOperations() async throws -> [OperationNote] {
        guard case .operations(let notes) = try await obey(.tellLastOperations) else {
            throw Self.unexpected
        }
        return notes
    }

    private func obey(_ order: LoadOrder) async throws -> LoadAnswer {
        orders.yield(try Self.line(order))
        return try await Self.next(of: answers, running)
    }

    private static let unexpected = RunnerError(
        .internal, "the process that puts the load on answered something else")

    private static func next(
        of answers: AsyncStream<String>, _ running: Task<String, Never>
    ) async throws -> LoadAnswer {
        for await line in answers {
            return try JSONDecoder().decode(LoadAnswer.self, from: Data(line.utf8))
        }
        try Task.checkCancellation()
        // Whoever gave up an order before has the answers given up too.
        running.cancel()
        throw RunnerError(
            .internal, "the process that puts the load on has ended: \(await running.value)")
    }

    private static func line(_ message: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(message), as: UTF8.self) + "\n"
    }

    // MARK: The process

    /// - Returns: how it ended.
    private static func relay(
        _ path: String, _ arguments: [String], _ orders: AsyncStream<String>,
        _ answers: AsyncStream<String>.Continuation
    ) async throws -> String {
        var options = PlatformOptions()
        // What comes from the terminal is for the runner, which then ends this process.
        options.processGroupID = 0
        return try await LineDialogue(
            path: path, arguments: arguments, environment: environment, options: options
        ).run(orders, answers)
    }

    /// What is freed must be seen to be freed: otherwise the allocator learns to keep large blocks
    /// for later, which looks like a leak.
    private static let environment: [Environment.Key: String] = [
        "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072",
    ]
}
