import Testing

@testable import Reporting

/// Names and messages come from anybody, and must stay texts.
struct HTMLTextTests {
    /// To people these are letters with an accent, to browsers a quote, a bracket and so on.
    @Test(arguments: [
        "\"\u{301} onmouseover=alert(1) x=\"", "<\u{301}img src=x>", "'\u{308}", ">\u{20d2}",
    ])
    func aMarkThatCarriesAnAccentIsEscapedToo(_ text: String) {
        let escaped = HTMLText.escaped(text).unicodeScalars
        for scalar in ["<", ">", "\"", "'"] as [Unicode.Scalar] {
            #expect(!escaped.contains(scalar))
        }
        #expect(escaped.contains("&"))
    }

    @Test func anAmpersandWithAnAccentBeginsNothing() {
        #expect(HTMLText.escaped("&\u{301}lt;") == "&amp;\u{301}lt;")
    }
}
