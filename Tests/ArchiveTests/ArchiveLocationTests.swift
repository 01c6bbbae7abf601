import EventLog
import S3
import Testing

@testable import Archive

/// Archives, as people name them.
struct ArchiveLocationTests {
    @Test(
        arguments: [
            ("s3://old-events", .bucket("old-events", prefix: "")),
            ("s3://old-events/", .bucket("old-events", prefix: "")),
            ("s3://old-events/a/b", .bucket("old-events", prefix: "a/b")),
            ("/a/folder", .folder("/a/folder")), ("folder", .folder("folder")),
            ("s3://", nil), ("s3:///a", nil), ("S3://old-events", nil),
            ("http://old-events", nil), ("", nil),
        ] as [(String, ArchiveLocation?)])
    func anArchiveIsAFolderOrABucket(text: String, location: ArchiveLocation?) {
        #expect(ArchiveLocation(text) == location)
    }

    private static let keys = ["R2_ACCESS_KEY_ID": "AK", "R2_SECRET_ACCESS_KEY": "secret"]

    @Test(
        arguments: [
            (["R2_ENDPOINT": "http://127.0.0.1:9000"], "http://127.0.0.1:9000"),
            (["R2_ACCOUNT_ID": "abc"], "https://abc.r2.cloudflarestorage.com"),
            (["AWS_ENDPOINT_URL": "https://s3.example"], "https://s3.example"),
            (["AWS_REGION": "eu-central-1"], "https://s3.eu-central-1.amazonaws.com"),
            (["R2_ENDPOINT": "", "R2_ACCOUNT_ID": "abc"], "https://abc.r2.cloudflarestorage.com"),
        ])
    func aBucketIsReachedAsTheEnvironmentSays(
        variables: [String: String], endpoint: String
    ) throws {
        let environment = variables.merging(Self.keys) { $1 }
        let configuration = try BucketAccess.configuration(environment, agent: "a test")
        #expect("\(configuration.endpoint)" == endpoint)
        #expect(configuration.credentials.accessKeyID == "AK")
    }

    @Test(
        arguments: [
            ([:], "R2_ENDPOINT is not set"),
            (["R2_ENDPOINT": "ftp://a"], "'ftp://a' is not http:// or https://"),
            (["R2_ENDPOINT": "http://a"], "R2_ACCESS_KEY_ID is not set"),
            (
                ["R2_ENDPOINT": "http://a", "R2_ACCESS_KEY_ID": "AK"],
                "R2_SECRET_ACCESS_KEY is not set"
            ),
        ] as [([String: String], String)])
    func whatIsMissingIsNamed(environment: [String: String], reason: String) async {
        let error = await #expect(throws: BucketUnknown.self) {
            try await ArchiveLocation.bucket("a", prefix: "")
                .withStore(environment: environment, agent: "a test") { "\($0)" }
        }
        #expect(error?.description.contains(reason) == true)
    }

    @Test func aFolderNeedsNothingOfTheEnvironment() async throws {
        let place = try await ArchiveLocation.folder("/a/folder")
            .withStore(environment: [:], agent: "a test") { "\($0)" }
        #expect(place == "/a/folder")
    }
}
