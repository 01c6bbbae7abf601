internal import DRTesting

/// A drawing as SVG, in units that are about a point wide where it is printed.
struct Drawing {
    /// Of a drawing as wide as its page.
    static let fullWidth = 720.0
    private static let fonts = "Arial, Liberation Sans, DejaVu Sans, sans-serif"

    enum Anchor: String {
        case start, middle, end
    }

    let width: Double
    let height: Double
    private var content = ""

    init(width: Double = Drawing.fullWidth, height: Double) {
        (self.width, self.height) = (width, height)
    }

    /// At most one decimal: the same text on every machine.
    static func n(_ number: Double) -> String { ReportText.decimal(number) }

    /// So many letters of a text as there is room for. The whole of it is in a table.
    static func cut(_ text: String, letters: Int) -> String {
        let text = text.printable()
        return text.count <= letters ? text : text.prefix(letters - 1) + "…"
    }

    // MARK: Shapes

    mutating func rectangle(
        x: Double, y: Double, width: Double, height: Double, radius: Double = 0, _ paint: Paint
    ) {
        let round = radius > 0 ? " rx=\"\(Self.n(radius))\"" : ""
        content +=
            "<rect x=\"\(Self.n(x))\" y=\"\(Self.n(y))\" width=\"\(Self.n(max(width, 0)))\" "
            + "height=\"\(Self.n(max(height, 0)))\"\(round) \(paint.attributes)/>"
    }

    /// There may be thousands: how they are painted stands once.
    mutating func circles(at places: [(x: Double, y: Double)], radius: Double, _ paint: Paint) {
        if places.isEmpty { return }
        content += "<g \(paint.attributes)>"
        for (x, y) in places {
            content +=
                "<circle cx=\"\(Self.n(x))\" cy=\"\(Self.n(y))\" r=\"\(Self.n(radius))\"/>"
        }
        content += "</g>"
    }

    mutating func horizontal(y: Double, from start: Double, to end: Double, _ paint: Paint) {
        path("M\(Self.n(start)) \(Self.n(y))H\(Self.n(end))", paint)
    }

    mutating func vertical(x: Double, from start: Double, to end: Double, _ paint: Paint) {
        path("M\(Self.n(x)) \(Self.n(start))V\(Self.n(end))", paint)
    }

    /// From one point to the next; nothing of fewer than two.
    mutating func polyline(_ points: [(x: Double, y: Double)], _ paint: Paint) {
        if points.count < 2 { return }
        let places = points.map { "\(Self.n($0.x)) \(Self.n($0.y))" }
        path("M" + places.joined(separator: "L"), paint)
    }

    /// A square on its corner.
    mutating func diamond(x: Double, y: Double, radius: Double, _ paint: Paint) {
        let corners = [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)]
        let places = corners.map { "\(Self.n($0.0)) \(Self.n($0.1))" }
        path("M" + places.joined(separator: "L") + "Z", paint)
    }

    mutating func path(_ path: String, _ paint: Paint) {
        content += "<path d=\"\(path)\" \(paint.attributes)/>"
    }

    mutating func text(
        _ text: String, x: Double, y: Double, _ anchor: Anchor = .start, _ ink: Ink = .soft,
        size: Double = 12, isBold: Bool = false
    ) {
        let weight = isBold ? " font-weight=\"600\"" : ""
        content +=
            "<text x=\"\(Self.n(x))\" y=\"\(Self.n(y))\" text-anchor=\"\(anchor.rawValue)\" "
            + "font-family=\"\(Self.fonts)\" font-size=\"\(Self.n(size))\"\(weight) "
            + "\(Paint.fill(ink).attributes)>\(HTMLText.escaped(text))</text>"
    }

    /// - Parameters:
    ///   - title: what is shown, in a few words. It is what people hear who do not see.
    ///   - description: what can be seen, in a sentence.
    ///   - style: `drawing`, or `bar` for a small one in a table.
    func svg(title: String, description: String, style: String = "drawing") -> Markup {
        let (right, bottom) = (Self.n(width), Self.n(height))
        return """
            <svg class="\(style)" viewBox="0 0 \(right) \(bottom)" width="\(right)" \
            height="\(bottom)" role="img"><title>\(title)</title><desc>\(description)</desc>\
            \(Markup(trusted: content))</svg>
            """
    }
}
