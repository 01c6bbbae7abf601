internal import DRTesting
internal import Wire

/// Keeps one copy of each text and list of which a history has very many that are the same.
struct SharedValues {
    /// Shorter texts are stored in place: there is nothing to share.
    private static let shortest = 16
    private static let mostEndpoints = 64

    private struct Digest: Hashable {
        let bytes: [UInt8]

        /// At once: an array is hashed by one byte after another.
        func hash(into hasher: inout Hasher) {
            bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    private var texts: Set<String> = []
    private var digests: Set<Digest> = []
    private var facts: Set<Set<EvidenceFact>> = []
    /// By their bytes: two texts that only look alike are equal.
    private var endpoints: [[[UInt8]]: [EndpointUsed]] = [:]

    mutating func shared(_ text: String) -> String {
        if text.utf8.count < Self.shortest { return text }
        let known = texts.insert(text).memberAfterInsert
        // Two texts that only look alike are equal, and are not the same.
        return known.utf8.elementsEqual(text.utf8) ? known : text
    }

    mutating func shared(_ digest: [UInt8]) -> [UInt8] {
        digests.insert(Digest(bytes: digest)).memberAfterInsert.bytes
    }

    mutating func shared(_ facts: Set<EvidenceFact>) -> Set<EvidenceFact> {
        self.facts.insert(facts).memberAfterInsert
    }

    /// There are as many as targets, and few of these.
    mutating func shared(_ list: [EndpointUsed]) -> [EndpointUsed] {
        if list.isEmpty { return list }
        let bytes = list.map(\.encoded)
        if let known = endpoints[bytes] { return known }
        if endpoints.count < Self.mostEndpoints { endpoints[bytes] = list }
        return list
    }
}

extension SharedValues {
    mutating func share(_ opening: inout RunOpening) {
        opening.scenarioName = shared(opening.scenarioName)
        opening.testType = shared(opening.testType)
        opening.targetName = shared(opening.targetName)
        opening.targetKind = shared(opening.targetKind)
        opening.environment = shared(opening.environment)
        opening.executedBy = shared(opening.executedBy)
        opening.requestedBy = shared(opening.requestedBy)
        opening.authorization = shared(opening.authorization)
        opening.purpose = shared(opening.purpose)
        opening.toolVersion = shared(opening.toolVersion)
        opening.scenarioDigest = shared(opening.scenarioDigest)
        opening.targetDigest = shared(opening.targetDigest)
    }

    mutating func share(_ measures: inout DrillMeasures) {
        measures.measures = measures.measures.map { measure in
            DrillMeasures.Measure(
                name: shared(measure.name), value: measure.value, unit: shared(measure.unit),
                threshold: measure.threshold, passed: measure.passed)
        }
        for index in measures.marks.indices {
            measures.marks[index].mark = shared(measures.marks[index].mark)
        }
        measures.recoveryParts = measures.recoveryParts.map { part in
            DrillMeasures.RecoveryPart(
                label: shared(part.label), end: shared(part.end), lengthUs: part.lengthUs)
        }
        measures.objectives = measures.objectives.map { objective in
            DrillMeasures.Objective(
                title: shared(objective.title), measuredMs: objective.measuredMs,
                limitMs: objective.limitMs, verdict: objective.verdict,
                complaint: objective.complaint, isRecoveryTime: objective.isRecoveryTime)
        }
        measures.endpoints = shared(measures.endpoints)
        measures.clockSource = shared(measures.clockSource)
        measures.facts = shared(measures.facts)
    }
}
