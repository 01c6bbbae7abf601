import Synchronization
import Testing

@testable import EventLog

#if canImport(Glibc)
    import Glibc
#endif

/// Appends that cannot begin, because another process writes.
struct DeadlineTests {
    private let fixture = Fixture()

    @Test(.timeLimit(.minutes(1)))
    func anAppendThatCannotBeginInTimeIsWithdrawn() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let (late, next) = (make.events(1), make.events(1))
        let turn = HeldTurn(fixture.directory)
        let code = try await refusal {
            try await store.append(
                late, to: "run/a", expecting: .noStream, within: .milliseconds(100))
        }
        turn.giveBack()
        #expect(code == .busy)
        let receipt = try await store.append(next, to: "run/a", expecting: .noStream)
        #expect(receipt.firstPosition == 2)
        try verify(store)
    }

    @Test(.timeLimit(.minutes(1)))
    func anAppendThatComesDuringACommitIsWithdrawnInTimeToo() async throws {
        let gate = Gate()
        let store = try fixture.openStore(
            clock: LogClock(now: { gate.pass() }, uptime: { TestClock.start }))
        var make = EventMaker()
        let (first, second) = (make.events(1), make.events(1))
        gate.close()
        async let slow = store.append(first, to: "run/a", expecting: .noStream)
        while !gate.isWaitedFor { try await Task.sleep(for: .milliseconds(1)) }
        // The first append is being written. Nothing waits, for longer than a look at deadlines.
        try await Task.sleep(for: .milliseconds(100))
        async let late = refusal {
            try await store.append(
                second, to: "run/b", expecting: .noStream, within: .milliseconds(200))
        }
        try await Task.sleep(for: .milliseconds(20))
        let turn = HeldTurn(fixture.directory)
        gate.open()
        let receipt = try await slow
        try await Task.sleep(for: .seconds(2))
        turn.giveBack()
        #expect(receipt.firstPosition == 2)
        let code = try await late
        #expect(code == .busy)
        try verify(store)
    }

    /// It was planned while the one before was written, and is written with the next by nobody.
    @Test(.timeLimit(.minutes(1)))
    func anAppendThatIsPlannedAlreadyIsWithdrawnAsWell() async throws {
        let gate = Gate()
        let store = try fixture.openStore(
            clock: LogClock(now: { gate.pass() }, uptime: { TestClock.start }))
        var make = EventMaker()
        let (first, next) = (make.events(1), make.events(1))
        // A group by itself.
        let planned = make.events(AppendQueue.maximumEvents)
        gate.close()
        async let slow = store.append(first, to: "run/a", expecting: .noStream)
        while !gate.isWaitedFor { try await Task.sleep(for: .milliseconds(1)) }
        let turn = HeldTurn(fixture.directory)
        async let withdrawn = refusal {
            try await store.append(
                planned, to: "run/b", expecting: .noStream, within: .milliseconds(500))
        }
        try await Task.sleep(for: .milliseconds(100))
        async let last = store.append(next, to: "run/c", expecting: .noStream)
        try await Task.sleep(for: .milliseconds(100))
        gate.open()
        let code = try await withdrawn
        turn.giveBack()
        let receipts = try await [slow, last]
        #expect(code == .busy)
        #expect(receipts.map(\.firstPosition) == [2, 3])
        #expect(try store.reader.revision(ofStream: "run/b") == 0)
        try verify(store)
    }
}

/// A clock that stops whoever asks for the time, while it is closed.
private final class Gate: Sendable {
    private let state = Mutex((isClosed: false, isWaitedFor: false))

    var isWaitedFor: Bool { state.withLock { $0.isWaitedFor } }

    func close() { state.withLock { $0.isClosed = true } }

    func open() { state.withLock { $0.isClosed = false } }

    func pass() -> UInt64 {
        while isClosedForMe() { usleep(1000) }
        return TestClock.start
    }

    private func isClosedForMe() -> Bool {
        state.withLock {
            $0.isWaitedFor = $0.isClosed
            return $0.isClosed
        }
    }
}
