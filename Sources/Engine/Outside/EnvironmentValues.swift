internal import DRTesting

/// The variables of the environment that calls may use: puts their values in at the last moment,
/// and takes them out of everything that is said about a call.
struct EnvironmentValues: Sendable {
    /// A shorter value is no secret, and is found in too many texts by chance.
    private static let shortestSecret = 4

    private let values: [String: String]
    private let allowed: Set<String>
    private let leavesUnknownNames: Bool
    /// What a secret is replaced by; the longest secret first, since it may contain others.
    private let replacements: [(secret: String, name: String)]

    init(
        allowed: [String], environment: [String: String], secrets: [String],
        leavesUnknownNames: Bool
    ) {
        self.allowed = Set(allowed)
        self.leavesUnknownNames = leavesUnknownNames
        values = environment.filter { allowed.contains($0.key) }
        let named = values.map { (secret: $0.value, name: "${\($0.key)}") }
        let others = secrets.map { (secret: $0, name: "***") }
        replacements = (named + others)
            .filter { $0.secret.utf8.count >= Self.shortestSecret }
            .sorted { ($0.secret.utf8.count, $0.name) > ($1.secret.utf8.count, $1.name) }
    }

    /// - Throws: `OutsideError`.
    func value(of name: String) throws(OutsideError) -> String {
        guard allowed.contains(name) else {
            throw OutsideError(
                .notAllowed,
                "the target does not allow the variable '\(name)' of the environment")
        }
        guard let value = values[name] else {
            throw OutsideError(.unusable, "variable '\(name)' is not in the environment")
        }
        return value
    }

    /// A text with the values in the places of their names. Values are not looked through again.
    func filled(_ text: String) throws(OutsideError) -> String {
        var result = ""
        for part in TextWithNames(text).parts {
            switch part {
            case .text(let text): result += text
            case .name(let name):
                if leavesUnknownNames && !allowed.contains(name) {
                    result += "${\(name)}"
                } else {
                    result += try value(of: name)
                }
            }
        }
        return result
    }

    func redacted(_ text: String) -> String {
        replacements.reduce(text) { text, replacement in
            text.replacing(replacement.secret, with: replacement.name)
        }
    }
}

/// A text in which `${NAME}` stands for something else.
struct TextWithNames {
    enum Part {
        case text(String)
        case name(String)
    }

    private(set) var parts: [Part] = []

    init(_ text: String) {
        var rest = text[...]
        while let start = rest.firstRange(of: "${"),
            let end = rest[start.upperBound...].firstIndex(of: "}")
        {
            parts.append(.text(String(rest[..<start.lowerBound])))
            parts.append(.name(String(rest[start.upperBound..<end])))
            rest = rest[rest.index(after: end)...]
        }
        parts.append(.text(String(rest)))
    }

    var names: [String] {
        parts.compactMap { part in
            if case .name(let name) = part { name } else { nil }
        }
    }
}

extension OutsideCall {
    /// The texts in which names may stand.
    private var texts: [String] {
        switch self {
        case .http(let call): [call.url, call.body ?? ""] + call.headers.map(\.value)
        case .process(let call): call.arguments + [call.input ?? ""]
        case .plugin(let call): call.parameters.map(\.value)
        }
    }

    /// The variables that it uses, by their names.
    var names: [String] {
        let given: [String] =
            switch self {
            case .http: []
            case .process(let call): call.environment
            case .plugin(let call): call.environment
            }
        return given + texts.flatMap { TextWithNames($0).names }
    }
}
