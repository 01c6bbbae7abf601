/// A colour of drawings, by its name in the style sheet.
///
/// A browser takes the colour from the sheet, which has one for light and one for dark. Renderers
/// that give SVG no sheet, and paper, take the light one, which stands in the drawing itself.
enum Ink: String, CaseIterable {
    case page, card, ink, soft, rule, line, link, passed, failed, warned, none
    case passedTint = "passed-tint"
    case failedTint = "failed-tint"
    case warnedTint = "warned-tint"
    case noneTint = "none-tint"
    case served, deferred, refused, broken, fault
    case faultBar = "fault-bar"
    case partA = "part-a"
    case partB = "part-b"
    case partC = "part-c"
    case partD = "part-d"
    case partE = "part-e"
    case partF = "part-f"

    /// For parts of a whole, in their order; neighbours differ in lightness too.
    static let parts: [Ink] = [.partA, .partB, .partC, .partD, .partE, .partF]

    /// On a light page: the same as in the style sheet.
    var light: String {
        switch self {
        case .page: "#ffffff"
        case .card: "#f6f7f8"
        case .ink: "#1a1c1f"
        case .soft: "#4d535b"
        case .rule, .partF: "#767676"
        case .line: "#d5d8dc"
        case .link, .partA: "#0b57d0"
        case .passed: "#0b6b3a"
        case .failed: "#b00020"
        case .warned: "#7a4d00"
        case .none: "#4a4a4a"
        case .passedTint: "#e6f3ec"
        case .failedTint: "#fcebed"
        case .warnedTint: "#fbf1df"
        case .noneTint: "#eeeff1"
        case .served: "#2b7a4b"
        case .deferred, .partB: "#b27300"
        case .refused, .partC: "#6b3fa0"
        case .broken: "#c0392b"
        case .fault: "#f8dfdc"
        case .faultBar: "#e7a49d"
        case .partD: "#3c9266"
        case .partE: "#007d8a"
        }
    }

    /// Behind what has this colour.
    var tint: Ink {
        switch self {
        case .passed: .passedTint
        case .failed: .failedTint
        case .warned: .warnedTint
        default: .noneTint
        }
    }
}

/// How a shape is filled and drawn around.
struct Paint {
    let fill: Ink?
    let stroke: Ink?
    let width: Double
    /// Lengths of dashes and gaps; empty: a line without gaps.
    let dash: String

    static func fill(_ ink: Ink) -> Paint { Paint(fill: ink, stroke: nil, width: 0, dash: "") }

    static func line(_ ink: Ink, width: Double = 1, dash: String = "") -> Paint {
        Paint(fill: nil, stroke: ink, width: width, dash: dash)
    }

    static func outline(_ ink: Ink, fill: Ink, width: Double) -> Paint {
        Paint(fill: fill, stroke: ink, width: width, dash: "")
    }

    /// As an element of SVG has it.
    var attributes: String {
        var names: [String] = []
        var values = ""
        if let fill {
            names.append("fill-\(fill.rawValue)")
            values += " fill=\"\(fill.light)\""
        } else {
            values += " fill=\"none\""
        }
        if let stroke {
            names.append("stroke-\(stroke.rawValue)")
            values += " stroke=\"\(stroke.light)\" stroke-width=\"\(ReportText.decimal(width))\""
        }
        if !dash.isEmpty { values += " stroke-dasharray=\"\(dash)\"" }
        return "class=\"\(names.joined(separator: " "))\"\(values)"
    }
}
