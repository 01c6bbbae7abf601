internal import DRTesting

/// What a run is for. Runs of proofs and of chaos say nothing about how well a storage system does
/// in a planned drill: they are listed only when asked for, and are in no statistics.
public enum RunPurpose: String, Sendable {
    case drill, proof, chaos
}

extension RunRequest {
    /// Follows from what is run, so that a plan of chaos that is run again from its file is no
    /// drill either.
    public var purpose: RunPurpose {
        if sabotage != nil { return .proof }
        return scenario.type == ChaosPlan.scenarioType ? .chaos : .drill
    }
}
