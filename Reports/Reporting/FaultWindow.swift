public import DRTesting

/// A fault of a run: what it was, and when it struck how many of the requests.
public struct FaultWindow: Equatable, Sendable {
    /// How many requests it strikes from some moment on.
    public struct Share: Equatable, Sendable {
        public let offsetUs: UInt64
        public let fraction: Double
    }

    public let plan: FaultPlanned
    /// From when it was effective; empty if it never was.
    public fileprivate(set) var shares: [Share] = []
    /// `nil`: it was not seen to end.
    public fileprivate(set) var endUs: UInt64?
    /// `lifted`, `expired`, or empty.
    public fileprivate(set) var endedBy = ""

    /// Microseconds since the run's start, as all offsets.
    public var startUs: UInt64? { shares.first?.offsetUs }

    init(_ plan: FaultPlanned) { self.plan = plan }
}

/// The faults of a run in the order of their plans, folded from its events.
///
/// A name is that of one fault at a time: the same one may come again when it has ended.
struct FaultCourse: Sendable {
    private(set) var windows: [FaultWindow] = []

    /// - Parameter start: of the run, in microseconds since 1970.
    mutating func apply(_ event: TestEvent, start: UInt64) {
        switch event {
        case .faultPlanned(let plan): windows.append(FaultWindow(plan))
        case .faultEffective(let event): begin(event)
        case .faultEnded(let event):
            guard let index = inForce(event.faultID) else { return }
            (windows[index].endUs, windows[index].endedBy) = (event.offsetUs, event.reason)
        case .logRecorded(let event): change(event, start: start)
        default: break
        }
    }

    private mutating func begin(_ event: FaultEffective) {
        let index = windows.lastIndex { $0.plan.faultID == event.faultID && $0.shares.isEmpty }
        guard let index else { return }
        let fraction = windows[index].plan.fraction
        windows[index].shares = [.init(offsetUs: event.offsetUs, fraction: fraction)]
    }

    /// A change of the share is no event of its own: it is told in the run's log, with the values.
    private mutating func change(_ entry: LogRecorded, start: UInt64) {
        func value(_ name: String) -> String? {
            entry.metadata.first { $0.name == name }?.value
        }
        guard let name = value("fault"), let index = inForce(name), entry.time >= start,
            let fraction = value("fraction").flatMap({ Double($0) }), (0...1).contains(fraction)
        else { return }
        windows[index].shares.append(.init(offsetUs: entry.time - start, fraction: fraction))
    }

    private func inForce(_ name: String) -> Int? {
        windows.lastIndex { window in
            window.plan.faultID == name && !window.shares.isEmpty && window.endUs == nil
        }
    }
}
