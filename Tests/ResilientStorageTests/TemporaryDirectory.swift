import FoundationEssentials
import LMDB
import ResilientStorage

/// A folder that is removed together with whoever holds it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        path =
            FileManager.default.temporaryDirectory.path(percentEncoded: false)
            + "/resilient-storage-tests-\(UUID().uuidString)"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            preconditionFailure("There is no temporary folder: \(error)")
        }
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) is left behind: \(error)")
        }
    }
}

/// A place for one queue, which is opened there again and again.
struct QueueFolder: Sendable {
    private let directory = TemporaryDirectory()

    var path: String { directory.path + "/queue" }

    func open(
        limits: OperationQueue.Limits = .init()
    ) async throws -> OperationQueue {
        try await whenClosed {
            try OperationQueue(directory: path, limits: limits)
        }
    }
}

/// LMDB opens a file once a process, and a queue outlives its last use by what its thread still
/// has to do.
private func whenClosed<Value>(_ open: () throws -> Value) async throws -> Value {
    for _ in 0..<2000 {
        do {
            return try open()
        } catch let error as LMDBError where error.code == .alreadyOpen {
            try await Task.sleep(for: .milliseconds(5))
        }
    }
    return try open()
}
