internal import DRTesting
internal import Merkle
internal import Projections

/// What a PDF is made from, and what makes it the same whenever it is made. A pure value.
///
/// WeasyPrint writes the time of day into each attached file, and a digest of everything into the
/// identifier of the document. Both have a fixed length, so they are replaced where they stand.
struct PDFSource: Sendable {
    /// The page, with the dates of the document in its head.
    let html: String
    /// In the order of their names, as a PDF must list them.
    let attachments: [RenderedFile]
    /// 32 hexadecimal digits that follow from the page and the attachments.
    let identifier: String
    /// Seconds since 1970.
    let time: UInt64
    /// As PDF writes the time: `D:20261123083000Z`.
    let date: String

    /// - Parameter generatedAt: microseconds since 1970.
    /// - Throws: `PDFError` if this is no page, or if a name of an attachment is no name.
    init(
        html: String, attachments: [RenderedFile], documentID: String, generatedAt: UInt64
    ) throws(PDFError) {
        // The page has whole seconds where PDF has them: both must say the same.
        let moment = String(RFC3339.text(generatedAt).prefix(19))
        guard let head = html.firstRange(of: "<head>") else {
            throw PDFError(.failed, "There is no PDF of a text that is no page: it has no head.")
        }
        let dates = ["created", "modified"].map { name in
            "\n<meta name=\"dcterms.\(name)\" content=\"\(moment)Z\">"
        }.joined()
        for name in attachments.map(\.name) where name.isEmpty || name.contains("/") {
            throw PDFError(
                .failed, "'\(name.printable())' is no name of a file that can be attached.")
        }
        let sorted = attachments.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        var parts = [Array(documentID.utf8), Array(html.utf8)]
        for file in sorted { parts += [Array(file.name.utf8), file.bytes] }
        let digests = parts.flatMap { MerkleHash.leaf($0).bytes }
        self.html =
            String(html[..<head.upperBound]) + dates + String(html[head.upperBound...])
        self.attachments = sorted
        identifier = String("\(MerkleHash.leaf(digests))".prefix(32))
        time = generatedAt / 1_000_000
        date = "D:" + moment.filter(\.isNumber) + "Z"
    }

    /// The bytes that WeasyPrint wrote, without what depends on when it did.
    func settled(_ written: [UInt8]) -> [UInt8] {
        var bytes = written
        var start = 0
        while let file = Self.place(of: "/Type /EmbeddedFile", in: bytes, start..<bytes.count) {
            let end = Self.place(of: "\nstream", in: bytes, file..<bytes.count) ?? bytes.count
            for key in ["/CreationDate (", "/ModDate ("] {
                Self.replace(after: key, with: date, before: ")", in: &bytes, file..<end)
            }
            start = end
        }
        // A document that was not changed since it was written has the same identifier twice.
        Self.replace(
            after: "/ID [(\(identifier)) (", with: identifier, before: ")", in: &bytes,
            0..<bytes.count)
        return bytes
    }

    /// Nothing is replaced where what follows does not show that the lengths are the same.
    private static func replace(
        after key: String, with text: String, before end: String, in bytes: inout [UInt8],
        _ range: Range<Int>
    ) {
        guard let place = place(of: key, in: bytes, range) else { return }
        let (start, new) = (place + key.utf8.count, Array(text.utf8))
        guard bytes.dropFirst(start + new.count).starts(with: end.utf8) else { return }
        bytes.replaceSubrange(start..<start + new.count, with: new)
    }

    private static func place(of text: String, in bytes: [UInt8], _ range: Range<Int>) -> Int? {
        let pattern = Array(text.utf8)
        guard let first = pattern.first, pattern.count <= range.count else { return nil }
        var start = range.lowerBound
        let last = range.upperBound - pattern.count
        while start <= last, let found = bytes[start...last].firstIndex(of: first) {
            if bytes[found..<found + pattern.count].elementsEqual(pattern) { return found }
            start = found + 1
        }
        return nil
    }
}
