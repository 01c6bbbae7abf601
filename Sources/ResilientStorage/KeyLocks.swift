/// Lets one caller at a time have a key, in the order in which they came. Used inside one actor.
struct KeyLocks {
    private var waiting: [[UInt8]: [CheckedContinuation<Void, Never>]] = [:]

    /// - Returns: whether the caller has the key at once; otherwise `continuation` is resumed.
    mutating func take(_ key: String, or continuation: CheckedContinuation<Void, Never>) -> Bool {
        let key = Array(key.utf8)
        if waiting[key] == nil {
            waiting[key] = []
            return true
        }
        waiting[key]?.append(continuation)
        return false
    }

    mutating func unlock(_ key: String) {
        let key = Array(key.utf8)
        guard var queue = waiting[key], !queue.isEmpty else {
            waiting[key] = nil
            return
        }
        let next = queue.removeFirst()
        waiting[key] = queue
        next.resume()
    }
}
