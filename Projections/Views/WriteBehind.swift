internal import Dispatch
internal import Synchronization

/// Stores one batch of a rebuild while the next one is folded.
final class WriteBehind: Sendable {
    private let file: ViewFile
    private let generations: [UInt64]
    private let queue = DispatchQueue(label: "dr-testing.views.writer")
    private let outcome = Mutex<Result<Void, any Error>>(.success(()))

    init(_ file: ViewFile, generations: [UInt64]) {
        (self.file, self.generations) = (file, generations)
    }

    /// Waits for the batch before, and begins to store this one.
    func write(_ fold: Fold) throws {
        try wait()
        queue.async { [self] in
            let result = Result { try file.write(fold, generations: generations) }
            outcome.withLock { $0 = result }
        }
    }

    /// Waits until all that was given is stored.
    ///
    /// - Throws: why it could not be.
    func wait() throws {
        queue.sync {}
        try outcome.withLock { $0 }.get()
    }
}
