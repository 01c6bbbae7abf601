import Testing

@testable import FaultProxy

/// Which operation of S3 a request is.
@Suite(.timeLimit(.minutes(1)))
struct S3OperationTests {
    @Test(
        arguments: [
            ("GET", "/bucket/key", .getObject), ("GET", "/bucket/a/b?versionId=1", .getObject),
            ("GET", "/bucket/key?x-id=GetObject&partNumber=1", .getObject),
            ("HEAD", "/bucket/key", .headObject), ("PUT", "/bucket/key", .putObject),
            ("DELETE", "/bucket/key", .deleteObject), ("POST", "/bucket?delete", .deleteObjects),
            ("POST", "/bucket?delete=", .deleteObjects), ("GET", "/bucket", .listObjects),
            ("GET", "/bucket/?prefix=a", .listObjects),
            ("GET", "/bucket?list-type=2&prefix=a%2F", .listObjectsV2),
            ("GET", "/", .listBuckets), ("GET", "/?x-id=ListBuckets", .listBuckets),
            ("PUT", "/bucket", .createBucket), ("DELETE", "/bucket/", .deleteBucket),
            ("HEAD", "/bucket", .headBucket),
            ("POST", "/bucket/key?uploads", .createMultipartUpload),
            ("POST", "/bucket/key?uploads=", .createMultipartUpload),
            ("PUT", "/bucket/key?partNumber=2&uploadId=u", .uploadPart),
            ("PUT", "/bucket/key?uploadId=u&partNumber=2", .uploadPart),
            ("POST", "/bucket/key?uploadId=u", .completeMultipartUpload),
            ("DELETE", "/bucket/key?uploadId=u", .abortMultipartUpload),
            ("GET", "/bucket/key?uploadId=u&max-parts=9", .listParts),
            ("GET", "/bucket?uploads", .listMultipartUploads),
            ("GET", "/bucket?versioning", .other), ("PUT", "/bucket?versioning", .other),
            ("GET", "/bucket/key?tagging", .other), ("PUT", "/bucket/key?tagging", .other),
            ("GET", "/bucket?location", .other), ("DELETE", "/bucket/key?tagging", .other),
            ("POST", "/bucket/key?restore", .other), ("GET", "/bucket?versions", .other),
            ("PUT", "/bucket/key?uploadId=u", .other), ("POST", "/bucket", .other),
            ("PATCH", "/bucket/key", .other), ("OPTIONS", "*", .other), ("PUT", "/", .other),
        ] as [(String, String, S3Operation)])
    func aRequestIsKnownByMethodPathAndQuery(
        _ method: String, _ target: String, _ operation: S3Operation
    ) {
        #expect(S3Operation(method: method, target: target, isCopy: false) == operation)
    }

    @Test func aSourceMakesACopy() {
        func copy(_ method: String, _ target: String) -> S3Operation {
            S3Operation(method: method, target: target, isCopy: true)
        }
        #expect(copy("PUT", "/bucket/key") == .copyObject)
        #expect(copy("PUT", "/bucket/key?partNumber=1&uploadId=u") == .uploadPartCopy)
        #expect(copy("GET", "/bucket/key") == .getObject)
        #expect(copy("PUT", "/bucket/key?acl") == .other)
    }

    @Test func onlyTheNamedOperationsAreStruck() async throws {
        try await withPlainProxy(answering: []) { proxy, requests in
            let fault = Fault(.status(503), operations: [.uploadPart, .copyObject])
            let lease = try await proxy.inject(fault, lease: .seconds(60))
            let connection = try #require(RawConnection(port: proxy.port))
            for (target, header, status) in [
                ("/bucket/key", "", 200), ("/bucket/key?partNumber=1&uploadId=u", "", 503),
                ("/bucket/key?tagging", "", 200),
                ("/bucket/key", "x-amz-copy-source: /bucket/other\r\n", 503),
            ] {
                connection.send(
                    "PUT \(target) HTTP/1.1\r\nhost: x\r\n\(header)content-length: 0\r\n\r\n")
                let head = await connection.text(until: "\r\n\r\n")
                #expect(head.hasPrefix("HTTP/1.1 \(status) "), "\(target) \(header)")
                // The error document stands between the answers.
                if status == 503 { _ = await connection.text(until: "</Error>") }
            }
            #expect(requests.all.count == 2)
            #expect(proxy.struck(by: lease.token) == 2)
            try await proxy.lift(lease.token)
        }
    }

    @Test func aRefusalDoesNotChooseAmongOperations() async throws {
        try await withPlainProxy(answering: []) { proxy, _ in
            await #expect(throws: FaultProxyError.with(.cannotChoose)) {
                try await proxy.inject(Fault(.refuse, operations: [.getObject]))
            }
        }
    }
}
