import Testing

@testable import Reporting

/// What makes a PDF the same whenever it is made.
struct PDFSourceTests {
    /// 2026-11-23T08:30:05.123Z
    private static let time: UInt64 = 1_795_422_605_123_000
    private static let page = "<!doctype html><html><head><title>a</title></head></html>"

    private func source(
        _ html: String = page, _ attachments: [RenderedFile] = [], id: String = "DR-1"
    ) throws -> PDFSource {
        try PDFSource(
            html: html, attachments: attachments, documentID: id, generatedAt: Self.time)
    }

    private func file(_ name: String, _ text: String = "a") -> RenderedFile {
        RenderedFile(name: name, format: .csv, bytes: Array(text.utf8))
    }

    @Test func thePageHasTheDateOfItsReport() throws {
        let source = try source()
        #expect(
            source.html == "<!doctype html><html><head>\n"
                + "<meta name=\"dcterms.created\" content=\"2026-11-23T08:30:05Z\">\n"
                + "<meta name=\"dcterms.modified\" content=\"2026-11-23T08:30:05Z\">"
                + "<title>a</title></head></html>")
        #expect(source.date == "D:20261123083005Z" && source.time == 1_795_422_605)
    }

    @Test func theIdentifierFollowsFromWhatIsInside() throws {
        let attachments = [file("a.csv"), file("b.csv", "b")]
        let first = try source(Self.page, attachments).identifier
        #expect(first.count == 32 && first.allSatisfy(\.isHexDigit))
        #expect(try source(Self.page, attachments.reversed()).identifier == first)
        let others = [
            try source(Self.page + " ", attachments), try source(Self.page, [file("a.csv")]),
            try source(Self.page, [file("a.csv"), file("b.csv", "c")]),
            try source(Self.page, [file("a.csv"), file("c.csv", "b")]),
            try source(Self.page, attachments, id: "DR-2"),
        ].map(\.identifier)
        #expect(!others.contains(first) && Set(others).count == others.count)
    }

    @Test func attachmentsStandInTheOrderOfTheirNames() throws {
        let names = ["b.csv", "a.json", "B.csv", "a.csv"]
        let source = try source(Self.page, names.map { file($0) })
        #expect(source.attachments.map(\.name) == ["B.csv", "a.csv", "a.json", "b.csv"])
    }

    @Test(arguments: ["", "../a.csv", "a/b"])
    func whatIsNoNameOfAFileIsNotAttached(_ name: String) {
        #expect(throws: PDFError(.failed, "")) { try source(Self.page, [file(name)]) }
    }

    @Test func aTextThatIsNoPageIsRefused() {
        #expect(throws: PDFError(.failed, "")) { try source("# A report") }
    }

    @Test func datesAndIdentifiersAreReplacedWhereTheyStand() throws {
        let source = try source()
        func pdf(_ date: String, _ digest: String) -> [UInt8] {
            let file =
                "<</Type /EmbeddedFile/Params <</Size 8/CreationDate (\(date))/ModDate "
                + "(\(date))>>/Length 16>>\nstream\n/ModDate (D:20261130033739Z)\nendstream\n"
            let text =
                "%PDF-1.7\n/CreationDate (D:20261130033739Z)\n\(file)\(file)"
                + "/ID [(\(source.identifier)) (\(digest))]\n%%EOF\n"
            return Array(text.utf8)
        }
        let written = pdf("D:20261130033739Z", String(repeating: "7", count: 32))
        #expect(source.settled(written) == pdf(source.date, source.identifier))
        #expect(source.settled(source.settled(written)) == source.settled(written))
    }

    @Test(arguments: [
        "", "/Type /EmbeddedFile", "/Type /EmbeddedFile/CreationDate (", "/ID [(",
        "/Type /EmbeddedFile/CreationDate (D:2026)/ModDate (D:20261130033739+01'00')\nstream",
    ])
    func whatLooksOtherwiseStaysAsItIs(_ text: String) throws {
        #expect(try source().settled(Array(text.utf8)) == Array(text.utf8))
    }
}
