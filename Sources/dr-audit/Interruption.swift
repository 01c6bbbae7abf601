import ArgumentParser
import Foundation
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into an end between two steps. The second ends the program at
/// once.
final class Interruption {
    private struct State {
        var received: Int32?
        var pause: Task<Void, Never>?
    }

    private final class Memory: Sendable {
        let state = Mutex(State())
    }

    private let memory: Memory
    private let sources: [any DispatchSourceSignal]

    /// - Parameter action: what a signal does at once, on a queue of its own.
    init(then action: @escaping @Sendable () -> Void = {}) {
        let memory = Memory()
        self.memory = memory
        let queue = DispatchQueue(label: "dr-audit.signals")
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                let isFirst = memory.state.withLock { state in
                    defer { state.received = state.received ?? number }
                    state.pause?.cancel()
                    return state.received == nil
                }
                if !isFirst { exit(128 + number) }
                action()
            }
            source.resume()
            return source
        }
    }

    /// The signal that was received.
    private var received: Int32? { memory.state.withLock { $0.received } }

    /// - Throws: 128 and the number of the signal that was received, as the exit code.
    func check() throws {
        if let received { throw ExitCode(128 + received) }
    }

    /// Waits until then, or until a signal comes.
    func pause(until instant: ContinuousClock.Instant) async {
        let pause = Task<Void, Never> {
            _ = try? await Task.sleep(until: instant, clock: .continuous)
        }
        memory.state.withLock { state in
            state.pause = pause
            if state.received != nil { pause.cancel() }
        }
        await pause.value
    }
}
