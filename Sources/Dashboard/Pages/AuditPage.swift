internal import EventLog
internal import Merkle
internal import Projections

/// What the audit page is made from, read from the log.
struct AuditFacts: Sendable {
    let logID: String
    let origin: String
    let position: UInt64
    let recorded: UInt64
    let firstPosition: UInt64
    let root: String
    /// How much of the log the last checkpoint covers, and its note.
    let sealed: UInt64
    let note: String?
    let signers: [String]
}

extension AuditFacts {
    /// Blocks.
    init(_ reader: EventReader) throws {
        let head = try reader.head()
        let last = try reader.lastCheckpoint()
        (logID, origin) = (reader.logID, reader.origin)
        (position, recorded) = (head.position, head.recorded)
        firstPosition = try reader.firstPosition()
        root = "\(try reader.root(ofSize: head.position))"
        sealed = try last.map { try Checkpoint(parsing: $0.text).size } ?? 0
        note = last?.encoded
        signers = last?.signatures.map(\.name) ?? []
    }
}

/// The log's head and seal, a check of one event, and the tables as they were.
struct AuditPage {
    let shell: Shell
    let sealWords: String
    let facts: [Fact]
    let hasCheckpoint: Bool
    /// The lines of the note. One of them is empty.
    let checkpoint: [String]
    let sealed: String
    let position: String
    let views: [HistoryPage.Option]

    init(_ facts: AuditFacts, _ shell: Shell) {
        self.shell = shell
        let open = facts.position - min(facts.sealed, facts.position)
        sealWords =
            facts.sealed == 0
            ? "Not sealed yet"
            : open == 0 ? "All of it is sealed" : "Sealed up to position \(facts.sealed)"
        var list = [
            Fact(label: "Position", value: String(facts.position)),
            Fact(label: "Recorded", value: RFC3339.text(facts.recorded)),
            Fact(label: "Root", value: facts.root, isCode: true),
            Fact(label: "Log", value: facts.logID, isCode: true),
            Fact(label: "Origin", value: facts.origin, isCode: true),
        ]
        if !facts.signers.isEmpty {
            let names = facts.signers.joined(separator: ", ")
            list.append(Fact(label: "Signed by", value: names, isCode: true))
        }
        if facts.firstPosition > 1 {
            let words = "what stands before position \(facts.firstPosition)"
            list.append(Fact(label: "Archived", value: words))
        }
        self.facts = list
        checkpoint = Self.lines(facts.note ?? "")
        hasCheckpoint = !checkpoint.isEmpty
        sealed = String(facts.sealed)
        position = String(facts.position)
        views = Views.all.map { view in
            HistoryPage.Option(
                value: view.name, text: Words.type(view.name),
                isSelected: view.name == TestsView.name)
        }
    }

    /// A note ends with the end of a line, and not with an empty one.
    private static func lines(_ note: String) -> [String] {
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        return (lines.last == "" ? lines.dropLast() : lines[...]).map { String($0) }
    }
}
