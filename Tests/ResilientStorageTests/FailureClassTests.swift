import Testing

@testable import ResilientStorage
import S3

struct FailureClassTests {
    @Test(
        arguments: [
            (.slowDown, 503, .throttled), (.slowDown, nil, .throttled),
            (.serviceUnavailable, 503, .throttled), (.other("TooManyRequests"), 429, .throttled),
            (.other("Busy"), 503, .throttled), (.internalError, 500, .serverFault),
            (.internalError, 200, .serverFault), (.other("Bad"), 502, .serverFault),
            (.accessDenied, 500, .serverFault), (.connectFailed, nil, .connection),
            (.connectionLost, nil, .connection), (.timedOut, nil, .timeOut),
            (.badResponse, 200, .timeOut), (.cancelled, nil, nil), (.noSuchKey, 404, nil),
            (.accessDenied, 403, nil), (.preconditionFailed, 412, nil),
            (.invalidRequest, nil, nil), (.other("Teapot"), 418, nil), (.tooLong, nil, nil),
        ] as [(S3Error.Code, Int?, FailureClass?)])
    func whatAFailureIsFollowsFromItsCodeAndStatus(
        code: S3Error.Code, status: Int?, expected: FailureClass?
    ) {
        let error = S3Error(code, status: status, message: "", finished: .now)
        #expect(FailureClass(error) == expected)
    }

    @Test func exactlyTheFaultsOfTheServiceAreTriedAgain() {
        let codes: [S3Error.Code] = [
            .noSuchKey, .noSuchBucket, .noSuchUpload, .bucketAlreadyExists, .bucketNotEmpty,
            .preconditionFailed, .invalidRange, .invalidRequest, .accessDenied,
            .invalidAccessKeyID, .signatureDoesNotMatch, .badDigest, .entityTooSmall,
            .internalError, .serviceUnavailable, .slowDown, .other("Else"), .connectFailed,
            .timedOut, .connectionLost, .badResponse, .tooLong, .cancelled,
        ]
        for code in codes {
            for status in [nil, 200, 400, 403, 404, 429, 499, 500, 502, 503, 599] as [Int?] {
                let error = S3Error(code, status: status, message: "", finished: .now)
                #expect((FailureClass(error) != nil) == error.isServiceFault, "\(error)")
            }
        }
    }
}
