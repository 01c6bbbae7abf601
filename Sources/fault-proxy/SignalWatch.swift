import Foundation
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into an orderly end. The second one ends the program at once.
final class SignalWatch {
    private final class Memory: Sendable {
        let hasOne = Atomic(false)
    }

    private let sources: [any DispatchSourceSignal]

    /// - Parameter stop: called once, on a queue of its own, with the signal's number.
    init(stop: @escaping @Sendable (Int32) -> Void) {
        let memory = Memory()
        let queue = DispatchQueue(label: "fault-proxy.signals")
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                let isSecond = memory.hasOne.exchange(true, ordering: .relaxed)
                if isSecond { exit(128 + number) } else { stop(number) }
            }
            source.resume()
            return source
        }
    }
}
