import Foundation
import S3
import S3Sandbox
import StorageServers
import Testing

/// What the client says when there is no proper answer.
@Suite(.timeLimit(.minutes(2)))
struct S3FailureTests {
    @Test func aRefusedConnectionNamesTheAddressAndIsCertain() async throws {
        let port = try LocalPort.free()
        try await withClient(try localConfiguration(port: port)) { client in
            let error = try await #require(throws: S3Error.with(.connectFailed)) {
                try await client.put([1], to: "key", in: "bucket")
            }
            #expect(error.message.contains("127.0.0.1:\(port)"), "\(error)")
            #expect(error.message.hasSuffix(": Connection refused"), "\(error)")
            #expect(!error.isIndeterminate && error.isServiceFault)
            #expect(error.status == nil)
        }
    }

    @Test func aRefusedConnectionToANameIsTheSame() async throws {
        let port = try LocalPort.free()
        var configuration = try localConfiguration(port: port)
        configuration.endpoint = try #require(S3Endpoint("http://localhost:\(port)"))
        try await withClient(configuration) { client in
            let error = await #expect(throws: S3Error.with(.connectFailed)) {
                try await client.get("key", in: "bucket")
            }
            #expect(error?.message.contains("localhost:\(port)") == true)
        }
    }

    @Test func aServerThatNeverAnswersIsGivenUpAtTheDeadline() async throws {
        try await withRawServer(.silence) { _, configuration in
            var configuration = configuration
            configuration.requestTimeout = .milliseconds(700)
            try await withClient(configuration) { client in
                let start = ContinuousClock.now
                let error = try await #require(throws: S3Error.with(.timedOut)) {
                    try await client.put([1], to: "key", in: "bucket")
                }
                #expect(error.isIndeterminate && error.isServiceFault)
                #expect(error.finished - start >= .milliseconds(650))
                #expect(error.finished - start < .seconds(15))
                #expect(error.finished <= .now)
            }
        }
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
    ])
    func anAnswerThatBreaksOffIsALostConnection(_ text: String) async throws {
        try await withRawServer(.text(text)) { _, configuration in
            try await withClient(configuration) { client in
                let error = await #expect(throws: S3Error.with(.connectionLost)) {
                    try await client.get("key", in: "bucket")
                }
                #expect(error?.isIndeterminate == true)
            }
        }
    }

    @Test func aBrokenWriteIsNotSentAgain() async throws {
        try await withRawServer(.text("")) { server, configuration in
            try await withClient(configuration) { client in
                await #expect(throws: S3Error.with(.connectionLost)) {
                    try await client.put([1], to: "key", in: "bucket")
                }
                try await Task.sleep(for: .milliseconds(300))
                #expect(server.connectionCount == 1)
            }
        }
    }

    @Test func aCancelledCallEndsAtOnce() async throws {
        try await withRawServer(.silence) { server, configuration in
            try await withClient(configuration) { client in
                let call = Task { try await client.get("key", in: "bucket") }
                #expect(await eventually { server.connectionCount == 1 })
                call.cancel()
                let error = await #expect(throws: S3Error.with(.cancelled)) {
                    try await call.value
                }
                #expect(error?.isIndeterminate == true)
            }
        }
    }

    /// Behind others that hang, a request may find no connection in time: it was never sent.
    @Test func aRequestThatGotNoConnectionIsCertain() async throws {
        try await withRawServer(.silence) { server, configuration in
            var configuration = configuration
            configuration.maximumConnections = 1
            configuration.connectTimeout = .milliseconds(300)
            configuration.requestTimeout = .seconds(5)
            try await withClient(configuration) { client in
                let first = Task { try await client.get("first", in: "bucket") }
                #expect(await eventually { server.connectionCount == 1 })
                let error = await #expect(throws: S3Error.self) {
                    try await client.put([1], to: "second", in: "bucket")
                }
                #expect(error?.isIndeterminate == false, "\(String(describing: error))")
                #expect(error?.isServiceFault == true)
                first.cancel()
                _ = await first.result
            }
        }
    }

    // MARK: TLS

    @Test func anUnknownAuthorityIsNotTrusted() async throws {
        try await ContractServer.seaweedFSOverTLS.withConfiguration { configuration in
            var configuration = configuration
            configuration.extraAuthority = nil
            try await withClient(configuration) { client in
                let error = await #expect(throws: S3Error.with(.connectFailed)) {
                    try await client.put([1], to: "key", in: "bucket")
                }
                #expect(error?.isIndeterminate == false)
                #expect(error?.message.hasSuffix(": TLS: certificate verify failed") == true)
            }
        }
    }

    @Test func aServerWithoutTLSIsNoSecureServer() async throws {
        try await withSandbox { configuration in
            var configuration = configuration
            let address = "https://127.0.0.1:\(configuration.endpoint.port)"
            configuration.endpoint = try #require(S3Endpoint(address))
            try await withClient(configuration) { client in
                await #expect(throws: S3Error.with(.connectFailed)) {
                    try await client.put([1], to: "key", in: "bucket")
                }
            }
        }
    }

    @Test func anAuthorityThatCannotBeReadIsAnError() throws {
        var configuration = try localConfiguration(port: 1)
        configuration.extraAuthority = "/nowhere/authority.pem"
        #expect(throws: (any Error).self) { try S3Client(configuration) }
    }
}

/// For a server on this machine, with credentials that nobody checks.
func localConfiguration(port: Int) throws -> S3Configuration {
    S3Configuration(
        endpoint: try #require(S3Endpoint("http://127.0.0.1:\(port)")),
        credentials: S3Credentials(accessKeyID: "AK", secretAccessKey: "secret"))
}
