/// What a drill has destroyed, and how it left that. A pure value.
struct Victims: Equatable, Sendable {
    private(set) var keys: Set<String> = []
    /// Those that were not deleted.
    private var left: [String: StoredObject] = [:]

    /// - Parameter stored: everything that is stored after the destruction.
    mutating func add(_ victims: some Sequence<String>, in stored: [String: StoredObject]) {
        for key in victims {
            keys.insert(key)
            left[key] = stored[key]
        }
    }

    /// Those that are no longer as they were left: with other bytes, there again, or gone. Only
    /// somebody who wrote to them can have done that.
    func changed(in stored: [String: StoredObject]) -> Int {
        keys.count { stored[$0] != left[$0] }
    }
}
