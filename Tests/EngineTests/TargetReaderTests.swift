import S3
import Testing

@testable import Engine

struct TargetReaderTests {
    private static let good = """
        name: staging R2
        kind: builtin
        environment: staging
        scope: keys under dr-test/ of two buckets
        allow_production: false
        primary:
          endpoint: https://abc.r2.cloudflarestorage.com
          bucket: live
          region: auto
          access_key_id: AKPRIMARY
          secret_access_key: ${PRIMARY_SECRET}
        backup:
          endpoint: http://127.0.0.1:9000
          bucket: spare
          region: eu-central-1
          access_key_id: ${BACKUP_ID}
          secret_access_key: ${BACKUP_SECRET}
          certificate_authority: /etc/ca.pem
        """

    private static let environment = [
        "PRIMARY_SECRET": "primary-top-secret", "BACKUP_ID": "AKBACKUP",
        "BACKUP_SECRET": "backup-top-secret",
    ]

    private func read(
        _ text: String, _ environment: [String: String] = Self.environment
    ) throws -> Target {
        try TargetReader.read(text, file: "staging.yaml", environment: environment)
    }

    private func problems(
        _ text: String, _ environment: [String: String] = Self.environment
    ) -> [String] {
        do throws(FileError) {
            _ = try TargetReader.read(text, file: "staging.yaml", environment: environment)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    /// The good file with one part in place of another.
    private func changed(_ part: String, _ other: String) -> String {
        Self.good.replacing(part, with: other, maxReplacements: 1)
    }

    @Test func everyMemberIsRead() throws {
        let target = try read(Self.good)
        #expect(target.name == "staging R2")
        #expect(target.kind == .builtin)
        #expect(target.environment == "staging")
        #expect(target.scope == "keys under dr-test/ of two buckets")
        #expect(!target.allowsProduction)
        let primary = try #require(target.primary)
        let backup = try #require(target.backup)
        #expect(primary.endpoint == S3Endpoint("https://abc.r2.cloudflarestorage.com"))
        #expect(primary.bucket == "live")
        #expect(primary.region == "auto")
        #expect(primary.extraAuthority == nil)
        #expect(backup.endpoint == S3Endpoint("http://127.0.0.1:9000"))
        #expect(backup.bucket == "spare")
        #expect(backup.region == "eu-central-1")
        #expect(backup.extraAuthority == "/etc/ca.pem")
    }

    @Test func secretsComeFromTheEnvironment() throws {
        let target = try read(Self.good)
        let expected = [
            S3Credentials(accessKeyID: "AKPRIMARY", secretAccessKey: "primary-top-secret"),
            S3Credentials(accessKeyID: "AKBACKUP", secretAccessKey: "backup-top-secret"),
        ]
        #expect(target.primary?.credentials == expected[0])
        #expect(target.backup?.credentials == expected[1])
    }

    @Test func keysThatAreNotWrittenComeFromTheUsualVariables() throws {
        let bare = """
            name: a
            environment: test
            primary: {endpoint: "http://127.0.0.1:1", bucket: b}
            backup: {endpoint: "http://127.0.0.1:1", bucket: c}
            """
        let r2 = ["R2_ACCESS_KEY_ID": "r2-id", "R2_SECRET_ACCESS_KEY": "r2-key"]
        let aws = ["AWS_ACCESS_KEY_ID": "aws-id", "AWS_SECRET_ACCESS_KEY": "aws-key"]
        let both = try read(bare, r2.merging(aws) { first, _ in first })
        #expect(both.primary?.credentials.accessKeyID == "r2-id")
        #expect(both.backup?.credentials.secretAccessKey == "r2-key")
        #expect(try read(bare, aws).primary?.credentials.secretAccessKey == "aws-key")
        let missing = problems(bare, [:])
        #expect(missing.count == 4)
        #expect(
            missing.first
                == "3:10: 'access_key_id' is missing, and so is R2_ACCESS_KEY_ID in the environment"
        )
    }

    @Test func whatIsLeftOutHasADefault() throws {
        let short = changed("kind: builtin\n", "")
            .replacing("scope: keys under dr-test/ of two buckets\n", with: "")
            .replacing("allow_production: false\n", with: "")
            .replacing("  region: auto\n", with: "")
        let target = try read(short)
        #expect(target.kind == .builtin)
        #expect(target.scope == "keys under dr-test/ of live")
        #expect(!target.allowsProduction)
        #expect(target.primary?.region == "auto")
    }

    @Test func productionIsAllowedOnlyByTheWordTrue() throws {
        let allowed = try read(changed("allow_production: false", "allow_production: true"))
        #expect(allowed.allowsProduction)
        for word in ["yes", "True", "1", "on"] {
            let target = try? read(changed("allow_production: false", "allow_production: \(word)"))
            #expect(target?.allowsProduction != true, "\(word)")
        }
    }

    // MARK: Mistakes

    @Test func mistakesHaveMessagesWithTheirPlace() {
        #expect(
            problems(changed("kind: builtin", "kind: mainframe"))
                == ["2:7: 'mainframe' is not known; accepted: embedded, builtin, http"])
        #expect(
            problems(changed("environment: staging\n", "")) == ["1:1: 'environment' is missing"])
        #expect(
            problems(
                changed("https://abc.r2.cloudflarestorage.com", "abc.r2.cloudflarestorage.com"))
                == ["7:13: an endpoint is http:// or https://, a host and maybe a port"])
        #expect(problems(changed("  bucket: live\n", "")) == ["7:3: 'bucket' is missing"])
        let names =
            "endpoint, bucket, region, access_key_id, secret_access_key, "
            + "certificate_authority"
        #expect(
            problems(changed("  region: auto\n", "  regoin: auto\n"))
                == ["9:3: 'regoin' is not known here; accepted: \(names)"])
        #expect(problems("- a\n") == ["1:1: a mapping with 'name' is expected"])
    }

    @Test func aVariableThatIsNotSetIsNamed() {
        let problems = problems(Self.good, ["BACKUP_ID": "a", "PRIMARY_SECRET": "b"])
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("17:22: variable 'BACKUP_SECRET'") == true)
    }

    @Test(arguments: [
        "kind: builtin\n|kind: http\n", "endpoint: https|endpoint: ftp", "bucket: live\n|\n",
        "name: staging R2|name: [a]", "primary:\n|secondary:\n", "region: auto|regoin: auto",
        "endpoint: https://abc|endpoint: https://user:primary-top-secret@abc",
        "environment: staging|environment: ${NOBODY}", "backup:\n|backup: {a: b\n",
        "bucket: spare|bucket: [spare]", "scope: keys|scope: [keys]",
        "name: staging|\tname: staging",
    ])
    func noMessageRepeatsASecret(_ change: String) {
        let parts = change.split(separator: "|").map { String($0) }
        let text = changed(parts[0], parts[1])
            .replacing("AKPRIMARY", with: "literal-top-secret")
        let problems = problems(text)
        #expect(!problems.isEmpty)
        #expect(problems.allSatisfy { !$0.contains("top-secret") })
    }

    @Test func aTargetDoesNotShowItsSecrets() throws {
        let target = try read(Self.good)
        var dumped = ""
        dump(target, to: &dumped)
        for text in ["\(target)", String(reflecting: target), dumped] {
            #expect(!text.contains("top-secret"))
            #expect(!text.contains("AKBACKUP"))
        }
    }

    // MARK: Digests

    @Test func theDigestDoesNotDependOnSecrets() throws {
        let digest = try read(Self.good).digest
        #expect(digest.count == 32)
        #expect(try read(Self.good).digest == digest)
        let others = Self.environment.mapValues { _ in "another" }
        #expect(try read(Self.good, others).digest == digest)
        #expect(try read(changed("AKPRIMARY", "AKOTHER")).digest == digest)
    }

    @Test(arguments: [
        "staging R2|production R2", "environment: staging|environment: test",
        "under dr-test/|under other/", "allow_production: false|allow_production: true",
        "https://abc|https://abd", "https://abc|http://abc", "bucket: live|bucket: dead",
        "region: auto|region: eu", "bucket: spare|bucket: full", ":9000|:9001",
        "eu-central-1|eu-central-2",
    ])
    func theDigestDependsOnEverythingElse(_ change: String) throws {
        let parts = change.split(separator: "|").map { String($0) }
        let digest = try read(Self.good).digest
        #expect(try read(changed(parts[0], parts[1])).digest != digest)
    }

    @Test func theEmbeddedTargetIsMarkedAsSuch() {
        #expect(Target.embedded.kind == .embedded)
        #expect(Target.embedded.environment == "test")
        #expect(Target.embedded.primary?.bucket == nil)
        #expect(Target.embedded.digest == Target.embedded.digest)
        #expect(!Target.embedded.allowsProduction)
    }
}
