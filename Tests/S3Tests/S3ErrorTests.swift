import Testing

@testable import S3

struct S3ErrorTests {
    @Test(arguments: [
        ("NoSuchKey", S3Error.Code.noSuchKey), ("NoSuchBucket", .noSuchBucket),
        ("NoSuchUpload", .noSuchUpload), ("BucketAlreadyExists", .bucketAlreadyExists),
        ("BucketAlreadyOwnedByYou", .bucketAlreadyExists), ("BucketNotEmpty", .bucketNotEmpty),
        ("PreconditionFailed", .preconditionFailed), ("InvalidRange", .invalidRange),
        ("InvalidRequest", .invalidRequest), ("AccessDenied", .accessDenied),
        ("InvalidAccessKeyId", .invalidAccessKeyID),
        ("SignatureDoesNotMatch", .signatureDoesNotMatch), ("BadDigest", .badDigest),
        ("EntityTooSmall", .entityTooSmall), ("InternalError", .internalError),
        ("ServiceUnavailable", .serviceUnavailable), ("SlowDown", .slowDown),
        ("MalformedXML", .other("MalformedXML")), ("nosuchkey", .other("nosuchkey")),
    ])
    func aNameOfS3HasItsCode(_ name: String, _ code: S3Error.Code) {
        #expect(S3Error.Code(name: name) == code)
    }

    @Test(arguments: [
        (403, S3Error.Code.accessDenied), (404, .noSuchKey), (412, .preconditionFailed),
        (416, .invalidRange), (500, .internalError), (502, .internalError),
        (503, .serviceUnavailable), (504, .internalError), (307, .other("HTTP 307")),
        (400, .other("HTTP 400")), (429, .other("HTTP 429")),
    ])
    func aStatusWithoutABodyHasACode(_ status: Int, _ code: S3Error.Code) {
        #expect(S3Error.Code(status: status) == code)
    }

    @Test(arguments: [
        S3Error.Code.timedOut, .connectionLost, .badResponse, .cancelled,
    ])
    func nobodyKnowsWhatBecameOfARequestWithoutAnAnswer(_ code: S3Error.Code) {
        #expect(S3Error.with(code).isIndeterminate)
    }

    @Test(arguments: [
        S3Error.Code.connectFailed, .noSuchKey, .preconditionFailed, .accessDenied,
        .serviceUnavailable, .internalError, .slowDown, .other("Anything"),
    ])
    func anAnswerOrNoConnectionIsCertain(_ code: S3Error.Code) {
        #expect(!S3Error.with(code).isIndeterminate)
    }

    @Test(arguments: [
        S3Error.Code.timedOut, .connectionLost, .badResponse, .connectFailed,
    ])
    func noAnswerIsTheFaultOfTheService(_ code: S3Error.Code) {
        #expect(S3Error.with(code).isServiceFault)
    }

    @Test(arguments: [
        (500, true), (502, true), (503, true), (429, true), (400, false), (403, false),
        (404, false), (409, false), (412, false), (416, false),
    ])
    func aStatusTellsWhoseFaultItIs(_ status: Int, isServiceFault: Bool) {
        let error = S3Error(
            .init(status: status), status: status, message: "", finished: .now)
        #expect(error.isServiceFault == isServiceFault)
    }

    /// An answer that began with 200 can still end in one of these.
    @Test(arguments: [S3Error.Code.internalError, .serviceUnavailable, .slowDown])
    func aServersOwnFaultIsOneWhateverTheStatus(_ code: S3Error.Code) {
        #expect(S3Error(code, status: 200, message: "", finished: .now).isServiceFault)
    }

    /// Whoever gives up waiting says nothing about the service.
    @Test func aCallersOwnCancellationIsNobodysFault() {
        #expect(!S3Error.with(.cancelled).isServiceFault)
    }

    @Test func anErrorIsItsCode() {
        let one = S3Error(.noSuchKey, status: 404, message: "one", finished: .now)
        #expect(one == S3Error.with(.noSuchKey))
        #expect(one != S3Error.with(.noSuchBucket))
        #expect(S3Error.with(.other("A")) != S3Error.with(.other("B")))
    }

    @Test func aDescriptionSaysWhatIsKnown() {
        let full = S3Error(.noSuchKey, status: 404, message: "No such key.", finished: .now)
        #expect(full.description == "404 NoSuchKey: No such key.")
        let other = S3Error(.other("Odd"), status: 409, message: "", finished: .now)
        #expect(other.description == "409 Odd")
        let unnamed = S3Error(.init(status: 307), status: 307, message: "", finished: .now)
        #expect(unnamed.description == "HTTP 307")
        let long = S3Error(.slowDown, status: 503, message: "Slow\r\ndown.\n", finished: .now)
        #expect(long.description == "503 SlowDown: Slow down.")
    }

    /// Not as Swift does.
    @Test(arguments: [
        "NoSuchKey", "NoSuchBucket", "NoSuchUpload", "BucketAlreadyExists", "BucketNotEmpty",
        "PreconditionFailed", "InvalidRange", "InvalidRequest", "AccessDenied",
        "InvalidAccessKeyId", "SignatureDoesNotMatch", "BadDigest", "EntityTooSmall",
        "InternalError", "ServiceUnavailable", "SlowDown", "MalformedXML",
    ])
    func aCodeIsSpelledAsS3SpellsIt(_ name: String) {
        let error = S3Error(.init(name: name), status: 400, message: "", finished: .now)
        #expect(error.description == "400 \(name)")
    }

    @Test(
        arguments: zip(
            [
                S3Error.Code.connectFailed, .timedOut, .connectionLost, .badResponse, .tooLong,
                .cancelled,
            ],
            [
                "no connection", "timed out", "connection lost", "unusable answer", "too long",
                "cancelled",
            ]))
    func whatHasNoCodeOfS3IsSaidInWords(_ code: S3Error.Code, _ words: String) {
        #expect(S3Error.with(code).description == words)
    }

    @Test(
        arguments: zip(
            [
                "handshakeFailed(NIOSSL.BoringSSLError.sslError([Error: 268435581 error:1000007d:"
                    + "SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at /src/a.cc:393]))",
                "handshakeFailed(NIOSSL.BoringSSLError.sslError([Error:  EOF during handshake]))",
                "NIOSSLExtraError.failedToValidateHostname: Couldn't find a.b in certificate",
                "uncleanShutdown",
            ],
            [
                "TLS: certificate verify failed", "TLS: EOF during handshake",
                "TLS: Couldn't find a.b in certificate", "TLS: unclean shutdown",
            ]))
    func aDumpOfTheTLSLibraryBecomesItsReason(_ dump: String, _ reason: String) {
        #expect(S3Error.tlsReason(in: dump) == reason)
    }
}
