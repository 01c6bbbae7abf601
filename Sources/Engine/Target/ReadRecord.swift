internal import FaultProxy
internal import Synchronization

/// Which objects a storage gave to one sender, for as long as somebody wants to know.
final class ReadRecord: Sendable {
    private struct Watch {
        let agent: String
        var keys: Set<String> = []
    }

    /// `nil`: nobody wants to know.
    private let watch = Mutex<Watch?>(nil)

    func begin(of agent: String) { watch.withLock { $0 = Watch(agent: agent) } }

    /// - Returns: their keys, as they were sent.
    func end() -> Set<String> {
        watch.withLock { watch in
            defer { watch = nil }
            return watch?.keys ?? []
        }
    }

    /// Called by the proxy. Only what reached its reader whole counts.
    func record(_ operation: ProxiedOperation) { record(SeenOperation(operation)) }

    func record(_ operation: SeenOperation) {
        guard operation.method == "GET", !operation.key.isEmpty, !operation.isStruck,
            let status = operation.status, (200..<300).contains(status)
        else { return }
        watch.withLock { watch in
            if operation.agent == watch?.agent { watch?.keys.insert(operation.key) }
        }
    }
}
