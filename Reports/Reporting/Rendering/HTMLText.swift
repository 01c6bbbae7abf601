internal import DRTesting

/// How texts stand in pages.
package enum HTMLText {
    private static let special = Array("&<>\"'".utf8)

    /// Control characters are made visible; what has a meaning in HTML is escaped, scalar by
    /// scalar: a quote that carries an accent is one letter to people, and a quote to browsers.
    package static func escaped(_ text: String) -> String {
        let shown = text.printable()
        if !shown.utf8.contains(where: { special.contains($0) }) { return shown }
        var result = String.UnicodeScalarView()
        for scalar in shown.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "'": result.append(contentsOf: "&#39;".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
