import Foundation
import Testing

/// Names that are escape sequences, markup, formulas and marks that turn the direction of writing.
@Suite(.timeLimit(.minutes(3))) struct HostileTextTests {
    private static let (name, quoted) = (HostileText.name, HostileText.quoted)

    @Test func hostileNamesAreHarmlessWhereverTheyAreShown() async throws {
        let workspace = try Workspace()
        let scenario = Sample.scenario(named: Self.quoted)
        let file = try workspace.write(scenario, to: "evil.yaml")
        let junit = workspace.folder + "/junit.xml"
        let run = try await workspace.drill([
            file, "--by", Self.name, "--authorization", Self.name, "--junit", junit,
        ])
        #expect(run.status == 0, "\(run)")
        HostileText.expectHarmless(run.output, "run")
        try await expectHarmlessReadings(workspace)
        let results = try String(contentsOfFile: junit, encoding: .utf8)
        HostileText.expectHarmless(results, "JUnit")
        #expect(!results.contains("<script"))
        try await expectHarmlessReport(workspace)
        try await workspace.expectIntact()
    }

    private func expectHarmlessReadings(_ workspace: Workspace) async throws {
        let commands: [(Program, [String])] = [
            (.audit, ["replay"]), (.audit, ["verify"]),
            (.audit, ["export", "--format", "cloudevents"]), (.runner, ["list"]),
            (.runner, ["doctor"]), (.runner, ["list", "--json"]), (.projections, ["status"]),
        ]
        for (program, arguments) in commands {
            let text = try await workspace.run(program, arguments)
            #expect(text.status == 0, "\(arguments)")
            HostileText.expectHarmless(text.output + text.complaint, "\(arguments)")
        }
        // JSON says it as it is, but escaped.
        let show = try await workspace.run(.audit, ["show", "dr_tests"])
        HostileText.expectHarmless(show.output, "JSON")
        let test = try await workspace.test()
        #expect(test["scenario"].text == Self.name)
        #expect(test["executed_by"].text == Self.name)
        #expect(test["test_config"]["authorization"].text == Self.name)
        let components = try await workspace.rows(of: "test_results").map { $0["component"].text }
        #expect(components.contains(Self.name))
    }

    private func expectHarmlessReport(_ workspace: Workspace) async throws {
        let options = ["--from", "2020-01-01", "--to", "2100-01-01"]
        let folder = ["--output", workspace.folder + "/report"]
        let report = try await workspace.run(
            .report, options + ["--format", "html,md,csv,json,junit", "--name", Self.name] + folder)
        #expect(report.status == 0, "\(report)")
        HostileText.expectHarmless(report.output + report.complaint, "report")
        let controls = ["--framework", "dora", "--format", "html,md,csv,json,oscal"]
        let compliance = try await workspace.run(.compliance, options + controls + folder)
        #expect(compliance.status == 0, "\(compliance)")
        for file in try report.written() + compliance.written() {
            let text = try String(contentsOfFile: file.path, encoding: .utf8)
            HostileText.expectHarmless(file: text, file.path)
            // Data has it as it is, and shows it to nobody.
            if [".json", ".csv"].contains(where: { file.path.hasSuffix($0) }) { continue }
            // In Markdown, what a backslash stands before has no meaning, nor what is code.
            let isMarkdown = file.path.hasSuffix(".md")
            let marks = isMarkdown ? text.replacing(#/(?s)\\.|(`+).*?\1/#, with: "") : text
            #expect(!marks.lowercased().contains("<script"), "\(file.path)")
            #expect(!marks.contains("<!--"), "\(file.path)")
        }
        let page = try #require(try report.written().first { $0.path.hasSuffix(".html") })
        let html = try String(contentsOfFile: page.path, encoding: .utf8)
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        // What looks like the template's own marks is text.
        #expect(html.contains("{{name}}"))
    }

    @Test func hostileTextInComplaintsIsHarmless() async throws {
        let workspace = try Workspace()
        let text = "name: \(Self.quoted)\ntype: \(Self.quoted)\n\(Self.quoted): 1\n"
        let file = try workspace.write(text, to: "evil.yaml")
        let commands = [
            ["check", file], ["check", file, "--json"], ["run", file], ["run", Self.name],
            ["run", "1", "--set", Self.name], ["run", "1", "--set", "kind=" + Self.name],
            ["run", "1", "--target", Self.name], ["run", "1", "--sabotage", Self.name],
            ["run", "1", "--timeout", Self.name], ["run", "1", "--environment", Self.name],
            ["run", "1", "--junit", "/none/" + Self.name],
        ]
        for command in commands {
            let run = try await workspace.run(.runner, command)
            #expect(run.status == 64, "\(run)")
            HostileText.expectHarmless(
                run.output + run.complaint, command.dropLast().joined(separator: " "))
        }
        let moment = try await workspace.run(.audit, ["show", "dr_tests", "--at", "1"])
        #expect(moment.status == 4, "\(moment)")
    }
}
