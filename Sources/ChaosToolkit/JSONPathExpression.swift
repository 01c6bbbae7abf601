internal import Wire

extension JSONPath {
    /// A value, or what a path leads to.
    indirect enum Operand: Equatable, Sendable {
        case value(JSONValue)
        case path(Inner)

        func values(in value: JSONValue, root: JSONValue) -> [JSONValue] {
            switch self {
            case .value(let value): [value]
            case .path(let path): path.matches(in: value, root: root)
            }
        }
    }

    /// The condition of a filter.
    indirect enum Expression: Equatable, Sendable {
        case all([Expression])
        case any([Expression])
        case not(Expression)
        /// There is something, or a value that Python calls true.
        case exists(Operand)
        case compare(Operand, Comparison, Operand)

        func holds(for value: JSONValue, root: JSONValue) -> Bool {
            switch self {
            case .all(let parts): parts.allSatisfy { $0.holds(for: value, root: root) }
            case .any(let parts): parts.contains { $0.holds(for: value, root: root) }
            case .not(let part): !part.holds(for: value, root: root)
            case .exists(.value(let value)): value.isTrue
            case .exists(.path(let path)): !path.matches(in: value, root: root).isEmpty
            case .compare(let left, let comparison, let right):
                left.values(in: value, root: root).contains { left in
                    right.values(in: value, root: root).contains { right in
                        comparison.holds(left, right)
                    }
                }
            }
        }
    }

    enum Comparison: String, Sendable {
        case equal = "="
        case unequal = "!="
        case less = "<"
        case atMost = "<="
        case greater = ">"
        case atLeast = ">="

        /// Only numbers have an order.
        func holds(_ left: JSONValue, _ right: JSONValue) -> Bool {
            if self == .equal { return left.pythonEquals(right) }
            if self == .unequal { return !left.pythonEquals(right) }
            guard let left = ExactDecimal(left), let right = ExactDecimal(right) else {
                return false
            }
            return switch self {
            case .less: left < right
            case .atMost: left <= right
            case .greater: left > right
            default: left >= right
            }
        }
    }

    /// The functions that a path may call on a value, as `$.name.length()`.
    enum Function: String, Sendable, CaseIterable {
        case charAt, entries, keys, length, substring, values

        /// `nil` where the value is of another type than the function is for, or the arguments are
        /// not the function's: then nothing matches.
        func result(for value: JSONValue, arguments: [JSONValue]) -> JSONValue? {
            switch self {
            case .charAt, .substring:
                guard case .string(let text) = value else { return nil }
                let numbers = arguments.compactMap(\.pythonInteger)
                guard numbers.count == arguments.count else { return nil }
                let scalars = Array(text.unicodeScalars)
                return self == .charAt
                    ? Self.character(of: scalars, at: numbers)
                    : Self.part(of: scalars, between: numbers)
            case .entries, .keys, .values, .length:
                guard arguments.isEmpty else { return nil }
                return result(for: value)
            }
        }

        private func result(for value: JSONValue) -> JSONValue? {
            switch (self, value) {
            case (.length, .string(let text)): .int(text.unicodeScalars.count)
            case (.length, .array(let values)): .int(values.count)
            case (.keys, .object(let object)): .array(object.keys.map { .string($0) })
            case (.keys, .array(let values)): .array(values.indices.map { .int($0) })
            case (.values, .object(let object)): .array(object.members.map(\.value))
            case (.values, .array): value
            case (.entries, .object(let object)):
                .array(object.members.map { .array([.string($0.key), $0.value]) })
            case (.entries, .array(let values)):
                .array(values.enumerated().map { .array([.int($0.offset), $0.element]) })
            default: nil
            }
        }

        private static func character(of text: [Unicode.Scalar], at numbers: [Int]) -> JSONValue? {
            guard numbers.count == 1 else { return nil }
            let position = numbers[0] < 0 ? numbers[0] + text.count : numbers[0]
            return text.indices.contains(position) ? .string(String(text[position])) : nil
        }

        private static func part(of text: [Unicode.Scalar], between numbers: [Int]) -> JSONValue? {
            guard numbers.count == 1 || numbers.count == 2 else { return nil }
            func bound(_ number: Int) -> Int {
                max(0, min(text.count, number < 0 ? number + text.count : number))
            }
            let start = bound(numbers[0])
            let end = numbers.count == 2 ? bound(numbers[1]) : text.count
            var part = String.UnicodeScalarView()
            if start < end { part.append(contentsOf: text[start..<end]) }
            return .string(String(part))
        }
    }
}

extension JSONValue {
    /// Of a whole number, and of a boolean, which Python calls one too.
    fileprivate var pythonInteger: Int? {
        switch self {
        case .int(let value): value
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }
}
