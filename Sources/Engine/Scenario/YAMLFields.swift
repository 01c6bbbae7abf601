internal import DRTesting
internal import Yams

/// A mistake in a file that people write, and where it stands.
public struct FileProblem: Equatable, Sendable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    public let column: Int
    /// What is wrong and what would be accepted.
    public let message: String

    public var description: String { "\(line):\(column): \(message)" }
}

/// A file that cannot be used, with every mistake that was found.
public struct FileError: Error, CustomStringConvertible {
    public let file: String
    public let problems: [FileProblem]

    public var description: String {
        problems.map { "\(file):\($0)" }.joined(separator: "\n")
    }
}

/// Reads the members of YAML mappings, and collects the mistakes instead of stopping at the first.
final class YAMLFields {
    /// The text is kept in the log, where a record has 64 KiB.
    private static let maximumBytes = 32 << 10

    private(set) var problems: [FileProblem] = []
    var variables: [String: String] = [:]
    var usesEnvironment = false

    func fail(_ node: Node, _ message: String) {
        problems.append(
            FileProblem(
                line: node.mark?.line ?? 1, column: node.mark?.column ?? 1, message: message))
    }

    /// The document, or `nil` if it is not YAML with a mapping at the top.
    func document(_ text: String) -> Node? {
        guard text.utf8.count <= Self.maximumBytes, !text.contains("<<:") else {
            problems.append(
                FileProblem(line: 1, column: 1, message: "the file is too large or merges mappings")
            )
            return nil
        }
        do {
            guard let node = try Yams.compose(yaml: text), node.mapping != nil else {
                problems.append(
                    FileProblem(line: 1, column: 1, message: "a mapping with 'name' is expected"))
                return nil
            }
            return node
        } catch let error as YamlError {
            problems.append(Self.problem(for: error))
        } catch {
            problems.append(FileProblem(line: 1, column: 1, message: "\(error)"))
        }
        return nil
    }

    private static func problem(for error: YamlError) -> FileProblem {
        switch error {
        case .duplicatedKeysInMapping(let names, let context):
            FileProblem(
                line: context.mark.line, column: context.mark.column,
                message: "\(list(names.sorted())) is given twice")
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            FileProblem(line: mark.line, column: mark.column, message: "not YAML: \(problem)")
        default:
            FileProblem(line: 1, column: 1, message: "not YAML")
        }
    }

    /// Complains about members that have no meaning here, such as misspelt ones.
    ///
    /// - Returns: whether there are members at all.
    @discardableResult
    func checkNames(of node: Node, among names: [String]) -> Bool {
        guard let mapping = node.mapping else {
            fail(node, "a mapping with \(Self.list(names)) is expected")
            return false
        }
        for (key, _) in mapping {
            guard let name = key.string else { continue }
            if !names.contains(name) {
                fail(key, "'\(name)' is not known here; accepted: \(Self.list(names))")
            }
        }
        return true
    }

    func flag(_ node: Node?) -> Bool? {
        guard let node, let text = text(node) else { return nil }
        if let flag = Bool(text) { return flag }
        fail(node, "'\(text)' is not true or false")
        return nil
    }

    func required(_ name: String, of node: Node) -> Node? {
        if let member = node.mapping?[name] { return member }
        fail(node, "'\(name)' is missing")
        return nil
    }

    /// The text of a scalar, with `${variables}` put in.
    func text(_ node: Node?) -> String? {
        guard let node else { return nil }
        guard let scalar = node.scalar?.string else {
            fail(node, "a text is expected")
            return nil
        }
        return substituted(scalar, node)
    }

    /// The text of a scalar in a call outside. What is not declared stays in it as it stands, for
    /// the environment of the call: nothing of the environment is put in here.
    func callText(_ node: Node?) -> String? {
        guard let node else { return nil }
        guard let scalar = node.scalar?.string else {
            fail(node, "a text is expected")
            return nil
        }
        return substituted(scalar, node, leavesNames: true)
    }

    private func substituted(
        _ text: String, _ node: Node, leavesNames: Bool = false
    ) -> String? {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}") else {
                fail(node, "'${' without '}'")
                return nil
            }
            let name = String(rest[..<end])
            let isLeft = leavesNames && (usesEnvironment || isLeftToCalls(name))
            guard let value = isLeft ? "${\(name)}" : variables[name] else {
                let known = Self.list(variables.keys.sorted())
                // The names of the process's own variables are nobody's business.
                fail(
                    node,
                    usesEnvironment
                        ? "variable '\(name)' is not in the environment"
                        : "variable '\(name)' is not declared; declared: \(known)")
                return nil
            }
            result += value
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// Variables of the environment are told from those of a scenario by their capital letters,
    /// so that a misspelt name is noticed.
    private func isLeftToCalls(_ name: String) -> Bool {
        variables[name] == nil && name.isVariableName && name == name.uppercased()
    }

    func duration(_ node: Node?) -> Duration? {
        guard let node, let text = text(node) else { return nil }
        if let duration = Duration(parsing: text) { return duration }
        fail(node, "'\(text)' is not a duration; accepted: a number with ms, s, m or h, as 30s")
        return nil
    }

    func number(_ node: Node?, in range: ClosedRange<Double>) -> Double? {
        guard let node, let text = text(node) else { return nil }
        if let number = Double(text), range.contains(number) { return number }
        let (low, high) = (
            ObservedValue.number(range.lowerBound), ObservedValue.number(range.upperBound)
        )
        fail(node, "'\(text)' is not a number from \(low) to \(high)")
        return nil
    }

    func whole(_ node: Node?, in range: ClosedRange<Int>) -> Int? {
        guard let node, let text = text(node) else { return nil }
        if let number = Int(text), range.contains(number) { return number }
        fail(
            node, "'\(text)' is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    /// The entries of a list that must have some; `nil` if one of them cannot be read.
    func elements<Element>(of node: Node?, _ read: (Node) -> Element?) -> [Element]? {
        guard let node else { return nil }
        guard let sequence = node.sequence, !sequence.isEmpty else {
            fail(node, "a list with at least one entry is expected")
            return nil
        }
        let elements = sequence.compactMap(read)
        return elements.count == sequence.count ? elements : nil
    }

    func choice<Value: RawRepresentable & CaseIterable>(
        _ node: Node?, as type: Value.Type = Value.self
    ) -> Value? where Value.RawValue == String {
        guard let node, let text = text(node) else { return nil }
        if let value = Value(rawValue: text) { return value }
        fail(node, "'\(text)' is not known; accepted: \(Self.list(Value.allCases.map(\.rawValue)))")
        return nil
    }

    static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}

extension String {
    /// Whether a variable of the environment can have this name.
    var isVariableName: Bool {
        !isEmpty && first?.isNumber == false
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

extension Duration {
    /// As people write durations: `250ms`, `30s`, `5m`, `1h`.
    public init?(parsing text: String) {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        guard let number = Double(digits), number >= 0, number <= 1e9 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": self = .milliseconds(number)
        case "s": self = .seconds(number)
        case "m", "min": self = .seconds(number * 60)
        case "h": self = .seconds(number * 3600)
        default: return nil
        }
    }
}
