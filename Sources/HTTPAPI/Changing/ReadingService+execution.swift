internal import EventLog
internal import Projections
internal import Wire

extension ReadingService {
    /// What the answer to an order says of its test: how it stands now, and how much is recorded.
    func execution(ofTest id: UInt64) async throws -> [UInt8] {
        try await store.read { [self] reader in
            try catchUp(
                [TestsView.self, ResultsView.self, LogsView.self, MetricsView.self], with: reader)
            guard let row = try views.row(id, of: TestsView.self) else {
                throw APIError.notFound("test \(id)")
            }
            let results = try rows(ofTest: id, of: ResultsView.self) { row in
                try JSONValue(json: row)["passed"]?.boolValue == true
            }
            let counts: [(name: String, count: Int)] = [
                ("total_results", results.all), ("passed_results", results.chosen),
                ("total_logs", try rows(ofTest: id, of: LogsView.self).all),
                ("total_metrics", try rows(ofTest: id, of: MetricsView.self).all),
            ]
            return Self.execution(of: try JSONValue(json: row), id: id, counts)
        }
    }

    private static func execution(
        of test: JSONValue, id: UInt64, _ counts: [(name: String, count: Int)]
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { answer in
            answer.member("test_id", id)
            for name in ["scenario", "status", "start_time", "end_time"] {
                answer.name(name)
                answer.string(test[name]?.stringValue)
            }
            for name in ["rto_actual_ms", "rpo_actual_ms"] {
                answer.name(name)
                answer.integer(test[name]?.intValue)
            }
            for (name, count) in counts {
                answer.name(name)
                answer.integer(count)
            }
        }
        return writer.bytes
    }

    /// How many rows a test has in a table, and how many of them are chosen.
    private func rows(
        ofTest id: UInt64, of view: any ReadModel.Type,
        where isChosen: (_ row: [UInt8]) throws -> Bool = { _ in true }
    ) throws -> (all: Int, chosen: Int) {
        var (all, chosen, last) = (0, 0, UInt64(0))
        while true {
            let rows = try views.rows(ofTest: id, of: view, after: last)
            guard let end = rows.last else { return (all, chosen) }
            all += rows.count
            chosen += try rows.count { try isChosen($0.json) }
            last = end.id
        }
    }
}
