import DRTesting
import EventLog
import Foundation
import LMDB
import Synchronization
import Testing

/// What all chance in these tests follows from. `DR_TEST_SEED` sets another one.
enum Seed {
    static let value =
        ProcessInfo.processInfo.environment["DR_TEST_SEED"].flatMap { UInt64($0) } ?? 20_260_101

    /// For the messages of failures.
    static var note: Comment { "seed \(value)" }
}

/// A generator of which every run with one seed gives the same numbers (Steele et al., 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// A clock that stands still until a test moves it.
final class TestClock: Sendable {
    /// 2026-11-23T08:30:00Z, in microseconds since 1970.
    static let start: UInt64 = 1_795_422_600_000_000

    private let time = Mutex(TestClock.start)

    var now: UInt64 { time.withLock { $0 } }

    /// What the log sees of it.
    var log: LogClock { LogClock(now: { self.now }, uptime: { self.now }) }

    func advance(bySeconds seconds: UInt64) { time.withLock { $0 += seconds * 1_000_000 } }
}

/// LMDB opens a file once a process, and a store outlives its last use by the 20 ms of its timers.
func whenClosed<Value>(_ open: () throws -> Value) throws -> Value {
    for _ in 0..<1000 {
        do {
            return try open()
        } catch let error where isAlreadyOpen(error) {
            Thread.sleep(forTimeInterval: 0.005)
        }
    }
    return try open()
}

private func isAlreadyOpen(_ error: any Error) -> Bool {
    let cause = (error as? EventLogError)?.cause ?? error
    return (cause as? LMDBError)?.code == .alreadyOpen
}

/// An event on its way to a stream: known here, or a number and bytes.
struct ScriptedEvent: Sendable {
    let stream: String
    let number: Int
    let payload: [UInt8]

    init(_ stream: String, _ event: TestEvent) {
        (self.stream, number, payload) = (stream, event.number, event.payload)
    }

    init(_ stream: String, number: Int, payload: [UInt8]) {
        (self.stream, self.number, self.payload) = (stream, number, payload)
    }
}

/// A data directory whose log is written from a script, one event each second.
struct LogFixture {
    let temporary = TemporaryDirectory()

    var directory: DataDirectory { DataDirectory(temporary.path + "/data") }

    /// Makes the log, or goes on with it. Nothing of it is open when this returns.
    func write(_ events: [ScriptedEvent], after seconds: UInt64 = 0) async throws {
        let clock = TestClock()
        clock.advance(bySeconds: seconds)
        let store = try whenClosed { try EventStore(directory, clock: clock.log) }
        var random = SplitMix64(seed: Seed.value &+ seconds)
        for event in events {
            clock.advance(bySeconds: 1)
            let new = NewEvent(
                id: EventID(time: clock.now, using: &random), number: event.number,
                payload: event.payload)
            _ = try await store.append([new], to: event.stream, expecting: .any)
        }
        let verifier = LogVerifier(store.reader, outside: nil)
        let report = try verifier.verify()
        #expect(report.isClean, "\(report.problems)")
    }

    /// Appends all events at the same moment to one stream.
    func writeAtOnce(_ events: [TestEvent], to stream: String, after seconds: UInt64) async throws {
        let clock = TestClock()
        clock.advance(bySeconds: seconds)
        let store = try whenClosed { try EventStore(directory, clock: clock.log) }
        var random = SplitMix64(seed: Seed.value &+ seconds)
        var new: [NewEvent] = []
        for event in events {
            let id = EventID(time: clock.now, using: &random)
            new.append(NewEvent(id: id, number: event.number, payload: event.payload))
        }
        for start in stride(from: 0, to: new.count, by: 50) {
            let part = Array(new[start..<min(start + 50, new.count)])
            _ = try await store.append(part, to: stream, expecting: .any)
        }
    }

    func openReader() throws -> EventReader {
        try whenClosed { try EventReader(directory) }
    }
}
