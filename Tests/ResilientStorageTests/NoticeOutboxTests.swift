import FoundationEssentials
import Synchronization
import Testing

@testable import ResilientStorage

@Suite(.timeLimit(.minutes(1))) struct NoticeOutboxTests {
    @Test func noticesAreDeliveredInOrderHoweverLateTheReceiverTakesThem() async throws {
        let receiver = SlowReceiver()
        let outbox = NoticeOutbox(notifier: receiver, observer: { _ in })
        for number in 0..<20 { outbox.add(.numbered(number)) }
        receiver.open()
        try await eventually("all notices are delivered") { receiver.delivered.count == 20 }
        #expect(receiver.delivered == (0..<20).map { "\($0)" })
        await outbox.stop()
    }

    @Test func theOldestAreGivenUpWhenTooManyWait() async throws {
        let (receiver, events) = (SlowReceiver(), EventRecorder())
        let outbox = NoticeOutbox(notifier: receiver) { events.record($0) }
        outbox.add(.numbered(0))
        try await eventually("the first notice is being sent") { receiver.isAsked }
        let capacity = NoticeOutbox.capacity
        for number in 1...capacity + 3 { outbox.add(.numbered(number)) }
        #expect(events.noticesDropped == ["1", "2", "3"])
        receiver.open()
        try await eventually("the others are delivered") {
            receiver.delivered.count == capacity + 1
        }
        #expect(receiver.delivered == ["0"] + (4...capacity + 3).map { "\($0)" })
        await outbox.stop()
    }

    @Test func stoppingGivesUpWhatNobodyTakes() async {
        let receiver = RecordingNotifier(refusals: .max)
        let outbox = NoticeOutbox(notifier: receiver, observer: { _ in })
        for number in 0..<3 { outbox.add(.numbered(number)) }
        await outbox.stop()
        #expect(receiver.delivered.isEmpty)
    }
}

extension Notice {
    fileprivate static func numbered(_ number: Int) -> Notice {
        Notice(
            incident: "\(number)", kind: .degraded, message: "",
            time: Date(timeIntervalSince1970: 0))
    }
}

/// Takes nothing until it is opened.
private final class SlowReceiver: Notifying {
    private struct State {
        var isAsked = false
        var isOpen = false
        var delivered: [String] = []
    }

    private let state = Mutex(State())

    func send(_ notice: Notice) async throws {
        state.withLock { $0.isAsked = true }
        while !state.withLock({ $0.isOpen }) { try await Task.sleep(for: .milliseconds(5)) }
        state.withLock { $0.delivered.append(notice.incident) }
    }

    func open() { state.withLock { $0.isOpen = true } }

    var isAsked: Bool { state.withLock { $0.isAsked } }
    var delivered: [String] { state.withLock { $0.delivered } }
}
