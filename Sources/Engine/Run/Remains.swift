internal import DRTesting
internal import S3

/// What runs that ended without a cleanup left in a storage: a runner that is killed cannot put
/// anything back.
///
/// Only runs that this data directory knows count: what others left is theirs.
struct Remains: Sendable {
    let runs: UnfinishedRuns
    let client: S3Client
    let bucket: String
    /// What stands before the key of each object there.
    var keyPrefix = ""

    /// The keys of the objects that are left, and of how many runs they are.
    func found() async throws -> (keys: [String], runCount: Int) {
        var isOver: [String: Bool] = [:]
        var keys: [String] = []
        for entry in try await client.listAll(bucket, prefix: keyPrefix + "dr-test/") {
            let parts = entry.key.dropFirst(keyPrefix.count)
                .split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count > 2 else { continue }
            let runKey = String(parts[1])
            if isOver[runKey] == nil { isOver[runKey] = try await runs.isOver(runKey) }
            if isOver[runKey] == true { keys.append(entry.key) }
        }
        return (keys, isOver.count { $0.value })
    }

    /// - Returns: what was done, in words; `nil` if nothing was left.
    func remove() async throws -> String? {
        let (keys, runCount) = try await found()
        if keys.isEmpty { return nil }
        for key in keys { try await client.delete(key, in: bucket) }
        let runs = runCount == 1 ? "a lost run" : "\(runCount) lost runs"
        let objects = keys.count.counted("object")
        return "removed \(objects) of \(runs) from bucket \(bucket)"
    }
}
