/// A number that is meant to be seen from afar.
struct Figure {
    let label: String
    let value: String
    let note: String
    /// The name of a style; empty for none.
    var tone = ""
    /// SVG; empty if there is nothing to compare with.
    var meter = ""
}

/// A fact in a list of them.
struct Fact {
    let label: String
    let value: String
    /// Whether it is read letter by letter.
    var isCode = false
}
