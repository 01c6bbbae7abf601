internal import FoundationEssentials
internal import Synchronization

/// Tells users and watchers when performance alerts are raised and ended.
final class PerformanceWatch: Sendable {
    private struct State {
        var alerts: any PerformanceAlerting
        var incidents: [PerformanceAlerts.Kind: String] = [:]
        var count = 0
    }

    private let state: Mutex<State>
    private let outbox: NoticeOutbox
    private let now: @Sendable () -> Date
    private let observer: @Sendable (StorageEvent) -> Void

    init(
        _ alerts: any PerformanceAlerting, outbox: NoticeOutbox,
        now: @escaping @Sendable () -> Date,
        observer: @escaping @Sendable (StorageEvent) -> Void
    ) {
        state = Mutex(State(alerts: alerts))
        (self.outbox, self.now, self.observer) = (outbox, now, observer)
    }

    func observe(_ call: PerformanceAlerts.Call) {
        // Under the lock, so that the end of an alert is never told before its beginning.
        state.withLock { state in
            for change in state.alerts.observe(call) { report(change, &state) }
        }
    }

    private func report(_ change: PerformanceAlerts.Change, _ state: inout State) {
        observer(.alert(change))
        let time = now()
        let incident: String
        if let current = state.incidents[change.kind] {
            incident = current
        } else {
            state.count += 1
            incident = "alert-\(Int(time.timeIntervalSince1970))-\(state.count)"
        }
        state.incidents[change.kind] = change.isRaised ? incident : nil
        outbox.add(
            Notice(
                incident: incident,
                kind: change.isRaised ? .performanceAlert : .performanceRecovered,
                message: change.sentence, time: time))
    }
}

extension PerformanceAlerts.Change {
    fileprivate var sentence: String {
        let percent = Int((share * 100).rounded())
        return switch (kind, isRaised) {
        case (.errorRate, true): "Calls to the storage fail: \(percent) % of the last \(calls)."
        case (.errorRate, false): "Calls to the storage succeed again."
        case (.latency, true): "Calls to the storage are slow: \(percent) % of the last \(calls)."
        case (.latency, false): "Calls to the storage are as fast as usual again."
        }
    }
}
