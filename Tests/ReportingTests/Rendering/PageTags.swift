/// The tags of a page, in their order, as a strict reader finds them: texts are escaped, so each
/// `<` begins one.
struct PageTags {
    struct Tag {
        /// In small letters; `/` before it for an end.
        let name: String
        let attributes: [(name: String, value: String)]
        /// Up to the next tag.
        let text: String
        /// It ends itself, as in SVG, or is of the kind that has no end.
        let isWhole: Bool

        subscript(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
    }

    private static let withoutEnd: Set<String> = ["!doctype", "meta", "br"]
    private static let known: Set<String> = [
        "aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "content", "cx", "cy",
        "d", "fill", "font-family", "font-size", "font-weight", "height", "href", "html",
        "http-equiv", "id", "lang", "name", "opacity", "r", "role", "rx", "scope", "stroke",
        "stroke-dasharray", "stroke-width", "style", "tabindex", "text-anchor", "viewbox", "width",
        "x", "y",
    ]

    let all: [Tag]

    init(_ page: String) {
        // Scalar by scalar, as browsers read: a bracket that carries an accent is a bracket.
        let pieces = page.unicodeScalars.split(separator: "<", omittingEmptySubsequences: false)
        all = pieces.dropFirst().map { Self.tag(String($0)) }
    }

    private static func tag(_ piece: String) -> Tag {
        let scalars = piece.unicodeScalars
        let end = scalars.firstIndex(of: ">") ?? scalars.endIndex
        let inside = String(scalars[..<end])
        let name = inside.prefix { !$0.isWhitespace }.lowercased()
        return Tag(
            name: name.hasSuffix("/") ? String(name.dropLast()) : name,
            attributes: attributes(inside.drop { !$0.isWhitespace }),
            text: String(scalars[end...].dropFirst()),
            isWhole: inside.hasSuffix("/") || withoutEnd.contains(name))
    }

    subscript(_ name: String) -> [Tag] { all.filter { $0.name == name } }

    var ids: [String] { all.compactMap { $0["id"] } }

    /// Names that no page of ours has: somebody has written himself out of a value.
    var unknownAttributes: Set<String> {
        Set(all.flatMap(\.attributes).map { $0.name }).subtracting(Self.known)
    }

    /// The first end that ends nothing, or the last start that is not ended; `nil`: there is none.
    var misplacedEnd: String? {
        var open: [String] = []
        for tag in all where !tag.isWhole {
            if tag.name.hasPrefix("/") {
                guard open.popLast() == String(tag.name.dropFirst()) else { return tag.name }
            } else {
                open.append(tag.name)
            }
        }
        return open.last
    }

    /// The tags between one and its end.
    func inside(_ index: Int) -> ArraySlice<Tag> {
        let name = all[index].name
        let end = all[index...].firstIndex { $0.name == "/\(name)" } ?? all.endIndex
        return all[(index + 1)..<end]
    }

    /// Each value is between double quotes, if there is one.
    private static func attributes(_ text: Substring) -> [(name: String, value: String)] {
        var result: [(name: String, value: String)] = []
        // As browsers see them: a quote that carries an accent is a quote.
        var rest = Array(text.unicodeScalars)[...]
        func take(_ isPart: (Unicode.Scalar) -> Bool) -> String {
            let part = rest.prefix(while: isPart)
            rest = rest.dropFirst(part.count)
            var text = String.UnicodeScalarView()
            text.append(contentsOf: part)
            return String(text)
        }
        while !rest.isEmpty {
            _ = take { $0.properties.isWhitespace || $0 == "/" }
            let name = take { !$0.properties.isWhitespace && $0 != "=" && $0 != "/" }
            if name.isEmpty { break }
            var value = ""
            if rest.first == "=", rest.dropFirst().first == "\"" {
                rest = rest.dropFirst(2)
                value = take { $0 != "\"" }
                rest = rest.dropFirst()
            }
            result.append((name: name.lowercased(), value: value))
        }
        return result
    }
}
