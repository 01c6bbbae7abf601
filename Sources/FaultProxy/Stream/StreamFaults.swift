internal import Synchronization

/// The stream faults of a proxy, and how many connections each has struck.
final class StreamFaults: Sendable {
    /// A fault in force, as it is now.
    struct Standing: Sendable {
        let token: String
        var kind: StreamFault.Kind
        let direction: StreamFault.Direction
        var toxicity: Double
        let seed: UInt64
        /// How many were injected before.
        let number: Int
        /// How often it was changed.
        var revision = 0

        /// Whether it strikes a connection, drawn anew for each revision.
        ///
        /// - Returns: what the fault itself draws from; `nil` if it spares the connection.
        func strike(link: UInt64) -> SplitMix64? {
            var random = SplitMix64(
                seed: seed, path: [UInt64(number), UInt64(revision), link])
            return random.nextFraction() < toxicity ? random : nil
        }
    }

    private struct State {
        /// In the order in which they were injected.
        var faults: [Standing] = []
        var injected = 0
        var links: UInt64 = 0
        var struck: [String: Int] = [:]
        var struckByEnded = RecentValues<Int>()

        mutating func change(_ token: String, _ body: (inout Standing) -> Void) {
            guard let index = faults.firstIndex(where: { $0.token == token }) else { return }
            body(&faults[index])
            faults[index].revision += 1
        }
    }

    private let state = Mutex(State())

    var current: [Standing] { state.withLock { $0.faults } }

    /// Numbers connections from 1.
    func newLink() -> UInt64 {
        state.withLock { state in
            state.links += 1
            return state.links
        }
    }

    func add(_ fault: StreamFault, token: String) {
        state.withLock { state in
            state.faults.append(
                Standing(
                    token: token, kind: fault.kind, direction: fault.direction,
                    toxicity: fault.toxicity, seed: fault.seed, number: state.injected))
            state.injected += 1
            state.struck[token] = 0
        }
    }

    func change(_ token: String, toxicity: Double) {
        state.withLock { $0.change(token) { $0.toxicity = toxicity } }
    }

    func change(_ token: String, kind: StreamFault.Kind) {
        state.withLock { $0.change(token) { $0.kind = kind } }
    }

    func remove(_ token: String) {
        state.withLock { state in
            state.faults.removeAll { $0.token == token }
            if let count = state.struck.removeValue(forKey: token) {
                state.struckByEnded.set(count, for: token)
            }
        }
    }

    /// Counts a connection that the fault strikes.
    func struckLink(_ token: String) { state.withLock { $0.struck[token]? += 1 } }

    func struck(by token: String) -> Int? {
        state.withLock { $0.struck[token] ?? $0.struckByEnded[token] }
    }
}
