import ResilientStorage
import Synchronization

@testable import Engine

/// Answers a load at once, from memory, as it is told to.
final class MemoryStore: StorageUnderLoad {
    enum Answer: Sendable {
        case serve, `defer`, refuse
        /// Acknowledges without doing it.
        case pretend
    }

    private struct State {
        var objects: [String: [UInt8]] = [:]
        var calls = 0
        /// Keys that are being written.
        var busy: Set<String> = []
        var races = 0
        var isHeld: Bool
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    private let answer: @Sendable (Int) -> Answer

    /// - Parameters:
    ///   - isHeld: no call is answered until the store is released.
    ///   - answer: to each call by its number, from 1.
    init(isHeld: Bool = false, answer: @escaping @Sendable (Int) -> Answer = { _ in .serve }) {
        state = Mutex(State(isHeld: isHeld))
        self.answer = answer
    }

    var objects: [String: [UInt8]] { state.withLock { $0.objects } }
    var calls: Int { state.withLock { $0.calls } }
    /// Writes that began while another one of the same key was under way.
    var races: Int { state.withLock { $0.races } }

    func release() {
        let waiting = state.withLock { state in
            state.isHeld = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for call in waiting { call.resume() }
    }

    /// Behind the back of everybody.
    func tamper(_ body: (inout [String: [UInt8]]) -> Void) { state.withLock { body(&$0.objects) } }

    func put(
        _ body: [UInt8], to key: String, metadata: [String: String]
    ) async -> StorageOutcome<Void> {
        await write(key) { $0[key] = body }
    }

    func delete(_ key: String) async -> StorageOutcome<Void> {
        await write(key) { $0[key] = nil }
    }

    func get(_ key: String) async -> StorageOutcome<[UInt8]?> {
        switch await nextAnswer() {
        case .serve, .pretend: .served(objects[key], at: .now)
        case .defer: .deferred(objects[key], at: .now)
        case .refuse: .refused("not now", at: .now)
        }
    }

    private func write(
        _ key: String, _ change: (inout [String: [UInt8]]) -> Void
    ) async -> StorageOutcome<Void> {
        state.withLock { state in
            if !state.busy.insert(key).inserted { state.races += 1 }
        }
        let answer = await nextAnswer()
        return state.withLock { state in
            state.busy.remove(key)
            switch answer {
            case .serve, .defer: change(&state.objects)
            case .pretend, .refuse: break
            }
            return switch answer {
            case .serve, .pretend: .served((), at: .now)
            case .defer: .deferred((), at: .now)
            case .refuse: .refused("not now", at: .now)
            }
        }
    }

    private func nextAnswer() async -> Answer {
        await withCheckedContinuation { call in
            let isHeld = state.withLock { state in
                if state.isHeld { state.waiting.append(call) }
                return state.isHeld
            }
            if !isHeld { call.resume() }
        }
        let number = state.withLock { state in
            state.calls += 1
            return state.calls
        }
        return answer(number)
    }
}
