import DRTesting
import Foundation
import Testing

/// A scenario with one mistake, and what is said about it: from `scenario-mistakes.txt`.
struct ScenarioMistake: CustomTestStringConvertible, Sendable {
    let claim: String
    let text: String
    let settings: [String: String]
    /// Line, column and message.
    let problem: String

    var testDescription: String { claim }

    /// Each begins with `###` and ends with `=>`; variables are set by lines before its text.
    static let all: [ScenarioMistake] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "scenario-mistakes.txt")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.components(separatedBy: "### ").dropFirst().map { ScenarioMistake(block: $0) }
    }()

    private init(block: String) {
        let lines = block.components(separatedBy: "\n")
        var settings: [String: String] = [:]
        var body: [String] = []
        var problem = ""
        for line in lines.dropFirst() {
            if line.hasPrefix("=> ") {
                problem = String(line.dropFirst(3))
                break
            } else if line.hasPrefix("--set ") {
                let parts = line.dropFirst(6).split(separator: "=").map { String($0) }
                settings[parts[0]] = parts[1]
            } else {
                body.append(line + "\n")
            }
        }
        claim = lines[0]
        text = body.joined()
        self.settings = settings
        self.problem = Self.withNames(problem)
    }

    /// Puts in the names of observations, which grow with the catalog.
    private static func withNames(_ problem: String) -> String {
        let entries = ObservationCatalog.entries
        let all = entries.map(\.name).joined(separator: ", ")
        let evidence = entries.filter(\.source.isIndependent).map(\.name).joined(separator: ", ")
        return problem.replacing("<observations>", with: all)
            .replacing("<evidence>", with: evidence)
    }
}
