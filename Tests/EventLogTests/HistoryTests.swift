import Testing

@testable import EventLog

/// Two processes append what chance asks for, many appends at the same time: new ones, retries,
/// doubles, and such as must be refused. What became of each has to follow from the log that
/// remains, which is compared with a model that knows only streams, revisions and ids.
struct HistoryTests {
    private let fixture = Fixture()

    @Test(.timeLimit(.minutes(5)), arguments: [false, true])
    func whatBecameOfEachAppendFollowsFromTheLog(clockJumps: Bool) async throws {
        let outcomes = try await play(clockJumps: clockJumps)
        let reader = try fixture.openReader()
        let history = try History(reader)
        let note = Seed.note
        #expect(history.problems == [], note)
        #expect(outcomes.compactMap { history.objection(to: $0) } == [], note)
        // Nothing is in the log that nobody was told of.
        let told = Set(outcomes.compactMap(\.position))
        let untold = history.appends.keys.filter { !told.contains($0) }
        #expect(untold.isEmpty, note)
        // An append that expects nothing is another one each time.
        let unconditional = outcomes.filter { $0.expected == nil }.compactMap(\.position)
        #expect(Set(unconditional).count == unconditional.count, note)
        // There was something of everything.
        let words = Set(outcomes.map(\.word))
        for word in ["kept", "wrongRevision", "idTaken", "partlyAppended", "tooLarge"] {
            #expect(words.contains(word), note)
        }
        let problems = try LogVerifier(reader, outside: nil).verify().problems
        #expect(problems == [], note)
    }

    private func play(clockJumps: Bool) async throws -> [Outcome] {
        let players = try (0..<UInt64(2)).map { number in
            let jumps = clockJumps && number == 1 ? ["--jumps", "\(Seed.value)"] : []
            return try Appender(
                ["play", fixture.directory.path, "25", "--seed", "\(Seed.value &+ number)"] + jumps,
                beside: fixture.directory)
        }
        var outcomes: [Outcome] = []
        for player in players {
            try await player.finish()
            try #require(player.status == 0, "\(player.complaints), seed \(Seed.value)")
            let lines = player.printed.filter { $0.hasPrefix("asked ") }
            let told = lines.compactMap { Outcome($0) }
            try #require(!told.isEmpty && told.count == lines.count)
            outcomes += told
        }
        return outcomes
    }
}

/// What a player says became of an append.
private struct Outcome {
    let line: String
    let stream: String
    /// The revision that it expected; `nil`: any.
    let expected: UInt64?
    let ids: [EventID]
    /// `kept`, or why not.
    let word: String
    let numbers: [UInt64]

    init?(_ line: String) {
        let fields = line.split(separator: " ").map { String($0) }
        guard fields.count > 4, fields[4] == "kept" || fields.count > 5 else { return nil }
        self.line = line
        stream = fields[1]
        expected = UInt64(fields[2])
        ids = fields[3].split(separator: ",").compactMap { EventID(String($0)) }
        word = fields[4] == "kept" ? "kept" : fields[5]
        numbers = fields.dropFirst(fields[4] == "kept" ? 5 : 6).compactMap { UInt64($0) }
    }

    var position: UInt64? { word == "kept" ? numbers.first : nil }
}

/// A log, read from its beginning by somebody who knows only what it promises.
private struct History {
    struct Append {
        let stream: String
        let firstRevision: UInt64
        var ids: [EventID] = []
    }

    private(set) var problems: [String] = []
    /// By their first positions, without the log's own.
    private(set) var appends: [UInt64: Append] = [:]
    private var streams: [String: [EventID]] = [:]
    /// After how many events of a stream an append ends.
    private var ends: [String: Set<UInt64>] = [:]
    private var uniqueIDs: [EventID: UInt64] = [:]

    init(_ reader: EventReader) throws {
        var names: [UInt64: String] = [:]
        var (next, begin) = (UInt64(1), UInt64(1))
        while case let events = try reader.events(from: next), let last = events.last?.position {
            for event in events {
                let record = event.record
                if record.revision == 1 { names[record.stream] = record.streamName }
                add(record, at: event.position, of: names[record.stream] ?? "", begin: begin)
                if record.following == 0 { begin = event.position + 1 }
            }
            next = last + 1
        }
    }

    private mutating func add(
        _ record: Record, at position: UInt64, of stream: String, begin: UInt64
    ) {
        if record.isOnce, let other = uniqueIDs.updateValue(position, forKey: record.id) {
            problems.append("\(record.id) is at \(other) and at \(position)")
        }
        if stream == LogEvent.streamName { return }
        let revision = UInt64(streams[stream]?.count ?? 0) + 1
        if record.revision != revision { problems.append("position \(position): \(revision)") }
        streams[stream, default: []].append(record.id)
        if record.following == 0 { ends[stream, default: [0]].insert(revision) }
        appends[begin, default: Append(stream: stream, firstRevision: revision)].ids
            .append(record.id)
    }

    /// Why this cannot have become of an append; `nil` if it can.
    func objection(to outcome: Outcome) -> String? {
        isPossible(outcome) ? nil : outcome.line
    }

    private func isPossible(_ outcome: Outcome) -> Bool {
        switch (outcome.word, outcome.numbers.first) {
        case ("kept", let position?): isKept(outcome, at: position)
        case ("wrongRevision", let actual?): isBehindOrAhead(outcome, actual)
        case ("idTaken", let position?):
            outcome.ids.contains { uniqueIDs[$0] == position }
        case ("partlyAppended", _): isThereInPart(outcome)
        case ("tooLarge", _), ("busy", _), ("clockJumped", _): true
        default: false
        }
    }

    private func isKept(_ outcome: Outcome, at position: UInt64) -> Bool {
        guard let append = appends[position], outcome.numbers.count == 3 else { return false }
        let (revision, count) = (outcome.numbers[1], outcome.numbers[2])
        // One that was refused, and came again after a longer one with the same beginning had been
        // kept, finds its own events there.
        return append.stream == outcome.stream && append.ids.starts(with: outcome.ids)
            && append.firstRevision == revision && outcome.ids.count == Int(count)
            && revision == (outcome.expected ?? revision - 1) + 1
    }

    /// The stream once ended so, which was not what was expected, and it was no retry.
    private func isBehindOrAhead(_ outcome: Outcome, _ actual: UInt64) -> Bool {
        guard let expected = outcome.expected, expected != actual,
            ends[outcome.stream, default: [0]].contains(actual)
        else { return false }
        let later = streams[outcome.stream, default: []].prefix(Int(actual))
            .dropFirst(Int(expected))
        return !zip(later, outcome.ids).contains { $0 == $1 }
    }

    private func isThereInPart(_ outcome: Outcome) -> Bool {
        guard let expected = outcome.expected else { return false }
        let later = streams[outcome.stream, default: []].dropFirst(Int(expected))
        let isThere = zip(later, outcome.ids).contains { $0 == $1 }
        let isWhole = appends.values.contains {
            $0.stream == outcome.stream && $0.firstRevision == expected + 1 && $0.ids == outcome.ids
        }
        return isThere && !isWhole
    }
}
