import DRTesting
import Testing

/// Hostile text is shown, not obeyed.
struct PrintableTextTests {
    @Test(
        arguments: zip(
            [
                "plain text", "Größe 東京 💥", "", "\u{1b}[31mred\u{1b}[0m", "a\nb\r\tc",
                "\u{202e}gnp.exe", "a\u{0}b", "zero\u{200b}width", "\u{2028}line\u{2029}",
                "\u{7f}", "\u{9b}31m", "=cmd|'/c calc'!A1", "<script>alert(1)</script>",
                "\u{feff}mark", "\u{e000}",
            ],
            [
                "plain text", "Größe 東京 💥", "", #"\u{1b}[31mred\u{1b}[0m"#,
                #"a\u{a}b\u{d}\u{9}c"#, #"\u{202e}gnp.exe"#, #"a\u{0}b"#,
                #"zero\u{200b}width"#, #"\u{2028}line\u{2029}"#, #"\u{7f}"#, #"\u{9b}31m"#,
                "=cmd|'/c calc'!A1", "<script>alert(1)</script>", #"\u{feff}mark"#,
                #"\u{e000}"#,
            ]))
    func whatATerminalWouldObeyBecomesVisible(text: String, shown: String) {
        #expect(text.printable() == shown)
    }

    /// 66 code points, which strict readers of HTML and XML refuse.
    @Test func whatIsNoCharacterBecomesVisible() throws {
        let planes = (UInt32(0)...16).flatMap { [$0 << 16 | 0xfffe, $0 << 16 | 0xffff] }
        let noncharacters = Array(UInt32(0xfdd0)...0xfdef) + planes
        #expect(noncharacters.count == 66)
        for value in noncharacters {
            let scalar = try #require(Unicode.Scalar(value))
            let shown = "a\(Character(scalar))b".printable()
            #expect(shown == "a\\u{\(String(value, radix: 16))}b")
        }
        // Their neighbours may come to mean something.
        for neighbour in ["\u{fdcf}", "\u{fdf0}", "\u{fffd}", "\u{1fffd}", "\u{2fffd}"] {
            #expect(neighbour.printable() == neighbour)
        }
    }

    @Test func newlinesStayOnlyWhereTheyMay() {
        #expect("a\nb".printable() == #"a\u{a}b"#)
        #expect("a\nb\r\n".printable(keepsNewlines: true) == "a\nb\\u{d}\n")
    }

    @Test func printableTextStaysAsItIs() {
        let hostile = "\u{1b}]0;title\u{7}\u{202e}\n\u{85}"
        let once = hostile.printable()
        #expect(once.printable() == once)
        #expect(once.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
    }

    @Test func partsOfTextArePrintableToo() {
        let text = "name\u{1b}[2J: value"
        #expect(text.prefix { $0 != ":" }.printable() == #"name\u{1b}[2J"#)
    }
}
