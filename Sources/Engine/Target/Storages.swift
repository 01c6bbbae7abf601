internal import S3
internal import S3Sandbox

/// The storages of a target; those of the embedded one are served from the run's directory.
struct Storages {
    let primary: StorageSettings
    let secondary: StorageSettings?
    let backup: StorageSettings
    private(set) var sandboxes: [SandboxServer] = []

    init(target: Target, directory: String) async throws {
        if let primary = target.primary, let backup = target.backup {
            (self.primary, secondary, self.backup) = (primary, target.secondary, backup)
            return
        }
        var generator = SystemRandomNumberGenerator()
        let credentials = S3Credentials(
            accessKeyID: "embedded", secretAccessKey: String(generator.next(), radix: 36))
        var settings: [StorageSettings] = []
        for role in ["primary", "secondary", "backup"] {
            let sandbox = try await SandboxServer(
                directory: "\(directory)/\(role)", credentials: credentials)
            sandboxes.append(sandbox)
            let storage = StorageSettings(
                endpoint: sandbox.endpoint, bucket: "drill-\(role)", credentials: credentials)
            let client = try S3Client(storage.configuration(agent: SystemUnderTest.Agent.runner))
            try await client.createBucket(storage.bucket)
            try await client.shutdown()
            settings.append(storage)
        }
        (primary, secondary, backup) = (settings[0], settings[1], settings[2])
    }
}
