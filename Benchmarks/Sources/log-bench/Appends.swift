import ArgumentParser
import EventLog
import Foundation

/// Durable appends of whole batches, several of them outstanding at any time.
struct AppendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "append")

    @OptionGroup var folder: Folder
    @Option var events = 1_000_000
    @Option var batch = 1000
    @Option var outstanding = 4
    @Option(help: "Bytes of a stored value.") var bytes = 256

    func run() async throws {
        let store = try EventStore(folder.directory)
        let rounds = events / batch / outstanding
        let batches = (0..<outstanding).map { _ in Payload.batch(batch, bytes: bytes) }
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, events) in batches.enumerated() {
                group.addTask {
                    for _ in 0..<rounds {
                        _ = try await store.append(events, to: "bench/\(number)", expecting: .any)
                    }
                }
            }
            try await group.waitForAll()
        }
        try Measure(
            events: UInt64(rounds * outstanding * batch), seconds: seconds(since: start)
        ).print()
    }
}

/// A closed loop of appenders, each of which waits for its one event to be durable.
struct SinglesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "singles")

    @OptionGroup var folder: Folder
    @Option var appenders = 64
    @Option var duration = 3.0
    @Option(help: "Bytes of a stored value.") var bytes = 256

    func run() async throws {
        let store = try EventStore(folder.directory)
        let event = Payload.batch(1, bytes: bytes)
        let start = ContinuousClock.now
        let end = start + .seconds(duration)
        let times = try await withThrowingTaskGroup(of: [Double].self) { group in
            for number in 0..<appenders {
                group.addTask {
                    var times: [Double] = []
                    while ContinuousClock.now < end {
                        let begun = ContinuousClock.now
                        _ = try await store.append(event, to: "bench/\(number)", expecting: .any)
                        times.append((ContinuousClock.now - begun) / .milliseconds(1))
                    }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted()
        }
        try Measure(
            events: UInt64(times.count), seconds: seconds(since: start),
            p50: times[times.count / 2],
            p99: times[times.count * 99 / 100]
        ).print()
    }
}

/// Appends whose ids are unique in the whole log, beside those that are there.
struct OnceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "once")

    @OptionGroup var folder: Folder
    @Option var events = 100_000
    @Option var batch = 1000

    func run() async throws {
        let store = try EventStore(folder.directory)
        var generator = SystemRandomNumberGenerator()
        let batches = (0..<events / batch).map { _ in
            Payload.batch(batch, bytes: 256, isOnce: true, using: &generator)
        }
        let start = ContinuousClock.now
        for events in batches {
            _ = try await store.append(events, to: "once", expecting: .any)
        }
        try Measure(events: UInt64(batches.count * batch), seconds: seconds(since: start)).print()
    }
}

enum Payload {
    /// Of an event with an envelope of `bytes` bytes in all, but for a few that differ with the
    /// size of the numbers in it.
    static func batch(_ count: Int, bytes: Int) -> [NewEvent] {
        var generator = SystemRandomNumberGenerator()
        return batch(count, bytes: bytes, isOnce: false, using: &generator)
    }

    static func batch(
        _ count: Int, bytes: Int, isOnce: Bool, using generator: inout SystemRandomNumberGenerator
    ) -> [NewEvent] {
        let envelope = 44
        let payload = (0..<bytes - envelope).map { UInt8(truncatingIfNeeded: $0 * 31 + 7) }
        return (0..<count).map { _ in
            let id = EventID(time: 1_795_000_000_000_000, using: &generator)
            return NewEvent(id: id, number: 20_000, payload: payload, isOnce: isOnce)
        }
    }
}
