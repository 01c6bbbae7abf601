import Testing

@testable import Engine

struct ShellWordsTests {
    @Test(arguments: [
        ("", []), ("a b", ["a", "b"]), ("  a\t b \n", ["a", "b"]),
        ("-o '/tmp/a file' \"b c\"", ["-o", "/tmp/a file", "b c"]),
        (#"a\ b "c\"d" 'e\f'"#, ["a b", #"c"d"#, #"e\f"#]), ("a'b'\"c\"", ["abc"]),
        ("'' \"\"", ["", ""]), (#""a\b" "\$1""#, [#"a\b"#, "$1"]),
        ("http://host/path?a=1[1-3]", ["http://host/path?a=1[1-3]"]),
        ("'*.txt' '$HOME' '|'", ["*.txt", "$HOME", "|"]), ("a#b a~b", ["a#b", "a~b"]),
    ])
    func quotesAndBackslashesMeanWhatTheyMeanToAShell(_ text: String, _ words: [String]) throws {
        #expect(try ShellWords.split(text) == words)
    }

    @Test(arguments: [
        "a | b", "a && b", "a; b", "a > b", "a < b", "$HOME", "\"$HOME\"", "`id`", "$(id)", "a\nb",
        "*.txt", "file?", "[ab]", "~/file", "# remark", "'open", "\"open", "end\\",
    ])
    func whatNeedsAShellForMoreIsRefused(_ text: String) {
        #expect(throws: ShellWords.Refusal.self) { try ShellWords.split(text) }
    }
}
