import Foundation
import S3
import Testing

extension S3ContractTests {
    private static let wrong = "0123456789abcdef0123456789abcdef"

    // MARK: Conditions

    @Test(arguments: ContractServer.allCases)
    func aReadOfOneVersionDoesNotGiveAnother(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let first = try await client.put([1], to: "key", in: bucket)
            #expect(try await client.get("key", in: bucket, ifMatches: first.etag).body == [1])
            try await client.put([2], to: "key", in: bucket)
            await #expect(throws: S3Error.with(.preconditionFailed)) {
                try await client.get("key", in: bucket, ifMatches: first.etag)
            }
        }
    }

    @Test(arguments: ContractServer.allCases)
    func aWriteIfAbsentHappensOnce(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            try await client.put([1], to: "key", in: bucket, if: .absent)
            await #expect(throws: S3Error.with(.preconditionFailed)) {
                try await client.put([2], to: "key", in: bucket, if: .absent)
            }
            #expect(try await client.get("key", in: bucket).body == [1])
            try await client.delete("key", in: bucket)
            try await client.put([3], to: "key", in: bucket, if: .absent)
            #expect(try await client.get("key", in: bucket).body == [3])
        }
    }

    @Test(arguments: ContractServer.allCases)
    func aWriteIfUnchangedKeepsWhatSomeoneElseWrote(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let first = try await client.put([1], to: "key", in: bucket)
            try await client.put([2], to: "key", in: bucket, if: .matches(first.etag))
            for stale in [first.etag, Self.wrong] {
                await #expect(throws: S3Error.with(.preconditionFailed)) {
                    try await client.put([3], to: "key", in: bucket, if: .matches(stale))
                }
            }
            #expect(try await client.get("key", in: bucket).body == [2])
            await #expect(throws: S3Error.with(server.dialect.codeOfMissingMatch)) {
                try await client.put([3], to: "new", in: bucket, if: .matches(first.etag))
            }
            await #expect(throws: S3Error.with(.noSuchKey)) {
                try await client.get("new", in: bucket)
            }
        }
    }

    @Test(arguments: ContractServer.allCases)
    func ofManyWritesIfAbsentAtOnceOneWins(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let winners = try await withThrowingTaskGroup(of: UInt8?.self) { group in
                for writer in UInt8(0)..<16 {
                    group.addTask {
                        do {
                            try await client.put([writer], to: "key", in: bucket, if: .absent)
                            return writer
                        } catch let error as S3Error where error.code == .preconditionFailed {
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: [UInt8]()) { winners, writer in
                    if let writer { winners.append(writer) }
                }
            }
            #expect(winners.count == 1)
            #expect(try await client.get("key", in: bucket).body == winners)
        }
    }

    // MARK: Who asks

    @Test(arguments: ContractServer.checkingSignatures)
    func aWrongSecretIsRefusedWithoutTellingAnySecret(_ server: ContractServer) async throws {
        try await server.withConfiguration { configuration in
            var wrong = configuration
            wrong.credentials = S3Credentials(
                accessKeyID: configuration.credentials.accessKeyID,
                secretAccessKey: "not-the-secret")
            try await withClient(wrong) { client in
                let error = await #expect(throws: S3Error.with(.signatureDoesNotMatch)) {
                    try await client.listAll("some-bucket")
                }
                let text = try #require(error.map { "\($0) \(String(reflecting: $0))" })
                for secret in [
                    "not-the-secret", configuration.credentials.secretAccessKey,
                    configuration.credentials.accessKeyID, "AWS4-HMAC-SHA256", "aws4_request",
                ] {
                    #expect(!text.contains(secret), "\(text)")
                }
                #expect(error?.status == 403)
                #expect(error?.isServiceFault == false && error?.isIndeterminate == false)
            }
        }
    }

    @Test(arguments: ContractServer.checkingSignatures)
    func anUnknownKeyIsRefused(_ server: ContractServer) async throws {
        try await server.withConfiguration { configuration in
            var wrong = configuration
            wrong.credentials = S3Credentials(
                accessKeyID: "AKNOBODY", secretAccessKey: configuration.credentials.secretAccessKey)
            try await withClient(wrong) { client in
                await #expect(throws: S3Error.with(.invalidAccessKeyID)) {
                    try await client.put([1], to: "key", in: "some-bucket")
                }
                // An answer to HEAD has no body to name the reason in.
                await #expect(throws: S3Error.with(.accessDenied)) {
                    try await client.head("key", in: "some-bucket")
                }
            }
        }
    }

    @Test(arguments: ContractServer.checkingSignatures)
    func aClockThatIsFarOffIsRefused(_ server: ContractServer) async throws {
        try await server.withConfiguration { configuration in
            for minutes in [-16.0, 16] {
                try await withClient(configuration, now: { Date() + minutes * 60 }) { client in
                    await #expect(throws: S3Error.with(.other("RequestTimeTooSkewed"))) {
                        try await client.listAll("some-bucket")
                    }
                }
            }
        }
    }
}
