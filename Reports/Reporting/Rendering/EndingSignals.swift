internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// A signal told the program to end.
package struct EndedBySignal: Error {
    package let number: Int32
}

/// For programs: what has processes and files of its own, as the making of a PDF has, is cancelled
/// by a signal, and not left behind.
package enum EndingSignals {
    private final class Memory: Sendable {
        let first = Mutex<Int32?>(nil)
    }

    /// So long may what is cancelled take to end. What only computes does not look whether it is.
    private static let graceSeconds = 5

    /// Runs something that SIGINT, SIGTERM and SIGHUP cancel. The second of them ends the program
    /// at once, and so does the first if the rest takes longer than five seconds.
    ///
    /// - Throws: `EndedBySignal` if one came; else what `body` throws.
    package static func cancelling<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let memory = Memory()
        let task = Task { try await body() }
        let numbers = [SIGINT, SIGTERM, SIGHUP]
        let queue = DispatchQueue(label: "dr-report.signals")
        let sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                let isFirst = memory.first.withLock { first in
                    defer { first = first ?? number }
                    return first == nil
                }
                if !isFirst { exit(128 + number) }
                task.cancel()
                queue.asyncAfter(deadline: .now() + .seconds(Self.graceSeconds)) {
                    exit(128 + number)
                }
            }
            source.resume()
            return source
        }
        let result = await task.result
        for source in sources { source.cancel() }
        for number in numbers { signal(number, SIG_DFL) }
        if let number = memory.first.withLock({ $0 }) { throw EndedBySignal(number: number) }
        return try result.get()
    }
}
