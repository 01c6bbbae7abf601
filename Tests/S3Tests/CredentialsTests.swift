import S3
import Testing

struct CredentialsTests {
    private static let credentials = S3Credentials(
        accessKeyID: "AKVISIBLE", secretAccessKey: "never-to-be-seen")

    /// Whatever is written of something that holds credentials.
    private static func texts(of value: some Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        return [
            "\(value)", String(describing: value), String(reflecting: value), dumped,
            "\(Optional(value) as Any)", "\([value])", "\(["key": value])",
        ]
    }

    @Test func noTextOfCredentialsShowsTheSecret() {
        for text in Self.texts(of: Self.credentials) {
            #expect(!text.contains("never-to-be-seen"))
        }
        #expect(Self.credentials.description == "S3Credentials(hidden)")
        #expect(Self.credentials.debugDescription == "S3Credentials(hidden)")
        #expect(Mirror(reflecting: Self.credentials).children.isEmpty)
    }

    @Test func noTextOfAConfigurationShowsTheSecret() throws {
        let endpoint = try #require(S3Endpoint("http://localhost"))
        let configuration = S3Configuration(endpoint: endpoint, credentials: Self.credentials)
        for text in Self.texts(of: configuration) {
            #expect(!text.contains("never-to-be-seen"))
        }
    }

    @Test func credentialsAreEqualIfBothPartsAre() {
        #expect(
            Self.credentials
                == S3Credentials(accessKeyID: "AKVISIBLE", secretAccessKey: "never-to-be-seen"))
        #expect(
            Self.credentials != S3Credentials(accessKeyID: "AKVISIBLE", secretAccessKey: "other"))
        #expect(
            Self.credentials
                != S3Credentials(accessKeyID: "AKOTHER", secretAccessKey: "never-to-be-seen"))
    }
}
