import Foundation
import S3
import S3Sandbox
import Testing

/// What the client sends, and what it makes of answers that no well-behaved server gives.
@Suite(.timeLimit(.minutes(2)))
struct S3ProtocolTests {
    /// Runs a server with this answer for as long as `body` runs.
    private static func answering(
        _ answer: @escaping LoopbackServer.Handler,
        _ body: (S3Client, _ port: Int) async throws -> Void
    ) async throws {
        let server = try await LoopbackServer(handler: answer)
        do {
            let configuration = try localConfiguration(port: server.port)
            try await withClient(configuration) { try await body($0, server.port) }
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private static func xml(_ status: Int, _ text: String) -> LoopbackServer.Response {
        LoopbackServer.Response(
            status: status, headers: [("content-type", "application/xml")],
            body: Array("<?xml version=\"1.0\"?>\n\(text)".utf8))
    }

    private static func error(_ status: Int, _ code: String) -> LoopbackServer.Response {
        xml(status, "<Error><Code>\(code)</Code><Message>in words</Message></Error>")
    }

    // MARK: Errors

    struct ErrorCase: Sendable {
        let status: Int
        let name: String
        let code: S3Error.Code
    }

    @Test(arguments: [
        ErrorCase(status: 404, name: "NoSuchKey", code: .noSuchKey),
        ErrorCase(status: 503, name: "SlowDown", code: .slowDown),
        ErrorCase(status: 409, name: "OperationAborted", code: .other("OperationAborted")),
        // The name counts, not the status that came with it.
        ErrorCase(status: 400, name: "InternalError", code: .internalError),
    ])
    func aDocumentNamesTheError(_ example: ErrorCase) async throws {
        try await Self.answering({ _ in Self.error(example.status, example.name) }) { client, _ in
            let error = await #expect(throws: S3Error.with(example.code)) {
                try await client.get("key", in: "bucket")
            }
            #expect(error?.status == example.status)
            #expect(error?.message == "in words")
        }
    }

    @Test(arguments: ["", "<html><body>Bad gateway</body></html>", "{\"error\": 1}", "<Error>"])
    func withoutADocumentTheStatusCounts(_ body: String) async throws {
        let answer = LoopbackServer.Response(status: 502, body: Array(body.utf8))
        try await Self.answering({ _ in answer }) { client, _ in
            let error = await #expect(throws: S3Error.with(.internalError)) {
                try await client.put([1], to: "key", in: "bucket")
            }
            #expect(error?.status == 502 && error?.isServiceFault == true)
        }
    }

    @Test func aRedirectIsNotFollowed() async throws {
        let elsewhere = LoopbackServer.Response(
            status: 307, headers: [("location", "http://127.0.0.1:1/elsewhere")])
        try await Self.answering({ _ in elsewhere }) { client, _ in
            let error = await #expect(throws: S3Error.self) {
                try await client.get("key", in: "bucket")
            }
            #expect(error?.status == 307)
        }
    }

    @Test func theReasonOfAFailedSignatureIsNotRepeated() async throws {
        let answer = Self.xml(
            403,
            "<Error><Code>SignatureDoesNotMatch</Code><Message>we signed SECRET</Message>"
                + "<StringToSign>SECRET</StringToSign></Error>")
        try await Self.answering({ _ in answer }) { client, _ in
            let error = try await #require(throws: S3Error.with(.signatureDoesNotMatch)) {
                try await client.get("key", in: "bucket")
            }
            #expect(!String(reflecting: error).contains("SECRET"))
            #expect(!error.description.contains("SECRET"))
        }
    }

    @Test func anErrorInAnAnswerWithStatus200IsAnError() async throws {
        try await Self.answering({ _ in Self.error(200, "InternalError") }) { client, _ in
            let error = await #expect(throws: S3Error.with(.internalError)) {
                try await client.completeUpload("id", of: "key", in: "bucket", parts: ["etag"])
            }
            #expect(error?.isServiceFault == true)
            await #expect(throws: S3Error.with(.internalError)) {
                try await client.listAll("bucket")
            }
        }
    }

    @Test(arguments: ["", "no XML", "<Other/>", "<ListBucketResult><IsTruncated>"])
    func aListThatIsNoneIsABadResponse(_ text: String) async throws {
        try await Self.answering({ _ in Self.xml(200, text) }) { client, _ in
            let error = await #expect(throws: S3Error.with(.badResponse)) {
                try await client.listAll("bucket")
            }
            #expect(error?.status == 200)
        }
    }

    @Test func anAnswerLongerThan64MebibytesIsRefused() async throws {
        let long = LoopbackServer.Response(
            status: 200, body: [UInt8](repeating: 1, count: 64 << 20 + 1))
        try await Self.answering({ _ in long }) { client, _ in
            let error = await #expect(throws: S3Error.with(.tooLong)) {
                try await client.get("key", in: "bucket")
            }
            // The storage did well, and would do the same again.
            #expect(error?.isServiceFault == false)
            #expect(error?.isIndeterminate == false)
        }
    }

    // MARK: Lists

    @Test func aListFollowsEveryPage() async throws {
        let tokens = Recorder<String?>()
        try await Self.answering({ request in
            let items = URLComponents(string: request.target)?.queryItems ?? []
            let token = items.first { $0.name == "continuation-token" }?.value
            tokens.add(token)
            switch token {
            case nil: return Self.xml(200, Self.page(number: 1, next: "next/1+="))
            case "next/1+=": return Self.xml(200, Self.page(number: 2, next: "second token"))
            default: return Self.xml(200, Self.page(number: 3, next: nil))
            }
        }) { client, _ in
            let keys = try await client.listAll("bucket").map(\.key)
            #expect(keys == ["key-1", "key-2", "key-3"])
            #expect(tokens.all == [nil, "next/1+=", "second token"])
        }
    }

    /// Taken for the whole list, it would hide objects from whoever compares or saves them.
    @Test func aListThatGoesOnWithoutSayingWhereIsABadResponse() async throws {
        let document =
            "<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>key</Key>"
            + "<Size>1</Size></Contents></ListBucketResult>"
        try await Self.answering({ _ in Self.xml(200, document) }) { client, _ in
            await #expect(throws: S3Error.with(.badResponse)) {
                try await client.listAll("bucket")
            }
        }
    }

    private static func page(number: Int, next: String?) -> String {
        """
        <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
          <Name>bucket</Name>
          <Contents>
            <Key>key-\(number)</Key><Size>\(number)</Size><ETag>&#34;e\(number)&#34;</ETag>
          </Contents>
          <IsTruncated>\(next != nil)</IsTruncated>
          \(next.map { "<NextContinuationToken>\($0)</NextContinuationToken>" } ?? "")
        </ListBucketResult>
        """
    }

    /// Quotes come as they are or as entities, and some servers leave them out.
    @Test(arguments: ["\"abc\"", "&#34;abc&#34;", "&quot;abc&quot;", "abc"])
    func anETagHasNoQuotes(_ text: String) async throws {
        let document =
            "<ListBucketResult><IsTruncated>false</IsTruncated><Contents>"
            + "<Key>a&amp;b</Key><Size>1</Size><ETag>\(text)</ETag></Contents></ListBucketResult>"
        try await Self.answering({ _ in Self.xml(200, document) }) { client, _ in
            let entries = try await client.listAll("bucket")
            #expect(entries.map(\.etag) == ["abc"])
            #expect(entries.map(\.key) == ["a&b"])
        }
    }

    // MARK: Ranges

    /// Some servers answer with something else than the range: its bytes are not the object's.
    @Test(arguments: [3, S3Client.partSize + 1])
    func aDownloadOfOtherBytesThanAskedForFails(_ count: Int) async throws {
        let size = S3Client.partSize + 1
        try await Self.answering({ request in
            if request.method == "HEAD" {
                return LoopbackServer.Response(
                    status: 200, headers: [("content-length", String(size)), ("etag", "e")])
            }
            return LoopbackServer.Response(
                status: 200, headers: [("etag", "e")], body: [UInt8](repeating: 1, count: count))
        }) { client, _ in
            await #expect(throws: S3Error.self) {
                for try await _ in client.download("key", in: "bucket") {}
            }
        }
    }
}
