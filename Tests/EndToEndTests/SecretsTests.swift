import Foundation
import StorageServers
import Testing

/// Secrets are in no file of a run and in nothing that is printed.
@Suite(.timeLimit(.minutes(3))) struct SecretsTests {
    private let inFile = "planted-in-the-file-\(UUID())"
    private let inEnvironment = "planted-in-the-environment-\(UUID())"

    @Test func aRunKeepsItsSecretsToItself() async throws {
        // moto believes everyone, so that the secrets can be anything.
        let moto = try await Servers.shared.moto()
        let buckets = BucketPair(moto, moto.endpoint, nil)
        let workspace = try Workspace()
        let environment = [
            "R2_SECRET_ACCESS_KEY": inEnvironment, "AWS_SECRET_ACCESS_KEY": inEnvironment,
            "R2_ACCESS_KEY_ID": moto.accessKeyID,
        ]
        try await buckets.use { _ in
            let target = try writeTarget(buckets, moto.endpoint, moto.region)
            defer { try? FileManager.default.removeItem(atPath: target) }
            let run = try await workspace.drill(
                ["1", "--target", target, "--set", "kind=status", "--debug", "--json"],
                environment: environment)
            #expect(run.status == 0, "\(run)")
            let doctor = try await workspace.run(
                .runner, ["doctor", "--target", target], environment: environment)
            #expect(doctor.status == 0, "\(doctor)")
        }
        try await readEverything(workspace)
        try expectNoSecrets(workspace)
    }

    /// The answer to a wrong signature can hold what was to be signed.
    @Test func aWrongSecretIsNotRepeated() async throws {
        let seaweed = try await Servers.shared.seaweedFS()
        let buckets = BucketPair(seaweed, seaweed.endpoint, nil)
        let workspace = try Workspace()
        try await buckets.use { _ in
            let target = try writeTarget(buckets, seaweed.endpoint, seaweed.region)
            defer { try? FileManager.default.removeItem(atPath: target) }
            let environment = [
                "R2_SECRET_ACCESS_KEY": inEnvironment, "R2_ACCESS_KEY_ID": seaweed.accessKeyID,
            ]
            for command in [["run", "1", "--debug"], ["doctor"]] {
                let run = try await workspace.run(
                    .runner, command + ["--target", target], environment: environment)
                #expect(run.status != 0, "\(run)")
                #expect(run.output.contains("ignature"), "\(run)")
                #expect(!run.output.contains("StringToSign"), "\(run)")
            }
        }
        try await readEverything(workspace)
        try expectNoSecrets(workspace)
    }

    /// The file is outside of the workspace, where everything is looked through.
    private func writeTarget(
        _ buckets: BucketPair, _ endpoint: String, _ region: String
    ) throws -> String {
        let primary = Sample.Storage(
            endpoint: endpoint, bucket: buckets.primary, region: region,
            accessKeyID: "AKDRTESTING", secretAccessKey: inFile)
        let backup = Sample.Storage(
            endpoint: endpoint, bucket: buckets.backup, region: region)
        return try writeOutside(Sample.target(primary: primary, backup: backup))
    }

    private func writeOutside(_ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/dr-e2e-target-\(UUID()).yaml"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    private func readEverything(_ workspace: Workspace) async throws {
        let period = ["--from", "2020-01-01", "--to", "2100-01-01"]
        let report = try await workspace.run(
            .report, period + ["--format", "html,md,csv,json,junit"])
        #expect(report.status == 0, "\(report)")
        let compliance = try await workspace.run(
            .compliance, period + ["--framework", "dora", "--bundle"])
        #expect(compliance.status == 0, "\(compliance)")
        let nightly = try await workspace.run(.nightly, [])
        #expect(nightly.status == 0, "\(nightly)")
        #expect(try await workspace.run(.projections, ["rebuild"]).status == 0)
        _ = try await workspace.events()
        for view in ["dr_tests", "test_results", "test_logs"] {
            _ = try await workspace.rows(of: view)
        }
    }

    private func expectNoSecrets(_ workspace: Workspace) throws {
        let all = try contents(ofFolder: workspace.folder).keys
        for name in ["data/log/data.mdb", "data/views/data.mdb", "io/1.out"] {
            #expect(all.contains(name), "nothing was looked through")
        }
        #expect(all.contains { $0.hasPrefix("data/reports/") && $0.hasSuffix(".html") })
        #expect(all.contains { $0.hasPrefix("outside/") && $0.hasSuffix("/checkpoint") })
        for secret in [inFile, inEnvironment] {
            #expect(try files(under: workspace.folder, holding: secret) == [])
        }
    }

    @Test func complaintsAboutInputDoNotRepeatSecrets() async throws {
        let workspace = try Workspace()
        let setting = try await workspace.run(.runner, ["run", "1", "--set", "token=\(inFile)"])
        #expect(setting.status == 64, "\(setting)")
        let targets = [
            "secret_access_key: [\(inFile)]", "secret_access_key: {a: \(inFile)}",
            "secret_access_key: ${\(inFile)", "secret: \(inFile)",
            "endpoint: http://user:\(inFile)@127.0.0.1\n  bucket: drills\n  access_key_id: AK",
        ]
        for line in targets {
            let target = try writeOutside("name: x\nenvironment: test\nprimary:\n  \(line)\n")
            defer { try? FileManager.default.removeItem(atPath: target) }
            let environment = ["R2_SECRET_ACCESS_KEY": inEnvironment]
            let run = try await workspace.run(
                .runner, ["run", "1", "--target", target], environment: environment)
            #expect(run.status == 64, "\(run)")
        }
        // A name that is not there brings out the others, not what they stand for.
        let target = try writeOutside("name: ${NO_SUCH_NAME}\nenvironment: test\n")
        defer { try? FileManager.default.removeItem(atPath: target) }
        let environment = ["R2_SECRET_ACCESS_KEY": inEnvironment]
        let run = try await workspace.run(
            .runner, ["run", "1", "--target", target], environment: environment)
        #expect(run.complaint.contains("NO_SUCH_NAME"), "\(run)")
        for secret in [inFile, inEnvironment] {
            #expect(try files(under: workspace.folder, holding: secret) == [])
        }
    }
}
