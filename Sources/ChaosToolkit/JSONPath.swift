public import Wire

/// A path into a JSON value, in the language of Python's `jsonpath2`, which Chaos Toolkit uses.
///
/// ```
/// $.store.books[*][?(@.price < 10 and not (@.sold = true))].title
/// ```
///
/// The language has its own ideas: names with other characters stand in double quotes, `=` compares
/// (`==` is a mistake), `or` binds closer than `and`, and a filter judges the value it is applied
/// to, not the elements of it: hence the `[*]` before it.
public struct JSONPath: Equatable, Sendable {
    let steps: [Step]

    /// - Throws: if this is no path, with what was expected where.
    public init(_ text: String) throws(ActivityError) {
        var parser = try JSONPathParser(text)
        steps = try parser.path()
    }

    /// What the path leads to, depth first.
    public func matches(_ value: JSONValue) -> [JSONValue] {
        Self.matches(steps, from: value, root: value)
    }

    static func matches(_ steps: [Step], from value: JSONValue, root: JSONValue) -> [JSONValue] {
        steps.reduce([value]) { values, step in
            values.flatMap { step.matches(in: $0, root: root) }
        }
    }

    struct Step: Equatable, Sendable {
        let isRecursive: Bool
        let subscripts: [Subscript]

        func matches(in value: JSONValue, root: JSONValue) -> [JSONValue] {
            let here = subscripts.flatMap { $0.matches(in: value, root: root) }
            guard isRecursive else { return here }
            return here + value.children.flatMap { matches(in: $0, root: root) }
        }
    }

    /// A path inside a path, which begins at the root or where it is applied.
    struct Inner: Equatable, Sendable {
        let isFromRoot: Bool
        let steps: [Step]

        func matches(in value: JSONValue, root: JSONValue) -> [JSONValue] {
            JSONPath.matches(steps, from: isFromRoot ? root : value, root: root)
        }
    }

    indirect enum Subscript: Equatable, Sendable {
        case member(String)
        case element(Int)
        case slice(Slice)
        case all
        case filter(Expression)
        case inner(Inner)
        case call(Function, [Operand])

        func matches(in value: JSONValue, root: JSONValue) -> [JSONValue] {
            switch self {
            case .member(let name): return value[name].map { [$0] } ?? []
            case .element(let index): return Self.element(index, of: value)
            case .slice(let slice):
                guard case .array(let values) = value else { return [] }
                return slice.indices(count: values.count).map { values[$0] }
            case .all: return value.children
            case .filter(let expression):
                return expression.holds(for: value, root: root) ? [value] : []
            case .inner(let path):
                return path.matches(in: value, root: root).flatMap { Self.part($0, of: value) }
            case .call(let function, let operands):
                return Self.combinations(of: operands, in: value, root: root)
                    .compactMap { function.result(for: value, arguments: $0) }
            }
        }

        private static func element(_ index: Int, of value: JSONValue) -> [JSONValue] {
            guard case .array(let values) = value else { return [] }
            let position = index < 0 ? index + values.count : index
            return values.indices.contains(position) ? [values[position]] : []
        }

        /// The part whose name or index was found somewhere. To Python `true` is 1.
        private static func part(_ name: JSONValue, of value: JSONValue) -> [JSONValue] {
            switch name {
            case .bool(let flag): element(flag ? 1 : 0, of: value)
            case .int(let index): element(index, of: value)
            case .string(let name): value[name].map { [$0] } ?? []
            default: []
            }
        }

        private static func combinations(
            of operands: [Operand], in value: JSONValue, root: JSONValue
        ) -> [[JSONValue]] {
            var lists: [[JSONValue]] = [[]]
            for operand in operands {
                let values = operand.values(in: value, root: root)
                lists = lists.flatMap { list in values.map { list + [$0] } }
            }
            return lists
        }
    }

    /// Python's `range(start, end, step)` over the elements of a list.
    struct Slice: Equatable, Sendable {
        let start: Int?
        let end: Int?
        let step: Int?

        func indices(count: Int) -> [Int] {
            let step = step ?? 1
            var first = start ?? 0
            if first < 0 { first = abs(first) < count ? first + count : 0 }
            var last = end ?? count
            if last < 0 { last += count }
            // Whatever lies outside is no element, so nothing has to be counted there.
            if step > 0 { last = min(last, count) } else { last = max(last, -count - 1) }
            if step < 0, first >= count { first -= (first - count) / -step * -step }
            return stride(from: first, to: last, by: step).compactMap { index in
                let position = index < 0 ? index + count : index
                return (0..<count).contains(position) ? position : nil
            }
        }
    }
}

extension JSONValue {
    /// The elements of a list, or the values of an object.
    fileprivate var children: [JSONValue] {
        switch self {
        case .array(let values): values
        case .object(let object): object.members.map(\.value)
        default: []
        }
    }
}
