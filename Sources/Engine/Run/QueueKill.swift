internal import DRTesting
internal import FoundationEssentials
internal import ResilientStorage
internal import Subprocess
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// Shows whether the queue keeps what it acknowledges: runs it in a child process, kills that with
/// SIGKILL right after an acknowledgement, and looks at what is left.
struct QueueKill: Sendable {
    /// The program that runs `QueueChild`, and its arguments before the directory.
    let child: [String]
    let directory: String

    /// - Returns: what had been acknowledged, and what of it was gone.
    func run(killingAfter count: Int) async throws -> RunFacts.KilledQueue {
        let acknowledged = try await acknowledgements(killingAfter: count)
        let queue = try OperationQueue(directory: directory)
        let kept = Set(try await queue.first(Int.max).map(\.operation.key))
        return RunFacts.KilledQueue(
            acknowledged: acknowledged.count, missing: acknowledged.count { !kept.contains($0) })
    }

    private func acknowledgements(killingAfter count: Int) async throws -> [String] {
        guard let program = child.first else {
            throw RunnerError(.internal, "no program is known that runs the queue in a child")
        }
        let result = try await Subprocess.run(
            .path(.init(program)), arguments: .init(child.dropFirst() + [directory]),
            environment: .custom([:]), input: .none, output: .sequence, error: .discarded
        ) { execution in
            var keys: [String] = []
            for try await line in execution.standardOutput.strings() {
                let key = line.filter { !$0.isNewline }
                if keys.count < count, !key.isEmpty { keys.append(key) }
                // Lines that were on their way when the child died count too: they were promised.
                if keys.count == count { try? execution.send(signal: .kill) }
            }
            return keys
        }
        return result.closureResult
    }
}

/// The other side: acknowledges one write after another on standard output, until it is killed.
public enum QueueChild {
    /// - Parameter sabotage: the part that is broken on purpose, if any.
    public static func run(directory: String, sabotage: Sabotage?) async throws {
        let queue = sabotage.wrap(try OperationQueue(directory: directory))
        for number in 1...1_000_000 {
            let key = "killed/\(number)"
            let body = Array("write \(number)".utf8)
            _ = try await queue.add(
                QueuedOperation(key: key, action: .put(body: body, metadata: [:])))
            print(key)
            fflush(nil)
        }
    }
}
