import LMDB
import Merkle
import Testing

@testable import EventLog

#if canImport(Glibc)
    import Glibc
#endif

/// What one test of a log works with: a data directory, and a folder for checkpoints outside.
/// Both are removed with it.
final class Fixture: Sendable {
    private let temporary = TemporaryDirectory()

    var path: String { temporary.path }
    var directory: DataDirectory { DataDirectory(temporary.path + "/data") }
    var outside: OutsideCheckpoints { OutsideCheckpoints(directory: temporary.path + "/outside") }

    func openStore(clock: LogClock = .system, mapSize: Int? = nil) throws -> EventStore {
        try whenClosed { try EventStore(directory, clock: clock, mapSize: mapSize) }
    }

    func openReader() throws -> EventReader {
        try whenClosed { try EventReader(directory) }
    }

    /// A store with `count` events in stream `run/a`, after the log's own first one.
    func openStore(withEvents count: Int) async throws -> EventStore {
        let store = try openStore()
        var make = EventMaker()
        _ = try await store.append(make.events(count), to: "run/a", expecting: .noStream)
        return store
    }

    /// A log of 301 events in five streams, some with a unique id, sealed at sizes 151 and 301,
    /// inside and outside. Only the log's own first event differs between two runs of one seed.
    func buildSealedLog() async throws {
        let clock = TestClock()
        let store = try openStore(clock: clock.log)
        var make = EventMaker()
        for number in 1...60 {
            clock.advance(by: 1000)
            let events = make.events(4) + [make.event(isOnce: number.isMultiple(of: 3))]
            _ = try await store.append(events, to: "run/\(number % 4)", expecting: .any)
            if number.isMultiple(of: 30) { _ = try await store.signCheckpoint(outside: outside) }
        }
        try verify(store, outside: outside)
    }

    /// What the verifier finds; a log that cannot be opened is one problem without a position.
    func problems(
        outside: OutsideCheckpoints? = nil
    ) throws -> [VerificationReport.Problem] {
        do {
            let reader = try openReader()
            let verifier = LogVerifier(reader, outside: outside)
            return try verifier.verify().problems
        } catch let error as EventLogError {
            return [VerificationReport.Problem(position: nil, message: "\(error)")]
        }
    }
}

/// LMDB opens a file once a process, and a store outlives its last use by the 20 ms of its timers.
func whenClosed<Value>(_ open: () throws -> Value) throws -> Value {
    for _ in 0..<1000 {
        do {
            return try open()
        } catch let error where isAlreadyOpen(error) {
            usleep(5000)
        }
    }
    return try open()
}

private func isAlreadyOpen(_ error: any Error) -> Bool {
    let cause = (error as? EventLogError)?.cause ?? error
    return (cause as? LMDBError)?.code == .alreadyOpen
}

/// Verifies the whole log, and expects nothing to be wrong with it.
@discardableResult
func verify(
    _ store: EventStore, outside: OutsideCheckpoints? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> VerificationReport {
    let verifier = LogVerifier(store.reader, outside: outside)
    let report = try verifier.verify()
    #expect(
        report.isClean, "\(report.problems), seed \(Seed.value)", sourceLocation: sourceLocation)
    return report
}

/// Why the log refused; `nil` if it did not. Any other error is thrown on.
func refusal<Value>(of body: () async throws -> Value) async throws -> EventLogError.Code? {
    do {
        _ = try await body()
        return nil
    } catch let error as EventLogError {
        return error.code
    }
}

/// One append of many that are begun at the same time.
struct PlannedAppend: Sendable {
    let events: [NewEvent]
    let stream: String
    var expected = ExpectedRevision.noStream
}

/// Begins all appends at once, and gives their outcomes in the order of the plans.
func append(
    _ plans: [PlannedAppend], to store: EventStore
) async -> [Result<AppendReceipt, any Error>] {
    await withTaskGroup(of: (Int, Result<AppendReceipt, any Error>).self) { group in
        for (index, plan) in plans.enumerated() {
            group.addTask {
                do {
                    let receipt = try await store.append(
                        plan.events, to: plan.stream, expecting: plan.expected)
                    return (index, .success(receipt))
                } catch {
                    return (index, .failure(error))
                }
            }
        }
        var outcomes: [Int: Result<AppendReceipt, any Error>] = [:]
        for await (index, outcome) in group { outcomes[index] = outcome }
        return plans.indices.map { outcomes[$0]! }
    }
}

extension Result where Success == AppendReceipt, Failure == any Error {
    var receipt: AppendReceipt? {
        guard case .success(let receipt) = self else { return nil }
        return receipt
    }

    var refusal: EventLogError.Code? {
        guard case .failure(let error as EventLogError) = self else { return nil }
        return error.code
    }
}

/// The turn to write, taken as another process would: no append begins until it is given back.
final class HeldTurn: Sendable {
    private let descriptor: Int32

    init(_ directory: DataDirectory) {
        descriptor = open(directory.turnstile, O_RDWR | O_CLOEXEC)
        flock(descriptor, LOCK_EX)
    }

    func giveBack() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }
}

/// The root as RFC 6962 §2.1 defines it, word for word.
func definedRoot(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
    if leaves.isEmpty { return .emptyTree }
    if leaves.count == 1 { return leaves[leaves.startIndex] }
    var split = 1
    while split * 2 < leaves.count { split *= 2 }
    return .node(definedRoot(leaves.prefix(split)), definedRoot(leaves.dropFirst(split)))
}
