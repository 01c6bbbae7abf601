internal import DRTesting
internal import S3

/// Tries the storages of a target without a run.
public enum TargetCheck {
    public struct Finding: Sendable {
        public let isGood: Bool
        public let text: String
    }

    /// - Parameters:
    ///   - runs: of the data directory whose lost runs are looked for; `nil` without a log.
    ///   - clear: removes what they left.
    public static func examine(
        _ target: Target, runs: UnfinishedRuns?, clear: Bool
    ) async throws -> [Finding] {
        var findings: [Finding] = []
        for (role, storage) in [
            ("primary", target.primary), ("secondary", target.secondary),
            ("backup", target.backup),
        ] {
            guard let storage else { continue }
            let client = try S3Client(storage.configuration(agent: "dr-runner"))
            let place = "\(role) storage \(storage.endpoint), bucket \(storage.bucket)"
            do {
                _ = try await client.list(storage.bucket, prefix: "dr-test/", limit: 1)
                findings.append(Finding(isGood: true, text: "\(place) can be listed"))
                if let runs {
                    findings += try await remains(in: storage, client, runs, clear: clear)
                }
            } catch {
                findings.append(Finding(isGood: false, text: "\(place): \(error)"))
            }
            try await client.shutdown()
        }
        return findings
    }

    private static func remains(
        in storage: StorageSettings, _ client: S3Client, _ runs: UnfinishedRuns, clear: Bool
    ) async throws -> [Finding] {
        let remains = Remains(runs: runs, client: client, bucket: storage.bucket)
        guard clear else {
            let count = try await remains.found().keys.count
            if count == 0 { return [] }
            let text =
                "bucket \(storage.bucket) holds \(count.counted("object")) of lost runs; remove "
                + "them with --clear"
            return [Finding(isGood: false, text: text)]
        }
        var findings: [Finding] = []
        if let removed = try await remains.remove() {
            findings.append(Finding(isGood: true, text: removed))
        }
        let lease = TargetLease(
            client: client, bucket: storage.bucket, runKey: "",
            isOver: { try await runs.isOver($0) })
        if let key = try await lease.removeAbandoned() {
            let text = "removed the lease of lost run \(key) from bucket \(storage.bucket)"
            findings.append(Finding(isGood: true, text: text))
        }
        return findings
    }
}
