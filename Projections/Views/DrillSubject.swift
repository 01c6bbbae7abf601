internal import DRTesting
internal import Merkle
internal import Wire

/// What a drill is a drill of: a scenario against a target.
///
/// A target is its name, its kind and its environment: what passes in a test environment says
/// nothing about production.
struct DrillSubject: WireSchema {
    var scenario = ""
    var target = ""
    var targetKind = ""
    var environment = ""

    static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.scenario), .string(2, \.target), .string(3, \.targetKind),
        .string(4, \.environment),
    ]
}

/// What folds remember of a drill until it ends.
struct OpenDrill: WireSchema {
    /// The id of the test: the position of its first event.
    var test: UInt64 = 0
    var testType = ""
    var subjects: [DrillSubject] = []

    static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.test), .string(2, \.testType), .messages(3, \.subjects),
    ]

    var subject: DrillSubject { subjects.first ?? DrillSubject() }

    /// The numbers of the first and the last event of a run.
    static func reads(_ number: Int) -> Bool { number == 20 || number == 38 }
}

extension RunRequested {
    /// Proofs and chaos break things to see that it is noticed. They say nothing about how well a
    /// storage system does: they open no finding, close none, and are in no figure.
    var isDrill: Bool { purpose == "drill" }

    var subject: DrillSubject {
        var subject = DrillSubject()
        (subject.scenario, subject.target) = (scenarioName, targetName)
        (subject.targetKind, subject.environment) = (targetKind, environment)
        return subject
    }
}

extension RowKey {
    /// What is remembered under names, which may be longer than a key: under their hash.
    static func names(_ names: some WireMessage) -> [UInt8] {
        [0x6e] + MerkleHash.leaf(names.encoded).bytes
    }

    /// What is remembered of a row beside its JSON.
    static func state(_ id: UInt64) -> [UInt8] { [stateKind] + bigEndian(id) }
    static let stateKind: UInt8 = 0x64
}

extension RowTable {
    /// What was remembered under a key.
    mutating func remembered<State: WireSchema>(
        _ key: [UInt8], as type: State.Type
    ) throws -> State? {
        guard let stored = try value(key) else { return nil }
        return try State(from: WireReader(stored))
    }

    /// The id of a new row: 1 + the number of earlier ones.
    mutating func nextID() throws -> UInt64 {
        let id = (try value(RowKey.count).map { RowKey.number($0) } ?? 0) + 1
        try put(RowKey.bigEndian(id), RowKey.count)
        return id
    }

    /// Remembers a drill from its first event, and gives it back when it ends, unless it was called
    /// off: then nothing of it is judged. The first request and the first end of a run count.
    mutating func endedDrill(_ record: TestRecord) throws -> (OpenDrill, RunFinished)? {
        let key = RowKey.stream(record.stream)
        switch record.event {
        case .runRequested(let request) where request.isDrill:
            guard try value(key) == nil else { return nil }
            var drill = OpenDrill()
            (drill.test, drill.testType) = (record.position, request.testType)
            drill.subjects = [request.subject]
            try put(drill.encoded, key)
            return nil
        case .runFinished(let finish):
            guard let drill = try remembered(key, as: OpenDrill.self) else { return nil }
            try remove(key)
            return finish.status == .cancelled ? nil : (drill, finish)
        default: return nil
        }
    }
}
