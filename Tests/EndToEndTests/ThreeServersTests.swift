import Foundation
import S3
import StorageServers
import Testing

/// The scenarios on SeaweedFS, with the primary, the secondary and the backup storage on a server
/// each: two of them, or all six if `DR_SOAK` is set.
@Suite(.timeLimit(.minutes(30))) struct ThreeServersSoakTests {
    private static let drills =
        Effort.isSoak ? BuiltinDrill.all : [BuiltinDrill.degradation, BuiltinDrill.backup]

    @Test func theScenariosPassOnThreeServersAndLeaveThemAsTheyWere() async throws {
        let servers = try await ThreeServers()
        try await forEachInPairs(Self.drills) { drill in
            try await servers.withBuckets { buckets in
                let before = try await buckets.objects()
                let workspace = try Workspace()
                let target = try workspace.write(buckets.target, to: "target.yaml")
                let run = try await workspace.drill(drill, ["--target", target, "--json"])
                print("\(drill.name) on three servers took \(run.took)")
                #expect(run.status == 0, "\(run)")
                let test = try JSON(parsing: run.output)["test"]
                #expect(test["verdict"].text == "passed", "\(drill.name)")
                #expect(test["target_kind"].text == "builtin")
                let places = test["test_config"]["endpoints"].elements
                #expect(Set(places.map { $0["address"].text }).count == 3, "\(drill.name)")
                #expect(try await buckets.objects() == before, "\(drill.name)")
                try await workspace.expectIntact()
                #expect(workspace.leftOfRuns == [], "\(drill.name)")
            }
        }
        await servers.stop()
    }
}

/// Three servers that nobody else uses.
struct ThreeServers: Sendable {
    static let roles = ["primary", "secondary", "backup"]

    let servers: [StorageServer]

    init() async throws {
        servers = try await withThrowingTaskGroup(of: StorageServer.self) { group in
            for _ in Self.roles { group.addTask { try await StorageServer.seaweedFS() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Without it they run until the tests end.
    func stop() async {
        for server in servers { try? await server.process.kill() }
    }

    /// Makes a bucket on each server, with some objects in it that are not a drill's.
    func withBuckets(_ body: (ThreeBuckets) async throws -> Void) async throws {
        let buckets = try ThreeBuckets(servers)
        var failure: (any Error)?
        do {
            try await buckets.make()
            try await body(buckets)
        } catch {
            failure = error
        }
        await buckets.remove()
        if let failure { throw failure }
    }
}

/// The three storages of a target, each a bucket on a server of its own.
struct ThreeBuckets: Sendable {
    private struct Place: Sendable {
        let server: StorageServer
        let client: S3Client
        let bucket: String

        var storage: Sample.Storage {
            Sample.Storage(
                endpoint: server.endpoint, bucket: bucket, region: server.region,
                accessKeyID: server.accessKeyID, secretAccessKey: server.secretAccessKey)
        }
    }

    private let places: [Place]

    fileprivate init(_ servers: [StorageServer]) throws {
        let name = "e2e-" + UUID().uuidString.prefix(8).lowercased()
        places = try zip(ThreeServers.roles, servers).map { role, server in
            var configuration = S3Configuration(
                endpoint: try #require(S3Endpoint(server.endpoint)),
                credentials: S3Credentials(
                    accessKeyID: server.accessKeyID, secretAccessKey: server.secretAccessKey))
            configuration.region = server.region
            // The first write into a bucket can take seconds.
            configuration.requestTimeout = .seconds(30)
            return Place(
                server: server, client: try S3Client(configuration), bucket: "\(name)-\(role)")
        }
    }

    var target: String {
        let storages = places.map(\.storage)
        return Sample.target(
            named: "three servers", primary: storages[0], secondary: storages[1],
            backup: storages[2])
    }

    fileprivate func make() async throws {
        for place in places {
            try await place.client.createBucket(place.bucket)
            for key in ["dr-test/other-run/object", "dr-test-results/object", "app/object"] {
                try await place.client.put(
                    Array("body of \(key)".utf8), to: key, in: place.bucket)
            }
        }
    }

    /// What is stored, by bucket and key.
    func objects() async throws -> [String: [UInt8]] {
        var objects: [String: [UInt8]] = [:]
        for place in places {
            for entry in try await place.client.listAll(place.bucket) {
                let object = try await place.client.get(entry.key, in: place.bucket)
                objects["\(place.bucket)/\(entry.key)"] = object.body
            }
        }
        return objects
    }

    fileprivate func remove() async {
        for place in places {
            for entry in (try? await place.client.listAll(place.bucket)) ?? [] {
                _ = try? await place.client.delete(entry.key, in: place.bucket)
            }
            try? await place.client.deleteBucket(place.bucket)
            try? await place.client.shutdown()
        }
    }
}
