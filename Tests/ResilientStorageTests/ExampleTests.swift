import FoundationEssentials
import ResilientStorage
import S3
import S3Sandbox
import Testing

/// The examples of the documentation, run as they are printed there.
@Suite(.timeLimit(.minutes(1))) struct ExampleTests {
    private let folder = TemporaryDirectory()

    @Test func aStoreOfOneBucketStoresAndReads() async throws {
        let storage = try await ServedStorage(folder.path + "/storage", buckets: ["app"])
        let (endpoint, credentials) = (storage.server.endpoint, Rig.credentials)
        // Nobody listens there, and nobody is told anything.
        let (directory, webhook) = (folder.path, "http://127.0.0.1:1/notices")

        let queue = try OperationQueue(directory: directory + "/queue")
        let notifier = WebhookNotifier(url: webhook)
        let client = try S3Client(S3Configuration(endpoint: endpoint, credentials: credentials))
        let store = ResilientStore(
            client: client, bucket: "app", configuration: .init(),
            components: .init(breaker: CircuitBreaker(), queue: queue, notifier: notifier))
        await store.start()

        switch await store.put(Array("hello".utf8), to: "greeting") {
        case .served, .deferred: print("stored")
        case .refused(let reason, _): print("not now: \(reason)")
        case .failed(let error), .indeterminate(let error): print("\(error)")
        }

        let read = await store.get("greeting")
        #expect(read.ending == .served)
        #expect(read.body == Array("hello".utf8))

        await store.stop()
        try await notifier.shutdown()
        try await client.shutdown()
        try await storage.stop()
    }

    @Test func aBackupIsMadeVerifiedRestoredAndRemoved() async throws {
        let storage = try await ServedStorage(
            folder.path + "/storage", buckets: ["app", "app-restored"])
        let other = try await ServedStorage(folder.path + "/other", buckets: ["app-backups"])
        let (client, backupClient) = (storage.client, other.client)
        for number in 1...25 {
            try await client.put([UInt8(number)], to: "order-\(number)", in: "app")
        }

        let backup = BucketBackup(
            source: S3Bucket(client: client, name: "app"),
            destination: S3Bucket(client: backupClient, name: "app-backups"),
            destinationPrefix: "backups/")
        let full = try await backup.backUp(.full)

        #expect(full.copiedObjects == 25)
        try await client.put([0], to: "order-1", in: "app")
        try await client.delete("order-25", in: "app")

        let latest = try await backup.backUp(.incremental(since: nil))

        #expect(latest.copiedObjects == 1)
        #expect(latest.manifest.entries.count == 24)
        #expect(latest.manifest.parent == full.reference)

        let verification = try await backup.verify(latest.reference.id, scope: .all)
        for problem in verification.problems { print(problem) }

        #expect(verification.checkedObjects == 24 && verification.isClean)
        #expect(verification.chain == [latest.reference.id, full.reference.id])

        let target = RestoreTarget(
            storage: S3Bucket(client: client, name: "app-restored"), prefix: "")
        let restoration = try await backup.restore(latest.reference.id, scope: .all, to: target)
        for problem in restoration.problems { print(problem) }

        #expect(restoration.restoredObjects == 24 && restoration.isComplete)
        let restored = try await storage.contents(of: "app-restored")
        #expect(restored["order-1"] == [0] && restored["order-2"] == [2])
        #expect(try await storage.contents(of: "app") == restored)

        let drill = RestoreTarget(
            storage: S3Bucket(client: client, name: "app-restored"), prefix: "drill/")
        let sample = try await backup.restore(
            latest.reference.id, scope: .sample(count: 20, seed: 2026), to: drill)

        #expect(sample.restoredObjects == 20 && sample.isComplete)

        let month = Duration.seconds(30 * 24 * 3600)
        let removal = try await backup.removeExpired(Retention(keepLast: 7, keepFor: month))

        #expect(removal.removed == [])
        // A kept backup keeps what it builds on, and a full one builds on nothing.
        #expect(try await backup.removeExpired(Retention(keepLast: 1)).removed == [])
        _ = try await backup.backUp(.full)
        let removed = try await backup.removeExpired(Retention(keepLast: 1)).removed
        #expect(removed == [latest.reference.id, full.reference.id])
        for served in [storage, other] { try await served.stop() }
    }

    @Test func aRestoreUnderAStoreOfTwoBucketsReachesBoth() async throws {
        let first = try await ServedStorage(folder.path + "/first", buckets: ["app"])
        let second = try await ServedStorage(folder.path + "/second", buckets: ["app"])
        let third = try await ServedStorage(folder.path + "/third", buckets: ["app-backups"])
        let primary = S3Bucket(client: first.client, name: "app")
        let secondary = S3Bucket(client: second.client, name: "app")
        let store = try openStore(over: first.client, and: second.client)
        await store.start()
        let backup = BucketBackup(
            source: primary, destination: S3Bucket(client: third.client, name: "app-backups"),
            destinationPrefix: "backups/")
        await put(1, to: "order", by: store)
        let id = try await backup.backUp(.full).reference.id
        for key in ["order", "mistake"] { await put(2, to: key, by: store) }

        await store.setReadOnly(true)
        // What is still on its way would land on top of what is restored.
        while try await store.backlog() > 0 { try await Task.sleep(for: .milliseconds(50)) }
        for bucket in [primary, secondary] {
            let target = RestoreTarget(storage: bucket, prefix: "", policy: .mirror)
            let restoration = try await backup.restore(id, scope: .all, to: target)
            guard restoration.isComplete else {
                throw RestoreFailed(problems: restoration.problems)
            }
        }
        await store.setReadOnly(false)

        for storage in [first, second] {
            #expect(try await storage.contents(of: "app") == ["order": [1]])
        }
        await put(3, to: "order", by: store)
        let read = await store.get("order")
        #expect(read.body == [3])
        await store.stop()
        for storage in [first, second, third] { try await storage.stop() }
    }

    private func openStore(over first: S3Client, and second: S3Client) throws -> ResilientStore {
        let directory = folder.path

        var limits = OperationQueue.Limits()
        // 20 writes a second for 4 hours, each of at most 8 KiB; and half as much again.
        limits.operations = 20 * 4 * 3600 * 3 / 2
        limits.bytes = limits.operations * (8 << 10)
        let queue = try OperationQueue(directory: directory + "/queue", limits: limits)

        let replication = try OperationQueue(directory: directory + "/replication", limits: limits)
        let standby = SiteComponents(
            client: second, bucket: "app", breaker: CircuitBreaker(), queue: replication)
        var components = ResilientStore.Components(
            breaker: CircuitBreaker(), queue: queue, notifier: RecordingNotifier(refusals: 0))
        components.failover = FailoverComponents(
            secondary: standby, epoch: try EpochFile(directory: directory + "/epoch"))
        return ResilientStore(
            client: first, bucket: "app", configuration: .init(), components: components)
    }

    private func put(_ byte: UInt8, to key: String, by store: ResilientStore) async {
        let outcome = await store.put([byte], to: key)
        #expect(outcome.ending == .served)
    }

    // MARK: The pages

    /// What is printed in the documentation stands in the example program or in the tests above.
    @Test func everyBlockOfTheDocumentationIsCodeThatIsRun() throws {
        let own = #filePath
        let root = "/" + own.split(separator: "/").dropLast(3).joined(separator: "/")
        let programs = try texts(in: root + "/Sources/resilient-storage-example")
        let pages = try texts(in: root + "/Sources/ResilientStorage/ResilientStorage.docc")
        let sources = programs + [try #require(lines(of: own))]
        let blocks = pages.flatMap { codeBlocks(of: $0) }
        #expect(pages.count > 1 && blocks.count > 5)
        for block in blocks {
            #expect(sources.contains { holds($0, block) }, "\(block.joined(separator: "\n"))")
            #expect(!block.isEmpty)
        }
    }

    private func texts(in folder: String) throws -> [[String]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return names.compactMap { lines(of: "\(folder)/\($0)") }
    }

    /// Without the indentation, which depends on the place.
    private func lines(of file: String) -> [String]? {
        guard let bytes = FileManager.default.contents(atPath: file) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0.drop { $0 == " " }) }
    }

    private func codeBlocks(of page: [String]) -> [[String]] {
        var blocks: [[String]] = []
        var isInside = false
        for line in page {
            if line == "```swift" { blocks.append([]) }
            if isInside, line != "```" { blocks[blocks.count - 1].append(line) }
            if line.hasPrefix("```") { isInside = line == "```swift" }
        }
        return blocks
    }

    private func holds(_ source: [String], _ block: [String]) -> Bool {
        source.indices.contains { source[$0...].starts(with: block) }
    }
}

/// A storage of the sandbox with some buckets.
private struct ServedStorage {
    let server: SandboxServer
    let client: S3Client

    init(_ directory: String, buckets: [String]) async throws {
        server = try await SandboxServer(directory: directory, credentials: Rig.credentials)
        client = try S3Client(
            S3Configuration(endpoint: server.endpoint, credentials: Rig.credentials))
        for bucket in buckets { try await client.createBucket(bucket) }
    }

    func stop() async throws {
        try await client.shutdown()
        await server.stop()
    }

    func contents(of bucket: String) async throws -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for entry in try await client.listAll(bucket) {
            contents[entry.key] = try await client.get(entry.key, in: bucket).body
        }
        return contents
    }
}

private struct RestoreFailed: Error {
    let problems: [BackupProblem]
}

extension ResilientStore {
    /// How many writes have yet to reach a storage.
    func backlog() async throws -> Int {
        try await writesUnderWay + queueDepth + (replicationLag()?.depth ?? 0)
    }
}
