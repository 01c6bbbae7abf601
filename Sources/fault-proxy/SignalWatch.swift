import Foundation
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into an orderly end. The second one ends the program at once.
final class SignalWatch {
    private final class Memory: Sendable {
        let hasOne = Atomic(false)
    }

    /// What `SIG_IGN` is as a number: functions cannot be compared.
    private static let ignored = 1
    private static let patience: TimeInterval = 20

    private let sources: [any DispatchSourceSignal]

    /// - Parameter stop: called once, on a queue of its own, with the signal's number.
    init(stop: @escaping @Sendable (Int32) -> Void) {
        let memory = Memory()
        let queue = DispatchQueue(label: "fault-proxy.signals")
        sources = [SIGINT, SIGTERM, SIGHUP].compactMap { number -> (any DispatchSourceSignal)? in
            let before = signal(number, SIG_IGN)
            // So does nohup start what is to outlive its terminal.
            if number == SIGHUP, unsafeBitCast(before, to: Int.self) == SignalWatch.ignored {
                return nil
            }
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                let isSecond = memory.hasOne.exchange(true, ordering: .relaxed)
                if isSecond { exit(128 + number) }
                stop(number)
                // Whatever hangs, it ends.
                queue.asyncAfter(deadline: .now() + SignalWatch.patience) { exit(128 + number) }
            }
            source.resume()
            return source
        }
    }
}
