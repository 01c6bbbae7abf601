import Testing

@testable import S3

struct S3EndpointTests {
    struct Address: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var isSecure = false
        let host: String
        var port = 80
        let authority: String
    }

    static let addresses = [
        Address(testDescription: "http://localhost", host: "localhost", authority: "localhost"),
        Address(testDescription: "http://localhost/", host: "localhost", authority: "localhost"),
        Address(
            testDescription: "https://localhost", isSecure: true, host: "localhost", port: 443,
            authority: "localhost"),
        Address(
            testDescription: "http://127.0.0.1:9000", host: "127.0.0.1", port: 9000,
            authority: "127.0.0.1:9000"),
        Address(
            testDescription: "https://account.r2.cloudflarestorage.com", isSecure: true,
            host: "account.r2.cloudflarestorage.com", port: 443,
            authority: "account.r2.cloudflarestorage.com"),
        Address(
            testDescription: "https://storage.example:8443/", isSecure: true,
            host: "storage.example", port: 8443, authority: "storage.example:8443"),
        Address(
            testDescription: "http://storage.example:443", host: "storage.example", port: 443,
            authority: "storage.example:443"),
        Address(
            testDescription: "https://storage.example:80", isSecure: true,
            host: "storage.example", authority: "storage.example:80"),
        Address(
            testDescription: "http://[::1]:9000", host: "[::1]", port: 9000,
            authority: "[::1]:9000"),
        Address(
            testDescription: "https://[fe80::1]", isSecure: true, host: "[fe80::1]", port: 443,
            authority: "[fe80::1]"),
        Address(
            testDescription: "http://under_score:1", host: "under_score", port: 1,
            authority: "under_score:1"),
        Address(
            testDescription: "http://UPPER.example:65535", host: "UPPER.example", port: 65535,
            authority: "UPPER.example:65535"),
    ]

    @Test(arguments: S3EndpointTests.addresses)
    func anAddressIsRead(_ address: Address) throws {
        let endpoint = try #require(S3Endpoint(address.testDescription))
        #expect(endpoint.isSecure == address.isSecure)
        #expect(endpoint.host == address.host)
        #expect(endpoint.port == address.port)
        #expect(endpoint.authority == address.authority)
        #expect(endpoint.connectAddress == nil)
    }

    @Test(arguments: [
        "", "localhost", "localhost:9000", "ftp://localhost", "HTTP://localhost", "http://",
        "http:///", "https://:443", "http://localhost:", "http://localhost:0",
        "http://localhost:65536", "http://localhost:-1", "http://localhost:http",
        "http://localhost/bucket", "http://localhost?x=1", "http://localhost#x",
        "http://user@localhost", "http://user:secret@localhost", "http://local host",
        "http://localhost:80:", "http://b\u{fc}cher.example", "http://local%68ost",
        " http://localhost", "http://localhost\n", "http://localhost:9000//", "http://a\\b",
    ])
    func anythingElseIsRefused(_ text: String) {
        #expect(S3Endpoint(text) == nil)
    }

    /// A host has colons only in brackets, and a port has digits only.
    @Test(arguments: [
        "http://a:b:80", "http://::1", "http://[::1", "http://::1]", "http://localhost:+80",
        "http://[]", "http://a[b]",
    ])
    func strayColonsBracketsAndSignsAreRefused(_ text: String) {
        #expect(S3Endpoint(text) == nil)
    }

    @Test func aDescriptionCanBeReadAgain() throws {
        for text in ["http://127.0.0.1:9000", "https://storage.example", "http://[::1]:9000"] {
            let endpoint = try #require(S3Endpoint(text))
            #expect(endpoint.description == text)
            #expect(S3Endpoint(endpoint.description) == endpoint)
        }
    }

    @Test func anotherAddressChangesWhereRequestsGoAndNotWhomTheyAreFor() throws {
        var endpoint = try #require(S3Endpoint("https://storage.example"))
        #expect(endpoint.connectURL == "https://storage.example")
        endpoint.connectAddress = .init(host: "127.0.0.1", port: 24680)
        #expect(endpoint.connectURL == "http://127.0.0.1:24680")
        #expect(endpoint.authority == "storage.example")
        #expect(endpoint.description == "https://storage.example")
    }
}
