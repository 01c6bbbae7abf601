import Foundation
import Testing

/// Reports are read beside those who go on writing.
@Suite(.timeLimit(.minutes(3))) struct ReportWhileWritingTests {
    /// Some thousand events a second, as many as a quick test can bear.
    @Test func aReportIsTheSameAsOfItsHeadAfterwards() async throws {
        let workspace = try Workspace()
        try await workspace.makeUpDrills(weeks: 4)
        let writer = try workspace.start(
            path: Program.appender,
            ["append", workspace.data, "notes", "1500", "--batch", "10", "--size", "200"])
        let period = ["--from", "2020-01-01", "--to", "2100-01-01", "--format", "html,json,csv"]
        var heads: [String: [String: Data]] = [:]
        try await writer.wait(forLine: "acked")
        for number in 0..<3 where writer.isRunning {
            let folder = "\(workspace.folder)/during-\(number)"
            let run = try await workspace.run(.report, period + ["--json", "--output", folder])
            #expect(run.status == 0, "\(run)")
            let head = try #require(try JSON(parsing: run.output)["head"].integer)
            heads["\(head)"] = try contents(ofFolder: folder).compactMapValues { $0 }
        }
        #expect(heads.count > 1, "the log went on while it was read")
        let done = try await writer.finish()
        #expect(done.status == 0, "\(done)")
        for (head, during) in heads {
            let folder = "\(workspace.folder)/after-\(head)"
            let run = try await workspace.run(
                .report, period + ["--as-of", head, "--output", folder])
            #expect(run.status == 0, "\(run)")
            #expect(try contents(ofFolder: folder).compactMapValues { $0 } == during, "\(head)")
        }
        try await workspace.expectIntact()
    }

    /// A reader that kept a snapshot for long would keep the log from using its free pages again.
    @Test func readingDoesNotMakeTheLogGrow() async throws {
        func growth(reading: Bool) async throws -> Int {
            let workspace = try Workspace()
            try await workspace.makeUpDrills(weeks: 8)
            let writer = try workspace.start(
                path: Program.appender, ["append", workspace.data, "notes", "400", "--size", "500"])
            try await writer.wait(forLine: "acked")
            while reading && writer.isRunning {
                let run = try await workspace.run(
                    .report, ["--from", "2020-01-01", "--to", "2100-01-01", "--format", "json"])
                #expect(run.status == 0, "\(run)")
            }
            let done = try await writer.finish()
            #expect(done.status == 0, "\(done)")
            let file = workspace.data + "/log/data.mdb"
            return try Data(contentsOf: URL(filePath: file), options: .alwaysMapped).count
        }
        let alone = try await growth(reading: false)
        let beside = try await growth(reading: true)
        // Each append frees some ten pages, 16 MB in all: whoever kept one snapshot would leave all
        // of them behind. What is freed during one short read is used soon after it.
        let most = alone + 1_048_576
        #expect(beside < most, "\(beside) bytes, and \(alone) without a reader")
    }
}
