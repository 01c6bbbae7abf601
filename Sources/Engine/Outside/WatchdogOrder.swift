internal import FoundationEssentials

/// A line that the watchdog reads, with one of these members.
struct WatchdogOrder: Codable, Sendable {
    /// A process that is changing something, with all that it starts.
    struct Began: Codable, Sendable {
        let id: String
        let group: Int32
    }

    /// A change is about to be made.
    var arm: UndoOrder?
    /// This change was put back.
    var disarm: String?
    /// The change of this id is made by a process.
    var began: Began?
    /// The process that makes the change of this id has ended.
    var ended: String?
}

/// A line that the watchdog writes, once it has taken over what it was told.
struct WatchdogAnswer: Codable, Sendable {
    /// `nil`: it knows.
    var error: String?
}

/// What a watchdog knows. A pure value.
struct WatchedChanges: Sendable {
    private(set) var armed: [UndoOrder] = []
    /// The groups of the processes that are changing something.
    private(set) var groups: [String: Int32] = [:]

    mutating func take(_ line: String) -> WatchdogAnswer {
        guard let order = try? JSONDecoder().decode(WatchdogOrder.self, from: Data(line.utf8))
        else { return WatchdogAnswer(error: "this is no order") }
        if let undo = order.arm { armed.append(undo) }
        if let began = order.began { groups[began.id] = began.group }
        if let id = order.ended { groups[id] = nil }
        if let id = order.disarm {
            armed.removeAll { $0.id == id }
            groups[id] = nil
        }
        return WatchdogAnswer()
    }
}
