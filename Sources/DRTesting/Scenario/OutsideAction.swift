/// A call outside that a step makes, and what puts back what it changes.
public struct OutsideAction: Equatable, Sendable {
    public let call: OutsideCall
    /// `nil` if it changes nothing. Whether that of a plug-in does, only the plug-in says.
    public let undo: OutsideCall?

    public init(_ call: OutsideCall, undo: OutsideCall? = nil) {
        (self.call, self.undo) = (call, undo)
    }

    /// All that may be called for it.
    public var calls: [OutsideCall] { [call] + (undo.map { [$0] } ?? []) }
}

/// An observation that a scenario makes for itself, by a call outside.
public struct OutsideProbe: Equatable, Sendable {
    /// What of an answer is the value.
    public enum Reading: Equatable, Sendable {
        /// The HTTP status, or the exit status.
        case status
        /// All of the body, or of what a program printed, without blanks around it.
        case text
        /// What stands at this JSONPath in it, in one place.
        case json(String)
        /// What a plug-in says.
        case value
    }

    /// A group and what is seen of it, as `inventory.status`.
    public let name: String
    public let source: Observation.Source
    public let kind: ObservationCatalog.ValueKind
    public let call: OutsideCall
    public let reading: Reading

    public init(
        name: String, source: Observation.Source, kind: ObservationCatalog.ValueKind,
        call: OutsideCall, reading: Reading
    ) {
        (self.name, self.source, self.kind) = (name, source, kind)
        (self.call, self.reading) = (call, reading)
    }
}

extension Scenario {
    /// All that it may call outside the storage system, in its order.
    public var outsideCalls: [OutsideCall] {
        probes.map(\.call) + steps.flatMap(\.actions).flatMap(\.outsideCalls)
    }

    /// Whether it starts programs on the machine of the runner. What is allowed to whoever can
    /// write there is not allowed to everybody who can send a scenario.
    public var usesPrograms: Bool { outsideCalls.contains(where: \.startsProgram) }
}

extension Action {
    fileprivate var outsideCalls: [OutsideCall] {
        if case .callOutside(let action) = self { action.calls } else { [] }
    }
}
