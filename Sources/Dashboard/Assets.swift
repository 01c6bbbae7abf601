internal import Crypto
internal import HTTPAPI
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// What pages need beside themselves: all of it comes from this server.
struct Assets: Sendable {
    private struct Asset: Sendable {
        let type: String
        let bytes: [UInt8]
        let tag: String

        init(_ type: String, _ bytes: [UInt8]) {
            (self.type, self.bytes) = (type, bytes)
            let digest = SHA256.hash(data: bytes).prefix(16)
            tag = "\"\(digest.map { String($0, radix: 16) }.joined(separator: "."))\""
        }
    }

    private let assets = [
        "style.css": Asset("text/css; charset=utf-8", PackageResources.style_css),
        "app.js": Asset("text/javascript; charset=utf-8", PackageResources.app_js),
        "mark.svg": Asset("image/svg+xml", PackageResources.mark_svg),
    ]

    /// Asked for each time, and sent only if the browser has another one: a page and its script
    /// are always of one release.
    func response(to request: Request, named name: String) throws -> Response {
        guard let asset = assets[name] else { throw APIError.notFound("asset of that name") }
        let headers: HTTPFields = [
            .contentType: asset.type, .eTag: asset.tag, .cacheControl: "no-cache",
        ]
        if request.headers[.ifNoneMatch] == asset.tag {
            return Response(status: .notModified, headers: headers)
        }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }
}
