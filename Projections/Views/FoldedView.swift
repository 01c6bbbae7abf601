public import EventLog
public import Merkle
internal import Wire

/// The views there are.
public enum Views {
    public static let all: [any ReadModel.Type] = [
        TestsView.self, ResultsView.self, LogsView.self, MetricsView.self,
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
        var writer = JSONWriter()
        writer.object { document in
            document.member("view", view)
            document.member("position", position)
            document.name("rows")
            document.array { list in for row in rows { list.json(row) } }
        }
        return writer.bytes
    }
}

/// A view that is folded in memory: to see the past, or where nothing may be written.
public struct FoldedView: Sendable {
    private struct Rows: RowTable, Sendable {
        var values: [[UInt8]: [UInt8]] = [:]

        func value(_ key: [UInt8]) throws -> [UInt8]? { values[key] }
        mutating func put(_ value: [UInt8], _ key: [UInt8]) throws { values[key] = value }
        mutating func remove(_ key: [UInt8]) throws { values[key] = nil }
    }

    public let view: any ReadModel.Type
    public private(set) var position: UInt64 = 0
    private var rows = Rows()

    public init(_ view: any ReadModel.Type) { self.view = view }

    /// Folds the events after `position`, up to and with `last`.
    public mutating func fold(
        _ reader: EventReader, upTo last: UInt64, batch: Int = 5000
    ) throws {
        while position < last {
            let events = try reader.events(from: position + 1, limit: batch)
            guard !events.isEmpty else { return }
            for event in events where event.position <= last {
                if let record = TestRecord(event) { try view.apply(record, to: &rows) }
                position = event.position
            }
        }
    }

    public var table: ViewRows {
        let keys = rows.values.keys.filter { $0.first == RowKey.row }.sorted {
            $0.lexicographicallyPrecedes($1)
        }
        return ViewRows(view: view.name, position: position, rows: keys.map { rows.values[$0]! })
    }

    /// The rows of one test: of `dr_tests` its own, of the others those of its index.
    public func rows(ofTest test: UInt64) -> [[UInt8]] {
        if view == TestsView.self { return [rows.values[RowKey.row(test)]].compactMap(\.self) }
        let prefix = RowKey.index(test: test)
        return rows.values.keys.filter { $0.starts(with: prefix) }
            .sorted { $0.lexicographicallyPrecedes($1) }
            .compactMap { rows.values[[RowKey.row] + $0.suffix(8)] }
    }

    public var digest: MerkleHash {
        var digest = ViewDigest(version: view.version, position: position)
        for key in rows.values.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            digest.add(key, rows.values[key]!)
        }
        return digest.value
    }
}

/// What makes two builds of a view the same: every row, the version and the position.
struct ViewDigest {
    private var bytes: [UInt8] = []
    private var hash: MerkleHash

    init(version: UInt8, position: UInt64) {
        hash = .leaf([version] + RowKey.bigEndian(position))
    }

    mutating func add(_ key: [UInt8], _ value: [UInt8]) {
        let lengths = RowKey.bigEndian(UInt64(key.count)) + RowKey.bigEndian(UInt64(value.count))
        hash = .node(hash, .leaf(lengths + key + value))
    }

    var value: MerkleHash { hash }
}

/// A test with everything that belongs to it.
public enum TestDocument {
    /// `{test, results, logs, metrics}`, or `nil` if there is no such test.
    public static func json(ofTest id: UInt64, _ reader: EventReader) throws -> [UInt8]? {
        let last = try reader.head().position
        var parts: [[[UInt8]]] = []
        for view in Views.all {
            var folded = FoldedView(view)
            try folded.fold(reader, upTo: last)
            parts.append(folded.rows(ofTest: id))
        }
        guard let test = parts[0].first else { return nil }
        var writer = JSONWriter()
        writer.object { document in
            document.name("test")
            document.json(test)
            for (name, rows) in zip(["results", "logs", "metrics"], parts.dropFirst()) {
                document.name(name)
                document.array { list in for row in rows { list.json(row) } }
            }
        }
        return writer.bytes
    }
}
