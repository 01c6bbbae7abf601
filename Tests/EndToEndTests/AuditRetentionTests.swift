import Foundation
import Testing

/// What the tables leave out from some moment on.
@Suite(.timeLimit(.minutes(3))) struct AuditRetentionTests {
    private static let day: TimeInterval = 86_400

    /// Midnight in UTC, so many days before that of a moment.
    private func midnight(_ days: Int, before moment: Date) -> String {
        let start = (moment.timeIntervalSince1970 / Self.day).rounded(.down) * Self.day
        let time = Date(timeIntervalSince1970: start - Double(days) * Self.day)
        return ISO8601DateFormatter().string(from: time).replacingOccurrences(
            of: "Z", with: ".000Z")
    }

    @Test func thirtyAndNinetyDaysAreKeptUnlessOthersAreAskedFor() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let count = try await workspace.events().count
        let tables = ["test_logs", "test_metrics", "test_results"]
        var before: [[JSON]] = []
        for table in tables { before.append(try await workspace.rows(of: table)) }
        // Over midnight the day may be one or the other.
        let earliest = Date()
        let cases: [(options: [String], days: [Int])] = [
            ([], [30, 90]), (["--logs", "7", "--results", "8"], [7, 8]),
        ]
        for (options, days) in cases {
            let run = try await workspace.run(.audit, ["retention", "--json"] + options)
            #expect(run.status == 0, "\(run)")
            let document = try JSON(parsing: run.output)
            for (name, days) in zip(["logs_since", "results_since"], days) {
                let possible = [earliest, Date()].map { midnight(days, before: $0) }
                #expect(possible.contains(document[name].text ?? ""), "\(run)")
            }
        }
        let added = try await workspace.events(["--from", "\(count + 1)"])
        #expect(added.map(\.name) == ["retention_applied", "retention_applied"])
        // What was recorded today is in the tables all the same.
        for (table, rows) in zip(tables, before) {
            #expect(try await workspace.rows(of: table) == rows, "\(table)")
        }
        try await workspace.expectIntact()
    }

    @Test func theSameAgainChangesNothing() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let first = try await workspace.run(.audit, ["retention"])
        #expect(first.status == 0, "\(first)")
        #expect(first.lines.first?.hasPrefix("log lines and metrics since 20") == true)
        let count = try await workspace.events().count
        let again = try await workspace.run(.audit, ["retention"])
        #expect(again.status == 0, "\(again)")
        // Unless it is another day by now.
        let added = try await workspace.events().count - count
        #expect(added == (again.output == first.output ? 0 : 1))
    }

    @Test func atLeastADayIsKept() async throws {
        let workspace = try await CompletedRun.shared.copy()
        for options in [["--logs", "0"], ["--results", "0"], ["--logs", "-1"]] {
            let run = try await workspace.run(.audit, ["retention"] + options)
            #expect(run.status == 64, "\(run)")
        }
    }
}
