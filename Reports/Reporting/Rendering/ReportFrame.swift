internal import DRTesting

/// The whole of a page around what it says: one file of HTML that needs nothing else, on screens
/// and on paper.
struct ReportFrame {
    /// With the period, for the list of windows and the history of browsers.
    let title: String
    let documentID: String
    /// What it was read up to: `position 3381 · root 1a2b3c4d…`.
    let head: String
    let classification: String

    init(
        title: String, documentID: String, head: String, classification: String = "Internal"
    ) {
        (self.title, self.documentID) = (title, documentID)
        (self.head, self.classification) = (head, classification)
    }

    init(title: String, documentID: String, origin: ReportOrigin) {
        let root = "\(origin.range.root)".prefix(12)
        self.init(
            title: title, documentID: documentID,
            head: "position \(origin.head) · root \(root)…")
    }

    /// - Parameter body: HTML, with one `h1`.
    /// - Throws: if a template of this program cannot be read.
    func page(body: String) throws -> String {
        let sheet = String(decoding: PackageResources.report_css, as: UTF8.self)
        return try ReportTemplates.render(
            Page(
                title: title, documentID: documentID, head: head, classification: classification,
                style: sheet + margins, body: body),
            as: "frame")
    }

    private struct Page {
        let title: String
        let documentID: String
        let head: String
        let classification: String
        let style: String
        let body: String
    }

    /// What stands on each printed page, as literals: not every renderer can take a string from the
    /// page.
    private var margins: String {
        let font =
            "font: 7.5pt Arial, \"Liberation Sans\", \"DejaVu Sans\", sans-serif; color: #4d535b"
        return """

            @page {
              size: A4;
              margin: 18mm 16mm 17mm;
              @top-left { content: \(Self.cssString(documentID)); \(font) }
              @top-right { content: \(Self.cssString(classification)); \(font) }
              @bottom-left { content: \(Self.cssString(head)); \(font) }
              @bottom-right {
                content: "Page " counter(page) " of " counter(pages); \(font)
              }
            }

            """
    }

    /// As a string of CSS inside a `style` element: what could end either of them, or means
    /// something, stands as its number.
    static func cssString(_ text: String) -> String {
        var result = "\""
        for scalar in text.printable().unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", " ", "-", ".", ",", ":":
                result.unicodeScalars.append(scalar)
            default: result += "\\\(String(scalar.value, radix: 16)) "
            }
        }
        return result + "\""
    }
}
