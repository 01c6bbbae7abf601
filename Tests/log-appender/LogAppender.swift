import EventLog
import Foundation

/// Appends to the log of a data directory as another process, for tests:
/// `log-appender DATA STREAM COUNT`, one event after another.
///
/// Prints `POSITION MICROSECONDS` for each acknowledgement: where it is and how long it took.
@main
struct LogAppender {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let count = Int(arguments[3]) else {
            fatalError("log-appender DATA STREAM COUNT")
        }
        let store = try EventStore(DataDirectory(arguments[1]))
        var generator = SystemRandomNumberGenerator()
        for number in 0..<count {
            let event = NewEvent(
                id: EventID(time: LogClock.system.now(), using: &generator), number: 100,
                payload: Array("event \(number) of \(arguments[2])".utf8))
            let start = ContinuousClock.now
            let receipt = try await store.append(
                [event], to: arguments[2], expecting: .exactly(UInt64(number)))
            let took = (ContinuousClock.now - start) / .microseconds(1)
            print(receipt.firstPosition, Int(took))
            fflush(nil)
        }
    }
}
