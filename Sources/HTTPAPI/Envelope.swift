public import HTTPTypes
public import Hummingbird
internal import NIOCore
public import Wire

/// A good answer: `{"success": true, "message": ..., "data": ...}`.
public struct Answer: Sendable {
    public var status: HTTPResponse.Status
    /// For example `ETag` and `Location`.
    public var headers: HTTPFields
    let body: [UInt8]

    /// - Parameter json: what is the answer, as JSON.
    public static func data(
        _ json: [UInt8], message: String = "ok", status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Answer {
        let body = Envelope.opening(message: message) + json + Envelope.closing()
        return Answer(status: status, headers: headers, body: body)
    }

    /// - Parameter write: writes the one value that is the answer.
    public static func data(
        message: String = "ok", status: HTTPResponse.Status = .ok, headers: HTTPFields = [:],
        _ write: (inout JSONWriter) throws -> Void
    ) rethrows -> Answer {
        var writer = JSONWriter()
        try write(&writer)
        return data(writer.bytes, message: message, status: status, headers: headers)
    }

    /// - Parameters:
    ///   - rows: each as JSON.
    ///   - nextCursor: where the next page begins; `nil` if this is the last one.
    public static func page(
        _ rows: [[UInt8]], nextCursor: String?, message: String = "ok"
    ) -> Answer {
        var body = Envelope.opening(message: message)
        body.append(UInt8(ascii: "["))
        for (index, row) in rows.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body.append(contentsOf: row)
        }
        body.append(UInt8(ascii: "]"))
        body.append(contentsOf: Envelope.pageClosing(nextCursor: nextCursor))
        return Answer(status: .ok, headers: [:], body: body)
    }
}

extension Answer: ResponseGenerator {
    public func response(from request: Request, context: some RequestContext) -> Response {
        Response(status: status, json: body, headers: headers)
    }
}

/// The envelope around an answer, for those who write what is in it piece by piece.
public enum Envelope {
    /// Everything up to the answer itself.
    public static func opening(message: String = "ok") -> [UInt8] {
        var writer = JSONWriter()
        writer.string(message)
        return Array(#"{"success":true,"message":"#.utf8) + writer.bytes + Array(#","data":"#.utf8)
    }

    /// What follows an answer that is not a page.
    public static func closing() -> [UInt8] { [UInt8(ascii: "}")] }

    /// What follows the rows of a page: `next_cursor` is `null` on the last one.
    public static func pageClosing(nextCursor: String?) -> [UInt8] {
        var writer = JSONWriter()
        writer.string(nextCursor)
        return Array(#","next_cursor":"#.utf8) + writer.bytes + closing()
    }
}

extension Response {
    /// An answer of JSON.
    public init(status: HTTPResponse.Status, json: [UInt8], headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}
