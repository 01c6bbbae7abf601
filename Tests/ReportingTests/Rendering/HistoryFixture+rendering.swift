import DRTesting

@testable import Reporting

/// Histories that show what files of reports have to cope with.
extension HistoryFixture {
    /// A drill of each result, a proof, one that is under way, one that was due in vain.
    static let mixed: History = {
        let runs = [
            run(of: .failover, 10, at: 1),
            run(drill(20, .failed, at: 2, rtoMs: 130_000, message: "the secondary was late")),
            run(drill(30, .inconclusive, at: 3, target: "eu.west", rtoMs: nil, rpoMs: nil)),
            run(drill(40, .cancelled, at: 4, rtoMs: nil, rpoMs: nil, message: "cancelled by ops")),
            run(drill(50, .failed, at: 5, purpose: "proof")),
        ]
        return history(
            runs: runs, earlier: [drill(1, at: -8), drill(2, at: -8, target: "eu.west")],
            underWay: [underWay(60, requested: 6)],
            cadences: [cadence(1), cadence(2, target: "eu.west")],
            excuses: [excuse(due: -1, target: "eu.west")])
    }()

    /// What would be markup, a formula, a command to a terminal or to a tool that shows results.
    static let hostileTexts = [
        "<script>alert(1)</script>", "\u{1b}[31mred\u{1b}[0m", "a\u{202e}b", "\"><img src=x>",
        "a\r\nb", "=cmd|' /C calc'!A0", " +1", "@SUM(1)", "]]>", "[[ATTACHMENT|/etc/passwd]]",
        "\u{fffe}\u{ffff}", "\u{0}", "&lt;&#0;", "'; --", " ", "", "\u{a0}", "a,b", "{{name}}",
    ]

    /// Everything that people can name has a hostile name.
    static func hostile(_ text: String) -> History {
        let passed = drill(10, at: 1, scenario: text, target: text, environment: text)
        let failed = drill(
            20, .failed, at: 2, scenario: text, target: text, testType: text, environment: text,
            message: text)
        return history(
            runs: [run(passed), run(failed)],
            cadences: [cadence(scenario: text, target: text)],
            notes: [LogNote(position: 2000, time: time(1), name: "key_rotated", words: text)])
    }
}

extension String {
    /// Nothing that a terminal obeys, or that turns the direction of writing.
    var isHarmless: Bool {
        unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control: scalar == "\n" || scalar == "\r"
            case .format, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
    }
}
