import Foundation
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into an orderly end. The second one ends the program at once.
final class SignalWatch {
    private final class Memory: Sendable {
        let first = Mutex<Int32?>(nil)
    }

    private let memory: Memory
    private let sources: [any DispatchSourceSignal]

    /// - Parameter stop: called once, on a queue of its own, with the signal's number.
    init(stop: @escaping @Sendable (Int32) -> Void) {
        let memory = Memory()
        self.memory = memory
        let queue = DispatchQueue(label: "dr-runner.signals")
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                let isFirst = memory.first.withLock { first in
                    defer { first = first ?? number }
                    return first == nil
                }
                if isFirst { stop(number) } else { exit(128 + number) }
            }
            source.resume()
            return source
        }
    }

    /// The signal that ended the run.
    var received: Int32? { memory.first.withLock { $0 } }
}
