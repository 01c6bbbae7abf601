/// Names in a sentence: `a, b and c`, or `a, b, c and 4 more`.
struct SentenceList: CustomStringConvertible {
    let isOne: Bool
    let description: String

    init(_ names: [String], limit: Int = 3) {
        isOne = names.count == 1
        var shown = Array(names.prefix(limit))
        if names.count > limit { shown.append("\(names.count - limit) more") }
        let last = shown.popLast() ?? ""
        description = shown.isEmpty ? last : shown.joined(separator: ", ") + " and " + last
    }
}
