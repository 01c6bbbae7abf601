import LMDB
import Testing

/// Mistakes of a program, which end it with a sentence instead of a damaged log.
@Suite(.timeLimit(.minutes(2)))
struct TrapTests {
    @Test func aWriteInsideAWriteTraps() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let store = try storeOfADyingProcess()
            try store.environment.write { outer in
                try store.environment.write { inner in try inner.commit() }
                try outer.commit()
            }
        }
        expectTrap(result, saying: "A write transaction was begun inside another one")
    }

    @Test func readingADatabaseOfAnotherEnvironmentTraps() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let one = try storeOfADyingProcess()
            let other = try storeOfADyingProcess()
            _ = try one.value(for: .name("a"), in: other.names)
        }
        expectTrap(result, saying: "Database 'names' was used with a transaction of another")
    }

    @Test func writingToADatabaseOfAnotherEnvironmentTraps() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let one = try storeOfADyingProcess()
            let other = try storeOfADyingProcess()
            try one.put(for: [.name("a")], in: other.names)
        }
        expectTrap(result, saying: "Database 'names' was used with a transaction of another")
    }

    @Test func scanningADatabaseOfAnotherEnvironmentTraps() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let one = try storeOfADyingProcess()
            let other = try storeOfADyingProcess()
            _ = try one.keys(of: other.names)
        }
        expectTrap(result, saying: "Database 'names' was used with a transaction of another")
    }

    @Test func anIntegerKeyInADatabaseOfBytesTraps() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let store = try storeOfADyingProcess()
            try store.put(for: [.integer(1)], in: store.names)
        }
        expectTrap(result, saying: "The key does not have the kind of database 'names'")
    }

    @Test func aNameInADatabaseOfIntegersTraps() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let store = try storeOfADyingProcess()
            _ = try store.keys(of: store.numbers, from: .name("a"))
        }
        expectTrap(result, saying: "The key does not have the kind of database 'numbers'")
    }

    /// A trap ends a process by a signal. An error thrown before it, which would be another
    /// failure, ends it with an exit code.
    private func expectTrap(
        _ result: ExitTest.Result?, saying sentence: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard let result else { return }
        let output = String(decoding: result.standardErrorContent, as: UTF8.self)
        if case .exitCode = result.exitStatus {
            Issue.record("it threw: \(output)", sourceLocation: sourceLocation)
        }
        // Only a debug build writes the sentence.
        #if DEBUG
            #expect(output.contains(sentence), sourceLocation: sourceLocation)
        #endif
    }
}

private func storeOfADyingProcess() throws -> TestStore {
    let store = try TestStore()
    try store.removeDirectory()
    return store
}
