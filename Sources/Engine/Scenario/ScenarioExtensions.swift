public import DRTesting
public import ResilientStorage

/// Actions and observations of a program's own, for its scenarios to name.
///
/// `ScenarioReader` accepts their names, `RunRequest` takes them along to be carried out.
public struct ScenarioExtensions: Sendable {
    public private(set) var actions: [CustomAction] = []
    public private(set) var observations: [CustomObservation] = []

    public init() {}

    /// Makes an action known. Its name must be new.
    public mutating func register(_ action: CustomAction) {
        precondition(
            self.action(named: action.name) == nil, "There is an action '\(action.name)' already.")
        actions.append(action)
    }

    /// Makes an observation known. Its name must be new, also among those of the catalog.
    public mutating func register(_ observation: CustomObservation) {
        let name = observation.entry.name
        precondition(entry(named: name) == nil, "There is an observation '\(name)' already.")
        observations.append(observation)
    }

    public func action(named name: String) -> CustomAction? { actions.first { $0.name == name } }

    public func observation(named name: String) -> CustomObservation? {
        observations.first { $0.entry.name == name }
    }

    /// What scenarios can observe: the catalog, and what was registered.
    public var entries: [ObservationCatalog.Entry] {
        ObservationCatalog.entries + observations.map(\.entry)
    }

    public func entry(named name: String) -> ObservationCatalog.Entry? {
        ObservationCatalog.entry(named: name) ?? observation(named: name)?.entry
    }
}

/// Something that a step can do: `custom: {name: NAME, PARAMETER: VALUE}`.
public struct CustomAction: Sendable {
    /// Gets the parameters by name, as texts. May throw: the step has then seen nothing, and is
    /// inconclusive. Is cancelled when the run is.
    public typealias Body = @Sendable (any DrillContext, [String: String]) async throws -> Void

    public let name: String
    /// The names of its parameters. A scenario gives all of them.
    public let parameters: [String]
    public let run: Body
    public let undo: Body?

    /// - Parameters:
    ///   - name: small letters, digits and `_`. So are the names of the parameters.
    ///   - undo: puts back what `run` has changed outside the storage system. The cleanup calls it
    ///     with the same parameters if `run` was begun, however that ended. It is not called if
    ///     the runner is killed: what must not outlive the runner needs a lease of its own.
    public init(
        name: String, parameters: [String] = [], undo: Body? = nil, run: @escaping Body
    ) {
        precondition(
            name.isSnakeCase && parameters.allSatisfy(\.isSnakeCase),
            "The names of an action and of its parameters are small letters, digits and '_'.")
        precondition(
            Set(parameters + ["name"]).count == parameters.count + 1,
            "The parameters of an action have different names, and none of them is 'name'.")
        (self.name, self.parameters, self.run, self.undo) = (name, parameters, run, undo)
    }
}

/// Something that a step can observe.
public struct CustomObservation: Sendable {
    /// Looks once. Called often while a step waits, so it should take milliseconds. An observation
    /// without a value, or an error, means that nothing could be seen.
    public typealias Look = @Sendable (any DrillContext) async throws -> Observation

    public let entry: ObservationCatalog.Entry
    public let look: Look

    /// - Parameters:
    ///   - name: a group and what is seen of it, as `network.partitions`. The group may be one of
    ///     the catalog's.
    ///   - source: where it is really seen. What only a component says of itself is `.self`.
    ///   - meaning: one line for people.
    public init(
        name: String, source: Observation.Source, kind: ObservationCatalog.ValueKind = .number,
        meaning: String, look: @escaping Look
    ) {
        precondition(
            Self.isName(name),
            "The name of an observation is a group, a dot, and what is seen of it.")
        entry = ObservationCatalog.Entry(name: name, source: source, kind: kind, meaning: meaning)
        self.look = look
    }

    /// Of a scenario's own.
    init(_ probe: OutsideProbe, look: @escaping Look) {
        self.init(
            name: probe.name, source: probe.source, kind: probe.kind, meaning: probe.call.words,
            look: look)
    }

    static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { String($0).isSnakeCase }
    }
}

/// What custom actions and observations may use of a run. May be called from many tasks at once,
/// until the run is cleaned up.
public protocol DrillContext: Sendable {
    /// Where the objects of these calls lie. Every key is put after it, so that nothing else can
    /// be touched; comparisons with the ledger leave them out, and the cleanup removes them.
    var prefix: String { get }

    /// Through the storage system under test, as its users do.
    func put(_ body: [UInt8], to key: String) async -> StorageOutcome<Void>

    /// The body of an object; `nil` if there is none.
    func get(_ key: String) async -> StorageOutcome<[UInt8]?>

    func delete(_ key: String) async -> StorageOutcome<Void>

    /// Adds a line to the log of the run. No secrets: it is kept for good.
    func log(_ message: String) async
}

extension String {
    var isSnakeCase: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
