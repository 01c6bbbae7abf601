internal import S3

/// Tries the storages of a target without a run.
public enum TargetCheck {
    public struct Finding: Sendable {
        public let isGood: Bool
        public let text: String
    }

    public static func examine(_ target: Target) async throws -> [Finding] {
        var findings: [Finding] = []
        for (role, storage) in [("primary", target.primary), ("backup", target.backup)] {
            guard let storage else { continue }
            let client = try S3Client(storage.configuration(agent: "dr-runner"))
            let place = "\(role) storage \(storage.endpoint), bucket \(storage.bucket)"
            do {
                _ = try await client.list(storage.bucket, prefix: "dr-test/", limit: 1)
                findings.append(Finding(isGood: true, text: "\(place) can be listed"))
            } catch {
                findings.append(Finding(isGood: false, text: "\(place): \(error)"))
            }
            try await client.shutdown()
        }
        return findings
    }
}
