/// A piece of a page. A literal is HTML; every text that is put into one is escaped. So what comes
/// from a log can be nothing but text, whoever writes the page.
struct Markup: ExpressibleByStringInterpolation, Equatable, Sendable {
    private(set) var html: String

    init() { html = "" }

    init(stringLiteral value: String) { html = value }

    init(stringInterpolation: StringInterpolation) { html = stringInterpolation.html }

    /// - Parameter html: was made elsewhere, and nothing in it is from a log as it stands there.
    init(trusted html: String) { self.html = html }

    init(text: String) { html = HTMLText.escaped(text) }

    var isEmpty: Bool { html.isEmpty }

    static func += (left: inout Markup, right: Markup) { left.html += right.html }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var html = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            html.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { html += literal }

        mutating func appendInterpolation(_ text: String) { html += HTMLText.escaped(text) }

        mutating func appendInterpolation(_ number: some BinaryInteger) { html += "\(number)" }

        mutating func appendInterpolation(_ markup: Markup) { html += markup.html }

        mutating func appendInterpolation(_ pieces: [Markup]) {
            for piece in pieces { html += piece.html }
        }
    }
}

extension Sequence where Element == Markup {
    func joined(by separator: Markup) -> Markup {
        var result = Markup()
        for (index, piece) in enumerated() {
            if index > 0 { result += separator }
            result += piece
        }
        return result
    }
}
