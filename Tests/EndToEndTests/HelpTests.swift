import Foundation
import Testing

/// The help of each program and command, as it stands in the files of `Help`.
///
/// To take over a change, write the file anew: `.build/debug/dr-runner run --help` into
/// `dr-runner-run.txt`, and so on.
@Suite(.timeLimit(.minutes(1))) struct HelpTests {
    private static let commands: [(Program, [String])] = [
        (.runner, ["run", "list", "check", "cancel", "prove", "chaos", "doctor"]),
        (.server, ["serve", "token", "openapi"]),
        (
            .audit,
            [
                "verify", "replay", "show", "diff", "checkpoint", "prove", "check", "export",
                "archive", "retention", "backup", "reopen", "rotate-key",
            ]
        ),
        (.projections, ["rebuild", "status", "show"]),
        (.report, []), (.compliance, []), (.nightly, []), (.proxy, []),
    ]

    /// For example `dr-runner run`.
    static let invocations = commands.flatMap { program, commands in
        [program.rawValue] + commands.map { "\(program.rawValue) \($0)" }
    }

    @Test(arguments: Self.invocations) func theHelpIsAsWritten(_ invocation: String) async throws {
        let words = invocation.components(separatedBy: " ")
        let program = try #require(Program(rawValue: words[0]))
        let help = try await Workspace().run(program, Array(words.dropFirst()) + ["--help"])
        #expect(help.status == 0, "\(help)")
        #expect(help.complaint == "")
        let file = words.joined(separator: "-") + ".txt"
        let path = "\(Repository.tests)/EndToEndTests/Help/\(file)"
        let written = try String(contentsOfFile: path, encoding: .utf8)
        let difference = Self.firstDifference(written, help.output)
        #expect(difference == nil, "\(file)")
    }

    private static func firstDifference(_ written: String, _ printed: String) -> String? {
        let old = written.components(separatedBy: "\n")
        let new = printed.components(separatedBy: "\n")
        for index in 0..<max(old.count, new.count) {
            let before = index < old.count ? old[index] : "(end)"
            let after = index < new.count ? new[index] : "(end)"
            if before != after { return "line \(index + 1) is '\(after)', not '\(before)'" }
        }
        return nil
    }

    @Test func everyFileOfHelpIsCompared() throws {
        let folder = "\(Repository.tests)/EndToEndTests/Help"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        let expected = Self.invocations.map {
            $0.replacingOccurrences(of: " ", with: "-") + ".txt"
        }
        #expect(Set(files) == Set(expected))
    }

    /// A command that is added to a program must be compared too.
    @Test func everyCommandIsCompared() async throws {
        for (program, commands) in Self.commands {
            let help = try await Workspace().run(program, ["--help"])
            let list = help.output.components(separatedBy: "SUBCOMMANDS:\n").dropFirst().first ?? ""
            let listed = list.components(separatedBy: "\n").compactMap { line -> String? in
                // Two blanks, the name, and what it does; more blanks before a second line.
                guard line.hasPrefix("  "), !line.hasPrefix("   ") else { return nil }
                return line.split(separator: " ").first.map { String($0) }
            }
            #expect(Set(listed).subtracting(["See"]) == Set(commands), "\(program.rawValue)")
        }
    }

    @Test func allProgramsHaveOneVersion() async throws {
        var versions: Set<String> = []
        for program in Program.allCases {
            let version = try await Workspace().run(program, ["--version"])
            #expect(version.status == 0, "\(version)")
            versions.insert(version.output)
        }
        #expect(versions.count == 1)
    }
}
