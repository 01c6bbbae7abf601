import Testing

@testable import Reporting

/// Whatever stands in the log is text in Markdown.
struct MarkdownTextTests {
    @Test(arguments: [
        ("a*b*_c_", "a\\*b\\*\\_c\\_"), ("[x](y)", "\\[x\\](y)"), ("![x](y)", "!\\[x\\](y)"),
        ("<b>&lt;", "\\<b\\>\\&lt;"), ("a|b", "a\\|b"), ("\\|", "\\\\\\|"), ("`a`", "\\`a\\`"),
        ("~~a~~", "\\~\\~a\\~\\~"), ("$x$", "\\$x\\$"), ("# a", "\\# a"), ("> a", "\\> a"),
        ("- a", "\\- a"), ("+ a", "\\+ a"), ("=cmd", "\\=cmd"), ("12. a", "12\\. a"),
        ("1) a", "1\\) a"), ("    code", "code"), ("a - b 1. c", "a - b 1. c"), ("", ""),
    ])
    func punctuationHasNoMeaning(_ text: String, _ expected: String) {
        #expect(MarkdownText.escaped(text) == expected)
    }

    /// A backslash keeps no program from these.
    @Test(arguments: [
        ("see https://a.b", "`see https://a.b`"), ("WWW.a.b", "`WWW.a.b`"),
        ("a@b.c", "`a@b.c`"), ("@everybody", "`@everybody`"), ("fixes #12", "`fixes #12`"),
        ("mailto:a", "`mailto:a`"), ("`a` @b", "`` `a` @b ``"), ("@a`", "`` @a` ``"),
        ("@a|b", "`@a`\\|`b`"), ("|@|", "\\|`@`\\|"), ("a://\u{301}b", "`a://\u{301}b`"),
    ])
    func whatWouldBeALinkStandsBetweenBackticks(_ text: String, _ expected: String) {
        #expect(MarkdownText.escaped(text) == expected)
    }

    @Test(arguments: HistoryFixture.hostileLetters + ["a\n\n# b", "```", "|\n|"])
    func aTextIsOneHarmlessLine(_ text: String) {
        let line = MarkdownText.escaped(text)
        #expect(line.isHarmless)
        #expect(!line.unicodeScalars.contains("\n") && !line.unicodeScalars.contains("\r"))
        #expect(MarkdownReader.meaningful(line).isEmpty, "\(line)")
    }

    @Test func aFenceIsLongerThanWhatIsInside() {
        #expect(MarkdownText.fence(around: "a", atLeast: 3) == "```")
        #expect(MarkdownText.fence(around: "a```b`", atLeast: 3) == "````")
    }

    @Test func whatIsCodeStandsBetweenBackticks() {
        #expect(MarkdownText.code("proofs/1.tlog-proof") == "`proofs/1.tlog-proof`")
        #expect(MarkdownText.code("a\u{1b}b") == "`a\\u{1b}b`")
    }
}

extension HistoryFixture {
    /// Without code points that are no letters, and that Markdown does not ask about.
    static let hostileLetters = hostileTexts.filter { text in
        !text.unicodeScalars.contains { $0.value >= 0xfffe }
    }
}

/// As much of GitHub-flavoured Markdown as tells text from what is none.
enum MarkdownReader {
    /// What has a meaning in a line: not escaped, and not between backticks.
    static func meaningful(_ line: String) -> [Unicode.Scalar] {
        let scalars = Array(line.unicodeScalars)
        let special: Set<Unicode.Scalar> = [
            "`", "*", "_", "[", "]", "<", ">", "|", "~", "&", "$", "#", "@",
        ]
        var found: [Unicode.Scalar] = []
        var index = 0
        while index < scalars.count {
            if scalars[index] == "\\" {
                index += 2
            } else if scalars[index] == "`", let end = endOfCode(scalars, from: index) {
                index = end
            } else {
                if special.contains(scalars[index]) { found.append(scalars[index]) }
                index += 1
            }
        }
        return found
    }

    /// Behind a run of backticks that is as long as the one at the index.
    private static func endOfCode(_ scalars: [Unicode.Scalar], from start: Int) -> Int? {
        func run(_ index: Int) -> Int { scalars[index...].prefix { $0 == "`" }.count }
        let length = run(start)
        var index = start + length
        while index < scalars.count {
            let count = run(index)
            if count == length { return index + count }
            index += max(count, 1)
        }
        return nil
    }

    /// The lines of a document that are no code.
    static func lines(_ document: String) -> [String] {
        var fence: String?
        return document.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            .filter { line in
                if let open = fence {
                    if line == open { fence = nil }
                    return false
                }
                if line.hasPrefix("```") {
                    fence = line
                    return false
                }
                return true
            }
    }

    /// How many cells each row has, table by table.
    static func tables(_ document: String) -> [[Int]] {
        var tables: [[Int]] = []
        var isInside = false
        for line in lines(document) {
            guard line.hasPrefix("|") else {
                isInside = false
                continue
            }
            if !isInside { tables.append([]) }
            isInside = true
            tables[tables.count - 1].append(meaningful(line).filter { $0 == "|" }.count - 1)
        }
        return tables
    }
}
