internal import NIOCore

/// Values by name, of which the oldest are forgotten, so that memory does not grow with time.
struct RecentValues<Value: Sendable>: Sendable {
    private let limit: Int
    private var values: [String: Value] = [:]
    /// In the order in which they came.
    private var names = CircularBuffer<String>()

    init(limit: Int = 10_000) { self.limit = limit }

    subscript(name: String) -> Value? { values[name] }

    /// A name that is known keeps its age.
    mutating func set(_ value: Value, for name: String) {
        if values.updateValue(value, forKey: name) == nil { names.append(name) }
        if names.count > limit { values[names.removeFirst()] = nil }
    }
}
