internal import Crypto
public import DRTesting
public import EventLog
internal import FoundationEssentials
internal import S3

/// What is to be run, where, and by whom.
public struct RunRequest: Sendable {
    public var scenario: Scenario
    public var scenarioText: String
    /// 1 to 6 for the built-in scenarios.
    public var scenarioID: UInt64 = 0
    public var target = Target.embedded
    /// The only environment that the target may belong to; `nil`: any.
    public var requestedEnvironment: String?
    /// The name of the target, given again by whoever wants a drill in production.
    public var confirmation: String?
    public var executedBy = ""
    public var requestedBy = ""
    public var authorization = ""
    public var sabotage: Sabotage?
    public var timeout: Duration = .seconds(1800)
    public var isDebug = false
    public var seed: UInt64
    /// The key of the run, a UUID of version 7, if whoever orders it has drawn it already; `nil`:
    /// the run draws its own.
    public var key: EventID?
    /// The program that runs `QueueChild` with a directory, and its first arguments.
    public var queueChild: [String] = []
    /// The program that runs `LoadChild`, and its arguments.
    public var loadChild: [String] = []
    /// The program that undoes what a dead run has left changed, and its arguments.
    public var watchdog: [String] = []
    /// What is run instead of the steps of the scenario, which then only describes it.
    public var experiment: ExperimentRequest?
    /// With what the scenario was read: its own actions and observations are looked up there.
    public var extensions = ScenarioExtensions()
    public var toolVersion = ""

    public init(scenario: Scenario, scenarioText: String, seed: UInt64) {
        (self.scenario, self.scenarioText, self.seed) = (scenario, scenarioText, seed)
    }
}

extension RunRequest {
    func recorded(key: EventID) -> RunRequested {
        var event = RunRequested()
        event.runKey = "\(key)"
        (event.scenarioName, event.testType, event.scenarioID) = (
            scenario.name, scenario.type, scenarioID
        )
        let settings = scenario.variables.map { "\($0.name)=\($0.value)\n" }.joined()
        event.scenarioDigest = Array(
            SHA256.hash(data: Array((scenarioText + "\0" + settings).utf8)))
        event.scenarioText = scenarioText
        (event.targetName, event.targetKind) = (target.name, target.kind.rawValue)
        (event.targetDigest, event.environment) = (target.digest, target.environment)
        (event.scope, event.executedBy, event.requestedBy) = (target.scope, executedBy, requestedBy)
        event.authorization = authorization
        event.purpose = purpose.rawValue
        event.rtoTargetMs = scenario.objectives.recoveryTime.map { UInt64($0.milliseconds) }
        event.rpoTargetMs = scenario.objectives.recoveryPoint.map { UInt64($0.milliseconds) }
        (event.toolVersion, event.seed, event.variables) = (toolVersion, seed, scenario.variables)
        event.isDebug = isDebug
        event.steps = scenario.steps.map { PlannedStep(name: $0.name, component: $0.component) }
        event.timeoutMs = UInt64(timeout.milliseconds)
        event.sabotage = sabotage?.rawValue ?? ""
        event.host = ProcessInfo.processInfo.operatingSystemVersionString
        event.clockSource = "CLOCK_REALTIME for times, CLOCK_BOOTTIME for durations"
        event.endpoints = [
            ("primary", target.primary), ("secondary", target.secondary),
            ("backup", target.backup),
        ].compactMap {
            role, storage in
            storage.map {
                EndpointUsed(
                    role: role, address: $0.endpoint.description, region: $0.region,
                    bucket: $0.bucket)
            }
        }
        return event
    }
}
