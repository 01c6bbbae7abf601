public import Wire

/// A row that people make and change, with its id and who said so last.
public protocol RowDefinition: WireMessage, Equatable, Sendable {
    var id: UInt64 { get set }
    var by: String { get set }
}

/// What people may want of the rows of a table.
public enum RowCommand<Definition: RowDefinition>: Equatable, Sendable {
    /// The id is given to it: the one that the definition has is not looked at.
    case create(Definition, isEnabled: Bool = true)
    case change(Definition)
    case disable(RowChange)
    case enable(RowChange)
    case remove(RowChange)
}

/// What happened to a row.
enum RowEvent<Definition: RowDefinition> {
    case created(Definition)
    case changed(Definition)
    case disabled(RowChange)
    case enabled(RowChange)
    case removed(RowChange)
}

/// What is refused of any table.
protocol RowRefusal: Error {
    static func unknownID(_ id: UInt64) -> Self
    static func removed(_ id: UInt64) -> Self
    static var anonymous: Self { get }
    static var tooLarge: Self { get }
}

/// The rows of a table that people keep. A row that is removed keeps its id, which is never given
/// again.
public struct KeptRows<Definition: RowDefinition>: Equatable, Sendable {
    public struct Row: Equatable, Sendable {
        public internal(set) var definition: Definition
        public internal(set) var isEnabled = true
        public internal(set) var isRemoved = false
    }

    /// By their ids; the removed ones too.
    private var rows: [UInt64: Row] = [:]

    init() {}

    public subscript(id: UInt64) -> Row? { rows[id] }

    /// In the order of their ids, without those that were removed.
    public var present: [Row] {
        rows.values.filter { !$0.isRemoved }.sorted { $0.definition.id < $1.definition.id }
    }

    /// The id of the row that says the same as a definition, whose own id is not looked at.
    public func id(ofSame definition: Definition) -> UInt64? {
        let known = present.first { row in
            var same = definition
            same.id = row.definition.id
            return same == row.definition
        }
        return known?.definition.id
    }

    mutating func apply(_ event: RowEvent<Definition>) {
        switch event {
        case .created(let definition):
            rows[definition.id] = rows[definition.id] ?? Row(definition: definition)
        case .changed(let definition): rows[definition.id]?.definition = definition
        case .disabled(let change): rows[change.id]?.isEnabled = false
        case .enabled(let change): rows[change.id]?.isEnabled = true
        case .removed(let change): rows[change.id]?.isRemoved = true
        }
    }

    /// - Parameters:
    ///   - reserved: how many ids are never given here.
    ///   - check: refuses a definition, which has its id, for reasons of its own.
    func decide<Refusal: RowRefusal>(
        _ command: RowCommand<Definition>, reserved: UInt64 = 0,
        check: (Definition) throws(Refusal) -> Void
    ) throws(Refusal) -> [RowEvent<Definition>] {
        if command.actor.isBlank { throw Refusal.anonymous }
        if !command.fitsRecord { throw Refusal.tooLarge }
        switch command {
        case .create(let definition, let isEnabled):
            if id(ofSame: definition) != nil { return [] }
            var created = definition
            created.id = max(rows.keys.max() ?? 0, reserved) + 1
            try check(created)
            let change = RowChange(id: created.id, by: created.by, reason: "created disabled")
            return isEnabled ? [.created(created)] : [.created(created), .disabled(change)]
        case .change(let definition):
            var known = try row(definition.id, orThrow: Refusal.self).definition
            // That somebody else says the same is no change.
            known.by = definition.by
            if known == definition { return [] }
            try check(definition)
            return [.changed(definition)]
        case .disable(let change):
            return try row(change.id, orThrow: Refusal.self).isEnabled ? [.disabled(change)] : []
        case .enable(let change):
            return try row(change.id, orThrow: Refusal.self).isEnabled ? [] : [.enabled(change)]
        case .remove(let change):
            guard let known = rows[change.id] else { throw Refusal.unknownID(change.id) }
            return known.isRemoved ? [] : [.removed(change)]
        }
    }

    private func row<Refusal: RowRefusal>(
        _ id: UInt64, orThrow refusal: Refusal.Type
    ) throws(Refusal) -> Row {
        guard let row = rows[id] else { throw Refusal.unknownID(id) }
        if row.isRemoved { throw Refusal.removed(id) }
        return row
    }
}

extension RowCommand {
    var actor: String {
        switch self {
        case .create(let definition, _), .change(let definition): definition.by
        case .disable(let change), .enable(let change), .remove(let change): change.by
        }
    }

    fileprivate var fitsRecord: Bool {
        switch self {
        case .create(let definition, _), .change(let definition): definition.fitsRecord
        case .disable(let change), .enable(let change), .remove(let change): change.fitsRecord
        }
    }
}

extension String {
    /// Whether there is nothing to read in it.
    var isBlank: Bool {
        unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0.isInvisible }
    }

    /// Whether people would take both for the same name.
    func isSameName(as other: String) -> Bool { wordsOfName == other.wordsOfName }

    private var wordsOfName: [Substring] {
        String(String.UnicodeScalarView(unicodeScalars.filter { !$0.isInvisible })).lowercased()
            .split(whereSeparator: \.isWhitespace)
    }
}

extension Unicode.Scalar {
    /// Whether nobody sees it, and it parts no words: a space of no width, a mark of direction.
    fileprivate var isInvisible: Bool {
        properties.isDefaultIgnorableCodePoint
            || properties.generalCategory == .control && !properties.isWhitespace
    }
}
