public import EventLog
public import Merkle
internal import Wire

/// The views there are.
public enum Views {
    public static let all: [any ReadModel.Type] = [
        TestsView.self, ResultsView.self, LogsView.self, MetricsView.self, ScenariosView.self,
        SchedulesView.self, ReportsView.self, AlertsView.self, FindingsView.self,
        ExcusesView.self, CadencesView.self, StatisticsView.self,
    ]

    public static func view(named name: String) -> (any ReadModel.Type)? {
        all.first { $0.name == name }
    }
}

/// The rows of a view at a position.
public struct ViewRows: Sendable {
    public let view: String
    public let position: UInt64
    /// JSON objects, in the order of their ids.
    public let rows: [[UInt8]]

    /// `{view, position, rows}`.
    public var json: [UInt8] {
        let joined = Array(rows.joined(separator: [UInt8(ascii: ",")]))
        return Self.beginning(view: view, position: position) + joined + Self.end
    }

    /// What stands before the rows.
    static func beginning(view: String, position: UInt64) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { document in
            document.member("view", view)
            document.member("position", position)
        }
        return Array(writer.bytes.dropLast()) + Array(#","rows":["#.utf8)
    }

    /// What stands after the rows.
    static let end = Array("]}".utf8)
}

/// A view that is folded in memory, with all its rows. `PastTables` has views of any size.
public struct FoldedView: Sendable {
    public let view: any ReadModel.Type
    public private(set) var position: UInt64 = 0
    private var folding: Fold

    public init(_ view: any ReadModel.Type) {
        self.view = view
        folding = Fold([view], [RowTable()])
    }

    /// Folds the events after `position`, up to and with `last`.
    ///
    /// - Parameter archive: gives the events that are not in the log any more. Without it, a fold
    ///   begins with the dump that is kept beside a log whose beginning is archived.
    public mutating func fold(
        _ reader: EventReader, archive: EventSource.Archive? = nil, upTo last: UInt64,
        batch: Int = 5000
    ) throws {
        if position == 0, archive == nil { position = try folding.begin(reader, upTo: last) }
        let source = try EventSource(reader, archive: archive)
        position = try folding.add(source, after: position, upTo: last, batch: batch)
    }

    private var rows: RowTable { folding.tables[0] }

    public var table: ViewRows {
        var found: [[UInt8]] = []
        rows.forEachRow { key, value in
            if key.first == RowKey.row { found.append(value) }
        }
        return ViewRows(view: view.name, position: position, rows: found)
    }

    /// The rows of the table by their keys: by these two moments are compared.
    public var rowsByKey: [[UInt8]: [UInt8]] {
        var found: [[UInt8]: [UInt8]] = [:]
        rows.forEachRow { key, value in
            if key.first == RowKey.row { found[key] = value }
        }
        return found
    }

    /// The rows of one test: of `dr_tests` its own, of the others those of its index.
    public func rows(ofTest test: UInt64) -> [[UInt8]] { rows.rows(ofTest: test, of: view) }

    public var digest: MerkleHash {
        var digest = ViewDigest(version: view.version)
        rows.forEachRow { digest.add($0, $1) }
        return digest.value(at: position)
    }
}

/// What makes two builds of a view the same: every row, the version and the position.
struct ViewDigest {
    private let version: UInt8
    private var hash = MerkleHash.emptyTree

    init(version: UInt8) { self.version = version }

    mutating func add(_ key: [UInt8], _ value: [UInt8]) {
        let lengths = RowKey.bigEndian(UInt64(key.count)) + RowKey.bigEndian(UInt64(value.count))
        hash = .node(hash, .leaf(lengths + key + value))
    }

    func value(at position: UInt64) -> MerkleHash {
        .node(hash, .leaf([version] + RowKey.bigEndian(position)))
    }
}
