import Foundation
import Testing

/// Events for other programs.
@Suite(.timeLimit(.minutes(3))) struct AuditExportTests {
    private static let cloudEvents = ["export", "--format", "cloudevents"]
    private static let csv = ["export", "--format", "csv"]

    private func exported(
        _ workspace: Workspace, _ arguments: [String] = []
    ) async throws -> [JSON] {
        let run = try await workspace.run(.audit, Self.cloudEvents + arguments)
        try #require(run.status == 0, "\(run)")
        return try run.lines.map { try JSON(parsing: $0) }
    }

    /// As RFC 4180 has it.
    private func rows(ofCSV text: String) -> [[String]] {
        var rows: [[String]] = []
        var (row, field) = ([String](), String.UnicodeScalarView())
        var (isQuoted, wasClosed) = (false, false)
        for scalar in text.unicodeScalars {
            defer { wasClosed = scalar == "\"" && !isQuoted }
            switch scalar {
            case "\"":
                // Two quotes close the text and open it again: the second one belongs to it.
                if wasClosed { field.append(scalar) }
                isQuoted.toggle()
            case "," where !isQuoted, "\r" where !isQuoted:
                row.append(String(field))
                field.removeAll()
            case "\n" where !isQuoted:
                rows.append(row)
                row = []
            default: field.append(scalar)
            }
        }
        return rows
    }

    @Test func everyEventIsACloudEvent() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let replayed = try await workspace.events()
        let events = try await exported(workspace)
        let origin = try await workspace.run(.audit, ["checkpoint"]).lines[0]
        let log = try #require(origin.components(separatedBy: "/").last)
        #expect(events.count == replayed.count)
        for (event, shown) in zip(events, replayed) {
            #expect(event["specversion"].text == "1.0")
            #expect(event["id"].text == "\(log)/\(shown.position)")
            #expect(event["source"].text == "urn:dr-testing:log:\(log)")
            #expect(event["type"].text == "org.dr-testing.v1.\(shown.name)")
            let time = try #require(event["time"].text)
            #expect(time.prefix(23) == shown.time.dropLast(), "\(time)")
            #expect(time.count == 27)
            #expect(event["datacontenttype"].text == "application/json")
            #expect(!event["data"].names.isEmpty)
            // Lower-case letters and digits, and no number that could be too great.
            let attributes = event.names.filter { $0 != "data" }
            #expect(attributes.allSatisfy { $0.allSatisfy { $0.isLowercase || $0.isNumber } })
            #expect(attributes.allSatisfy { event[$0].text?.isEmpty == false }, "\(event)")
        }
        let sequence = events.compactMap { $0["sequence"].text }
        #expect(sequence == sequence.sorted())
        #expect(Set(sequence).count == events.count)
        let subjects = events.dropFirst().compactMap { $0["subject"].text }
        #expect(subjects.contains { $0.hasPrefix("run/") })
    }

    @Test func theDataHasTheNamesOfTheProtobufFile() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let events = try await exported(workspace)
        let first = try #require(events.first)
        #expect(first["data"].names == ["log_id", "format"])
        let last = try #require(events.last { $0["type"].text?.hasSuffix(".run_finished") == true })
        let test = try await workspace.test()
        #expect(last["data"]["status"].text == "COMPLETED")
        #expect(last["data"]["verdict"].text == "PASSED")
        let rto = last["data"]["rto_actual_ms"].text.flatMap { Double($0) }
        #expect(rto == test["rto_actual_ms"].double)
    }

    @Test func aRowOfCSVSaysWhatTheCloudEventSays() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let events = try await exported(workspace)
        let run = try await workspace.run(.audit, Self.csv)
        #expect(run.status == 0, "\(run)")
        let rows = rows(ofCSV: run.output)
        #expect(
            rows.first == [
                "position", "time", "recorded", "stream", "revision", "id", "event", "data",
                "data_base64",
            ])
        #expect(rows.count == events.count + 1)
        for (row, event) in zip(rows.dropFirst(), events) {
            try #require(row.count == 9, "\(row)")
            #expect(event["id"].text?.hasSuffix("/\(row[0])") == true)
            #expect(row[1] == event["time"].text)
            #expect(row[2] == event["recordedtime"].text)
            #expect(row[3] == event["subject"].text)
            #expect(Int(row[4]) == event["revision"].text.flatMap { Int($0) })
            #expect(row[5] == event["eventid"].text)
            #expect("org.dr-testing.v1.\(row[6])" == event["type"].text)
            #expect(try JSON(parsing: row[7]) == event["data"])
            #expect(row[8] == "")
        }
    }

    @Test func onlyWhatIsAskedForIsExported() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let all = try await exported(workspace)
        let replayed = try await workspace.events()
        #expect(try await exported(workspace, ["--from", "7"]) == Array(all.dropFirst(6)))
        #expect(try await exported(workspace, ["--to", "7"]) == Array(all.prefix(7)))
        #expect(try await exported(workspace, ["--from", "3", "--to", "5"]) == Array(all[2..<5]))
        let moment = try #require(replayed.first { $0.name == "fault_effective" })
        let since = try await exported(workspace, ["--from", moment.time])
        let wanted = zip(all, replayed).filter { $0.1.time >= moment.time }.map { $0.0 }
        #expect(since == wanted)
        let day = String(moment.time.prefix(10))
        #expect(try await exported(workspace, ["--to", day]).count > 0)
        for nothing in [["--from", "\(all.count + 1)"], ["--to", "2001-01-01"], ["--to", "0"]] {
            let run = try await workspace.run(.audit, Self.csv + nothing)
            #expect(run.status == 4, "\(run)")
            #expect(run.output == "")
        }
    }

    @Test func aFileHasItsNameOnlyWhenItIsWhole() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let printed = try await workspace.run(.audit, Self.csv)
        let file = try workspace.write("as it was before", to: "export.csv")
        let run = try await workspace.run(.audit, Self.csv + ["--output", file])
        #expect(run.status == 0, "\(run)")
        #expect(run.output == "")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == printed.output)
        let nothing = try await workspace.run(
            .audit, Self.csv + ["--to", "0", "--output", workspace.folder + "/nothing.csv"])
        #expect(nothing.status == 4, "\(nothing)")
        let names = try FileManager.default.contentsOfDirectory(atPath: workspace.folder)
        #expect(!names.contains { $0.hasSuffix(".partial") || $0 == "nothing.csv" }, "\(names)")
        for place in ["/none/export.csv", workspace.folder, workspace.folder + "/", ""] {
            let refused = try await workspace.run(.audit, Self.csv + ["--output", place])
            #expect(refused.status == 64, "\(refused)")
            #expect(refused.complaint.hasPrefix("dr-audit: --output "), "\(refused)")
        }
        let full = try await workspace.run(.audit, Self.csv + ["--output", "/dev/full"])
        #expect(full.status == 70, "\(full)")
    }

    @Test func whatLeftTheLogIsExportedFromTheArchive() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let before = try await workspace.run(.audit, Self.cloudEvents)
        let count = before.lines.count
        let archive = workspace.folder + "/archive"
        let archived = try await workspace.run(
            .audit, ["archive", "--before", "2100-01-01", "--to", archive, "--by", "tests"])
        try #require(archived.status == 0, "\(archived)")

        let without = try await workspace.run(.audit, Self.cloudEvents)
        #expect(without.status == 4, "\(without)")
        #expect(without.output == "")
        let place = ["--archive", archive]
        let with = try await workspace.run(
            .audit, Self.cloudEvents + place + ["--to", "\(count)"])
        #expect(with.output == before.output, "\(with)")
        let all = try await workspace.run(.audit, Self.cloudEvents + place)
        #expect(Array(all.lines.prefix(count)) == before.lines, "\(all)")
        #expect(all.lines.count > count)
        // Also where the moments lie in the archive.
        let moment = try #require(try JSON(parsing: before.lines[count / 2])["recordedtime"].text)
        let times = try before.lines.map { try JSON(parsing: $0)["recordedtime"].text ?? "" }
        let since = try await workspace.run(
            .audit, Self.cloudEvents + place + ["--from", moment, "--to", moment])
        #expect(since.lines == zip(before.lines, times).filter { $0.1 == moment }.map { $0.0 })

        let bare = try await workspace.run(.audit, ["prove", "\(count)"])
        #expect(bare.status == 4, "\(bare)")
        let file = workspace.folder + "/archived.tlog-proof"
        let prove = ["prove", "\(count)", "--output", file]
        let proven = try await workspace.run(.audit, prove + place)
        #expect(proven.status == 0, "\(proven)")
        let key = workspace.data + "/keys/checkpoint.pub"
        let check = try await workspace.run(.audit, ["check", file, "--key", key])
        #expect(check.status == 0, "\(check)")
    }
}
