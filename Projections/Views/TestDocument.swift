public import EventLog
internal import Wire

/// A test with everything that belongs to it.
public enum TestDocument {
    private static let views: [any ReadModel.Type] = [
        TestsView.self, ResultsView.self, LogsView.self, MetricsView.self,
    ]

    /// `{test, results, logs, metrics}`, or `nil` if there is no such test.
    public static func json(ofTest id: UInt64, _ reader: EventReader) throws -> [UInt8]? {
        var fold = Fold(views, views.map { _ in RowTable(onlyTest: id) })
        let last = try reader.head().position
        let position = try fold.begin(reader, upTo: last)
        _ = try fold.add(EventSource(reader), after: position, upTo: last)
        let parts = zip(views, fold.tables).map { view, table in
            table.rows(ofTest: id, of: view)
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
