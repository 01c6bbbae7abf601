import ChaosToolkit
import Engine
import Synchronization

/// What an experiment did, as a journal of Chaos Toolkit.
///
/// A file is written again and again: whoever is killed leaves what had happened until then. A
/// device or a pipe gets it once, at the end.
final class JournalFile: Sendable {
    private struct State: Sendable {
        var last: Journal?
        var failure: (any Error)?
    }

    private let file: OutputFile
    private let state = Mutex(State())

    /// - Throws: `RunnerError` with `.usage` if nothing can be written there.
    init(_ path: String) throws { file = try OutputFile(path, option: "--journal") }

    func write(_ journal: Journal) {
        state.withLock { state in
            state.last = journal
            if !file.isReplaced { return }
            do {
                try file.write(journal.text + "\n")
                state.failure = nil
            } catch {
                state.failure = error
            }
        }
    }

    /// - Throws: if the journal as it is at the end could not be written.
    func finish() throws {
        let (last, failure) = state.withLock { ($0.last, $0.failure) }
        if let failure { throw failure }
        if let last, !file.isReplaced { try file.write(last.text + "\n") }
    }
}
