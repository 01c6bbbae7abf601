import Foundation
import S3
import StorageServers
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// The outage scenario on storage servers of other makers.
@Suite(.timeLimit(.minutes(5))) struct RealStorageTests {
    /// Where a drill is to run.
    private struct Place: Sendable {
        let name: String
        let server: StorageServer
        let endpoint: String
        let authority: String?
        /// It needs the machine for itself, and more time: its server is slow.
        var isSlow = false
    }

    private static func places() async throws -> [Place] {
        let seaweed = try await Servers.shared.seaweedFS()
        let moto = try await Servers.shared.moto()
        let secure = try #require(seaweed.secureEndpoint)
        return [
            Place(
                name: "SeaweedFS", server: seaweed, endpoint: seaweed.endpoint, authority: nil),
            Place(name: "moto", server: moto, endpoint: moto.endpoint, authority: nil),
            Place(
                name: "SeaweedFS over TLS", server: seaweed, endpoint: secure,
                authority: seaweed.authority),
        ]
    }

    @Test func theOutageScenarioPassesAndLeavesOtherObjectsAlone() async throws {
        try await forEachInPairs(try await Self.places()) { place in
            let buckets = BucketPair(place.server, place.endpoint, place.authority)
            try await buckets.use { client in
                try await Self.drill(place, buckets, client)
            }
        }
    }

    private static func drill(
        _ place: Place, _ buckets: BucketPair, _ client: S3Client
    ) async throws {
        let others = try await buckets.fill(with: 50, client)
        let workspace = try Workspace()
        let target = try workspace.write(buckets.target(named: place.name), to: "target.yaml")
        let run = try await inDrillPlace(alone: place.isSlow) {
            try await workspace.start(
                .runner, ["run", "1", "--target", target, "--set", "recovery=3m"]
            ).finish(within: .seconds(280))
        }
        print("the outage scenario on \(place.name) took \(run.took)")
        #expect(run.status == 0, "\(run)")
        #expect(try await buckets.objects(client) == others)
        #expect(try await client.listAll(buckets.backup).map(\.key) == [])
        try await workspace.expectIntact()
        let test = try await workspace.test()
        #expect(test["verdict"].text == "passed")
        #expect(test["target"].text == place.name)
        #expect(test["target_kind"].text == "builtin")
        let addresses = test["test_config"]["endpoints"].elements.map { $0["address"].text }
        #expect(addresses == [place.endpoint, place.endpoint])
    }

    /// A runner that is killed cannot clean up. Others' objects beside its own stay.
    @Test func whatAKilledRunnerLeftIsRemovedByTheNextRun() async throws {
        try await afterAKill { workspace, target, buckets, client, others in
            let next = try await workspace.drill(["1", "--target", target])
            #expect(next.status == 0, "\(next)")
            #expect(try await buckets.objects(client) == others)
            let events = try await workspace.events()
            let claimed = events.last { $0.summary.hasPrefix("passed: storage is free") }
            #expect(claimed?.summary.contains("of a lost run from bucket") == true, "\(events)")
        }
    }

    @Test func whatAKilledRunnerLeftIsRemovedByDoctor() async throws {
        try await afterAKill { workspace, target, buckets, client, others in
            let look = try await workspace.run(.runner, ["doctor", "--target", target])
            #expect(look.status == 1, "\(look)")
            let clear = try await workspace.run(
                .runner, ["doctor", "--clear", "--target", target])
            #expect(clear.status == 0, "\(clear)")
            #expect(try await buckets.objects(client) == others)
            let again = try await workspace.run(.runner, ["doctor", "--target", target])
            #expect(again.status == 0, "\(again)")
        }
    }

    /// Kills a runner while its load writes, and sees that it left objects and its lease.
    private func afterAKill(
        _ body: (Workspace, String, BucketPair, S3Client, [String: [UInt8]]) async throws -> Void
    ) async throws {
        let moto = try await Servers.shared.moto()
        let buckets = BucketPair(moto, moto.endpoint, nil)
        try await buckets.use { client in
            let others = try await buckets.fill(with: 10, client)
            let workspace = try Workspace()
            let target = try workspace.write(buckets.target(named: "moto"), to: "target.yaml")
            try await inDrillPlace {
                let run = try workspace.start(.runner, ["run", "1", "--target", target])
                try await run.wait(forLine: "> 1 ")
                run.send(SIGKILL)
                _ = try await run.finish()
            }
            let left = Set(try await buckets.objects(client).keys).subtracting(others.keys)
            #expect(left.contains("dr-test/lease.json"))
            #expect(left.count > 10)
            try await body(workspace, target, buckets, client, others)
        }
    }

    @Test func doctorTriesTheStoragesOfATarget() async throws {
        let workspace = try Workspace()
        let moto = try await Servers.shared.moto()
        let buckets = BucketPair(moto, moto.endpoint, nil)
        try await buckets.use { _ in
            let target = try workspace.write(buckets.target(named: "moto"), to: "target.yaml")
            let good = try await workspace.run(.runner, ["doctor", "--target", target])
            #expect(good.status == 0, "\(good)")
            #expect(good.output.contains("bucket \(buckets.backup)"))
        }
        // Now the buckets are gone.
        let target = try workspace.write(buckets.target(named: "moto"), to: "target.yaml")
        let bad = try await workspace.run(.runner, ["doctor", "--target", target])
        #expect(bad.status == 1, "\(bad)")
        #expect(bad.lines.count { $0.hasPrefix("problem") } == 2)
        #expect(bad.output.contains(": 404 NoSuchBucket"), "\(bad)")
    }
}

/// Two new buckets on one server, the primary storage and the backup of a target.
struct BucketPair: Sendable {
    let primary: String
    let backup: String
    private let server: StorageServer
    private let endpoint: String
    private let authority: String?

    init(_ server: StorageServer, _ endpoint: String, _ authority: String?) {
        let name = "e2e-" + UUID().uuidString.prefix(8).lowercased()
        (primary, backup) = (name + "-primary", name + "-backup")
        (self.server, self.endpoint, self.authority) = (server, endpoint, authority)
    }

    /// Makes the buckets, and takes them away afterwards.
    func use(_ body: (S3Client) async throws -> Void) async throws {
        let client = try S3Client(try configuration())
        var failure: (any Error)?
        do {
            for bucket in [primary, backup] {
                try await client.createBucket(bucket)
                // The first write into a bucket can take seconds.
                try await client.put([1], to: "first", in: bucket)
                try await client.delete("first", in: bucket)
            }
            try await body(client)
        } catch {
            failure = error
        }
        for bucket in [primary, backup] { try? await Self.remove(bucket, client) }
        try? await client.shutdown()
        if let failure { throw failure }
    }

    private static func remove(_ bucket: String, _ client: S3Client) async throws {
        for entry in try await client.listAll(bucket) {
            try await client.delete(entry.key, in: bucket)
        }
        try await client.deleteBucket(bucket)
    }

    private func configuration() throws -> S3Configuration {
        var configuration = S3Configuration(
            endpoint: try #require(S3Endpoint(endpoint)),
            credentials: S3Credentials(
                accessKeyID: server.accessKeyID, secretAccessKey: server.secretAccessKey))
        configuration.region = server.region
        configuration.extraAuthority = authority
        configuration.requestTimeout = .seconds(30)
        return configuration
    }

    /// Objects that are not the drill's: some lie close by.
    ///
    /// - Returns: what is in the primary bucket then.
    func fill(with count: Int, _ client: S3Client) async throws -> [String: [UInt8]] {
        let folders = ["dr-test/", "dr-test/other-run/", "dr-test-results/", "app/", ""]
        for number in 0..<count {
            let key = folders[number % folders.count] + "object-\(number)"
            try await client.put(Array("body of \(key)".utf8), to: key, in: primary)
        }
        let all = try await objects(client)
        try #require(all.count == count)
        return all
    }

    func objects(_ client: S3Client) async throws -> [String: [UInt8]] {
        var objects: [String: [UInt8]] = [:]
        for entry in try await client.listAll(primary) {
            objects[entry.key] = try await client.get(entry.key, in: primary).body
        }
        return objects
    }

    /// A target file. Without a secret, that comes from the environment.
    ///
    /// - Parameter secret: of the primary storage, if it is to be another one.
    func target(named name: String, secret: String? = nil) -> String {
        var storage = Sample.Storage(
            endpoint: endpoint, bucket: primary, region: server.region,
            accessKeyID: server.accessKeyID, secretAccessKey: secret ?? server.secretAccessKey,
            authority: authority)
        let first = storage
        storage.bucket = backup
        return Sample.target(named: name, primary: first, backup: storage)
    }
}
