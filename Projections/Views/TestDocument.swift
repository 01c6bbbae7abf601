public import EventLog
internal import Wire

/// A test with everything that belongs to it.
public enum TestDocument {
    private static let views: [any ReadModel.Type] = [
        TestsView.self, ResultsView.self, LogsView.self, MetricsView.self,
    ]
    private static let batchSize: UInt64 = 5000

    /// `{test, results, logs, metrics}`, or `nil` if there is no such test. Of all others nothing
    /// stays in memory, except how many rows they have: by these the rows are numbered.
    public static func json(ofTest id: UInt64, _ reader: EventReader) throws -> [UInt8]? {
        var all = Fold(views, views.map { _ in RowTable(onlyTest: id) })
        let last = try reader.head().position
        let position = try all.begin(reader, upTo: last)
        var test = Fold([views[0]], [all.tables[0]])
        var parts = Fold(Array(views.dropFirst()), Array(all.tables.dropFirst()))
        try fold(EventSource(reader), after: position, upTo: last, of: id, into: &test, &parts)
        guard let row = test.tables[0].rows(ofTest: id, of: TestsView.self).first else {
            return nil
        }
        var writer = JSONWriter()
        writer.object { document in
            document.name("test")
            document.json(row)
            for (name, index) in zip(["results", "logs", "metrics"], parts.views.indices) {
                let rows = parts.tables[index].rows(ofTest: id, of: parts.views[index])
                document.name(name)
                document.array { list in for row in rows { list.json(row) } }
            }
        }
        return writer.bytes
    }

    /// - Parameter test: is shown the events of the test's own stream alone.
    private static func fold(
        _ source: EventSource, after first: UInt64, upTo last: UInt64, of id: UInt64,
        into test: inout Fold, _ parts: inout Fold
    ) throws {
        var position = first
        var stream = test.tables[0].stream(ofTest: id)
        while position < last {
            let limit = min(batchSize, last - position)
            let events = try source.events(from: position + 1, limit: Int(limit))
            guard let end = events.last?.position else { break }
            for event in events {
                if event.position == id { stream = event.record.stream }
                if event.record.stream == stream, let step = FoldStep(event, test.filter) {
                    try test.apply(step)
                }
                if let step = FoldStep(event, parts.filter) { try parts.apply(step) }
            }
            try test.finish()
            try parts.finish()
            position = end
        }
    }
}

extension RowTable {
    /// The stream of a test that is known from before.
    fileprivate func stream(ofTest id: UInt64) -> UInt64? {
        changes.first { $0.key.first == RowKey.stream && $0.value == RowKey.bigEndian(id) }
            .map { RowKey.number($0.key.dropFirst()) }
    }
}
