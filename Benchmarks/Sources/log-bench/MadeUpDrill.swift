import DRTesting
import EventLog

/// A drill that is made up, with events of all kinds that a runner records of one. The same number
/// and times give the same events, with the same ids.
struct MadeUpDrill {
    enum Outcome {
        case passed, failed, inconclusive, cancelled
    }

    /// Of each drill.
    static let eventCount = 400
    static let rtoTargetMs: UInt64 = 120_000

    let number: Int
    /// When it is asked for, and when it has ended, in microseconds since 1970.
    let start: UInt64
    let end: UInt64
    let key: EventID
    let outcome: Outcome
    /// How long the recovery took, as far as anybody measured it.
    let rtoMs: UInt64
    private let numbers: SeededNumbers

    init(number: Int, start: UInt64, end: UInt64) {
        var numbers = SeededNumbers(seed: UInt64(number))
        (self.number, self.start, self.end) = (number, start, end)
        key = EventID(time: start, using: &numbers)
        outcome = Self.outcome(ofNumber: number)
        let least = outcome == .failed ? Self.rtoTargetMs : 40_000 + UInt64(number % 6) * 5000
        rtoMs = least + numbers.next() % 20_000 + 1
        self.numbers = numbers
    }

    private static func outcome(ofNumber number: Int) -> Outcome {
        if number % 61 == 60 { return .cancelled }
        if number % 41 == 40 { return .inconclusive }
        return number % 23 == 22 ? .failed : .passed
    }

    var subject: MadeUpSubject { MadeUpSubject.all[number % MadeUpSubject.all.count] }
    var stream: String { SeededRun.stream(of: key) }
    /// Otherwise nobody knows how long the recovery took.
    var isMeasured: Bool { outcome == .passed || outcome == .failed }

    /// What asked for it; `nil` if no schedule did. One in four of what can be asked for so was.
    var fire: NewEvent? {
        guard number / MadeUpSubject.all.count % 4 == 0, subject.target.kind != "embedded" else {
            return nil
        }
        var fired = ScheduleFired()
        fired.scheduleID = UInt64(number % MadeUpSubject.all.count + 1)
        (fired.dueTime, fired.runKey) = (start / 60_000_000 * 60_000_000, key.description)
        var numbers = SeededNumbers(seed: ~UInt64(number))
        return TestEvent.scheduleFired(fired).new(at: start, using: &numbers)
    }

    /// Its events in their order, `eventCount` together: those with which it begins, and those that
    /// are recorded up to its end.
    func events() -> (beginning: [NewEvent], rest: [NewEvent]) {
        var numbers = self.numbers
        let beginning = [TestEvent.runRequested(requested), .runStarted(History.started(start))]
        let course = [prerequisites, disturbance, measures, results].flatMap { $0 }
        let lineCount = Self.eventCount - beginning.count - course.count - 2
        var lines = (0..<lineCount).map { TestEvent.logRecorded(History.logged($0, start)) }[...]
        var rest: [TestEvent] = []
        for event in course {
            rest.append(event)
            rest += lines.prefix(2)
            lines = lines.dropFirst(2)
        }
        rest += lines
        rest += [.cleanupFinished(cleanup), .runFinished(finished)]
        let begun = beginning.map { $0.new(at: start, using: &numbers) }
        return (begun, rest.map { $0.new(at: end, using: &numbers) })
    }

    private var requested: RunRequested {
        var event = History.requested(number)
        (event.runKey, event.scenarioName) = (key.description, subject.scenarioName)
        (event.testType, event.scenarioID) = (subject.testType, UInt64(subject.scenario + 1))
        (event.scenarioDigest, event.scenarioText) = (
            subject.scenarioDigest, MadeUpSubject.scenarioText
        )
        (event.targetName, event.targetKind) = (subject.target.name, subject.target.kind)
        event.targetDigest = [UInt8](repeating: UInt8(subject.target.name.utf8.count), count: 32)
        (event.environment, event.scope) = (subject.target.environment, "keys of drills alone")
        (event.executedBy, event.requestedBy) = ("nightly", fire == nil ? "ci" : "scheduler")
        (event.authorization, event.purpose) = ("CHG-7", number % 37 == 36 ? "proof" : "drill")
        event.rtoTargetMs = Self.rtoTargetMs
        (event.toolVersion, event.clockSource) = ("0.1.0", "CLOCK_REALTIME")
        event.seed = UInt64(number)
        event.steps = SeededRun.steps.map { PlannedStep(name: $0, component: "storage") }
        event.endpoints = ["primary", "secondary", "backup"].map { role in
            EndpointUsed(
                role: role, address: "https://\(role).\(subject.target.name).example",
                region: "eu", bucket: "dr-drill-\(role)")
        }
        return event
    }

    private var finished: RunFinished {
        var event = RunFinished()
        (event.verdict, event.time) = (verdict, end)
        switch outcome {
        case .passed: event.status = .completed
        case .failed, .inconclusive: event.status = .failed
        case .cancelled: (event.status, event.ending) = (.cancelled, .cancelled)
        }
        event.errorMessage = message
        if isMeasured {
            (event.rtoActualMs, event.rpoActualMs, event.rtoResolutionMs) = (rtoMs, 0, 100)
        }
        return event
    }

    var verdict: Verdict {
        switch outcome {
        case .passed: .passed
        case .failed: .failed
        case .inconclusive: .inconclusive
        case .cancelled: .none
        }
    }

    /// Why it did not pass; empty if it did.
    var message: String {
        switch outcome {
        case .passed: ""
        case .failed: "Restore the storage: it took too long"
        case .inconclusive: "Compare bytes: nothing was observed"
        case .cancelled: "cancelled by ops"
        }
    }
}
