internal import NIOCore
internal import NIOHTTP1

/// What the proxy answers by itself, without the storage.
struct OwnAnswer: Equatable, Sendable {
    let status: Int
    var headers: HTTPHeaders
    let body: ByteBuffer

    init(status: Int, headers: HTTPHeaders, body: ByteBuffer) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// - Parameter type: of the media in `text`.
    private init(status: Int, type: String, text: String) {
        self.init(
            status: status,
            headers: ["content-type": type, "content-length": String(text.utf8.count)],
            body: ByteBuffer(string: text))
    }

    /// The error document of S3.
    ///
    /// - Parameter sequence: the number of the request, which identifies it.
    init(status: Int, code: String, message: String, sequence: Int) {
        let number = String(sequence, radix: 16, uppercase: true)
        let id = String(repeating: "0", count: max(0, 16 - number.count)) + number
        self.init(
            status: status, type: "application/xml",
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>\(Self.escaped(code))"
                + "</Code><Message>\(Self.escaped(message))</Message><RequestId>\(id)</RequestId>"
                + "</Error>")
        headers.add(name: "x-amz-request-id", value: id)
    }

    /// For what is no request at all.
    init(status: Int, plain text: String) {
        self.init(status: status, type: "text/plain; charset=utf-8", text: text + "\n")
    }

    /// The code that S3 goes by for a status.
    static func code(for status: Int) -> String {
        switch status {
        case 403: "AccessDenied"
        case 404: "NoSuchKey"
        case 405: "MethodNotAllowed"
        case 409: "OperationAborted"
        case 411: "MissingContentLength"
        case 412: "PreconditionFailed"
        case 416: "InvalidRange"
        case 429: "TooManyRequests"
        case 501: "NotImplemented"
        case 503: "ServiceUnavailable"
        case 500...: "InternalError"
        default: "InvalidRequest"
        }
    }

    /// Whoever injects a fault may write what they like, and XML knows no control characters.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\n", "\t": escaped += " "
            case _ where scalar.value < 0x20 || scalar.value > 0xfffd && scalar.value < 0x10000:
                continue
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
