internal import ChaosToolkit
internal import DRTesting
internal import Wire

/// What came of an activity.
struct ActivityAnswer: Sendable {
    /// As Chaos Toolkit has it.
    var output: JSONValue
    /// A name and its value for the configuration.
    var variable: (name: String, value: String)?
    /// What whoever reads the output should know.
    var warnings: [String] = []
}

/// Why an activity has no output.
struct ActivityFailure: Error, Sendable, CustomStringConvertible {
    let message: String
    /// It says nothing of the system: the call was not made, or was broken itself.
    let isUnmade: Bool

    init(_ message: String, isUnmade: Bool) { (self.message, self.isUnmade) = (message, isUnmade) }

    var description: String { message }
}

/// What an experiment does to its surroundings.
protocol ActivityCalling: Sendable {
    /// Finds the mistakes of functions of Python, as Chaos Toolkit does before it runs anything.
    ///
    /// - Throws: `ActivityFailure`, or `CancellationError`.
    func check(_ activities: [Activity], _ substitution: Substitution) async throws

    /// Makes a call, without what the activity says of waiting.
    ///
    /// - Throws: `ActivityFailure`, or `CancellationError`.
    func call(
        _ activity: Activity, _ substitution: Substitution
    ) async throws -> ActivityAnswer

    /// Sees to it that a rollback is played if this process dies before it can. The one that is
    /// given last comes first.
    ///
    /// - Returns: what `noteRolledBack` is told.
    /// - Throws: `ActivityFailure` if nobody can, or `CancellationError`.
    func arm(_ rollback: Activity, _ substitution: Substitution) async throws -> String

    func noteRolledBack(_ id: String, isDone: Bool, detail: String) async

    /// The faults that ended by themselves while they were wanted.
    var lostFaults: [String] { get async }

    /// Gives back at proxies what the calls have changed there.
    func liftFaults() async -> CleanupAction

    /// Called last. Plays again what was armed and is not noted as done.
    func end() async -> [CleanupAction]
}
