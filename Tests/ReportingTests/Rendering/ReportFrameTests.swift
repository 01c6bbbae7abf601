import Testing

@testable import Reporting

/// The page around what a report says.
struct ReportFrameTests {
    private func page(_ text: String) throws -> String {
        try ReportFrame(title: text, documentID: text, head: text, classification: text)
            .page(body: "<h1>One</h1>")
    }

    @Test func everyPrintedPageSaysWhatItIsOf() throws {
        let frame = ReportFrame(
            title: "Weekly", documentID: "DR-2026-W48-1a2b3c4d", head: "position 12")
        let html = try frame.page(body: "<h1>One</h1>")
        for rule in [
            "@top-left { content: \"DR-2026-W48-1a2b3c4d\";", "@top-right { content: \"Internal\";",
            "@bottom-left { content: \"position 12\";",
            "content: \"Page \" counter(page) \" of \" counter(pages);", "size: A4;",
        ] { #expect(html.contains(rule), "\(rule)") }
        #expect(html.contains("<main id=\"content\" tabindex=\"-1\">\n<h1>One</h1>\n</main>"))
    }

    @Test func aStringOfCSSEndsWhereItShould() {
        #expect(ReportFrame.cssString("a B-9.,:") == "\"a B-9.,:\"")
        #expect(ReportFrame.cssString("\"") == "\"\\22 \"")
        #expect(ReportFrame.cssString("é·") == "\"\\e9 \\b7 \"")
        #expect(ReportFrame.cssString("</style>") == "\"\\3c \\2f style\\3e \"")
        // A line break is shown as its number, and that as characters.
        #expect(ReportFrame.cssString("\n") == "\"\\5c u\\7b a\\7d \"")
    }

    @Test(arguments: [
        "</style><script>alert(1)</script>", "\"; } body { display: none", "\\", "\\22", "a\nb",
        "\u{202e}", "</title><img src=x>", "\"\u{301}", "{{{body}}}",
    ])
    func hostileTextIsHarmlessWhereverItComes(_ text: String) throws {
        let html = try page(text)
        let tags = PageTags(html)
        #expect(tags["script"].isEmpty && tags["img"].isEmpty)
        #expect(tags["style"].count == 1 && tags["title"].count == 1 && tags["h1"].count == 1)
        #expect(tags.misplacedEnd == nil && tags.unknownAttributes.isEmpty)
        let style = try #require(tags["style"].first).text
        #expect(!style.contains("body { display: none"))
        // Each line of the margins has the quotes of its own strings, and no others.
        let margins = style.split(separator: "\n").filter { $0.contains("@top-left") }
        let quotes = try #require(margins.first).unicodeScalars.count { $0 == "\"" }
        #expect(margins.count == 1 && quotes == 6)
    }
}
