internal import FoundationEssentials
internal import S3

/// Turns requests of the S3 API into calls of the store. Blocking.
struct SandboxAPI: Sendable {
    typealias Request = LoopbackServer.Request
    typealias Response = LoopbackServer.Response
    typealias Refusal = SandboxStore.Refusal

    let store: SandboxStore
    let credentials: S3Credentials
    let now: @Sendable () -> Date

    func respond(to request: Request) -> Response {
        do {
            let target = try Target(request.target)
            try SignatureCheck(credentials: credentials, now: now()).check(request, target)
            if target.bucket.isEmpty { throw Refusal(status: 501, code: "NotImplemented") }
            return try target.key.isEmpty
                ? respondAboutBucket(request, target) : respondAboutObject(request, target)
        } catch let refusal as Refusal {
            return SandboxXML.error(refusal, target: request.target)
        } catch {
            return SandboxXML.error(
                Refusal(status: 500, code: "InternalError"), target: request.target)
        }
    }

    private func respondAboutBucket(_ request: Request, _ target: Target) throws -> Response {
        switch request.method {
        case "PUT":
            try store.createBucket(target.bucket)
            return Response(status: 200)
        case "DELETE":
            try store.deleteBucket(target.bucket)
            return Response(status: 204)
        case "HEAD":
            _ = try store.list(target.bucket, prefix: "")
            return Response(status: 200)
        case "GET":
            return try list(target)
        default:
            throw Refusal(status: 405, code: "MethodNotAllowed")
        }
    }

    private func list(_ target: Target) throws -> Response {
        let prefix = target.query["prefix"] ?? ""
        let limit = min(max(target.query["max-keys"].flatMap(Int.init) ?? 1000, 1), 1000)
        let start = target.query["continuation-token"] ?? target.query["start-after"] ?? ""
        let all = try store.list(target.bucket, prefix: prefix)
            .drop { !start.utf8.lexicographicallyPrecedes($0.key.utf8) }
        let page = Array(all.prefix(limit))
        return SandboxXML.list(
            bucket: target.bucket, prefix: prefix, limit: limit, page: page,
            isTruncated: all.count > page.count)
    }

    private func respondAboutObject(_ request: Request, _ target: Target) throws -> Response {
        switch (request.method, target.query["uploadId"]) {
        case ("PUT", nil): return try put(request, target)
        case ("PUT", let upload?): return try putPart(request, target, upload: upload)
        case ("GET", nil): return try get(request, target)
        case ("HEAD", nil):
            return Self.headResponse(try store.head(target.key, bucket: target.bucket))
        case ("DELETE", nil):
            try store.delete(target.key, bucket: target.bucket)
            return Response(status: 204)
        case ("DELETE", let upload?):
            try store.abortUpload(upload)
            return Response(status: 204)
        case ("POST", let upload?): return try complete(request, target, upload: upload)
        case ("POST", nil) where target.query["uploads"] != nil:
            let upload = try store.createUpload(
                key: target.key, bucket: target.bucket, contentType: Self.contentType(request),
                metadata: Self.metadata(request))
            return SandboxXML.upload(upload, key: target.key, bucket: target.bucket)
        default: throw Refusal(status: 405, code: "MethodNotAllowed")
        }
    }

    private func put(_ request: Request, _ target: Target) throws -> Response {
        let header = try store.put(
            request.body, key: target.key, bucket: target.bucket,
            contentType: Self.contentType(request), metadata: Self.metadata(request),
            condition: Self.condition(request))
        return Response(status: 200, headers: [("ETag", "\"\(header.etag)\"")])
    }

    private func putPart(_ request: Request, _ target: Target, upload: String) throws -> Response {
        guard let number = target.query["partNumber"].flatMap(Int.init) else {
            throw Refusal(status: 400, code: "InvalidArgument")
        }
        let etag = try store.putPart(request.body, number: number, upload: upload)
        return Response(status: 200, headers: [("ETag", "\"\(etag)\"")])
    }

    private func complete(_ request: Request, _ target: Target, upload: String) throws -> Response {
        let header = try store.completeUpload(
            upload, parts: try SandboxXML.partNumbers(in: request.body),
            condition: Self.condition(request))
        return SandboxXML.completed(header, bucket: target.bucket)
    }

    private func get(_ request: Request, _ target: Target) throws -> Response {
        let (header, body) = try store.get(target.key, bucket: target.bucket)
        if let wanted = request.header("if-match"), Self.unquoted(wanted) != header.etag {
            throw Refusal(status: 412, code: "PreconditionFailed")
        }
        var response = Self.headResponse(header)
        response.headers.removeAll { $0.name == "Content-Length" }
        response.body = body
        guard let text = request.header("range") else { return response }
        guard let range = Self.range(text, size: body.count) else {
            throw Refusal(status: 416, code: "InvalidRange")
        }
        response.status = 206
        response.body = Array(body[range])
        response.headers.append(
            ("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(body.count)"))
        return response
    }

    /// `bytes=first-last`, `bytes=first-` or `bytes=-count`.
    static func range(_ text: String, size: Int) -> Range<Int>? {
        guard text.hasPrefix("bytes=") else { return nil }
        let parts = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, size > 0 else { return nil }
        switch (Int(parts[0]), Int(parts[1])) {
        case (let first?, let last?) where first <= last && first < size:
            return first..<min(last, size - 1) + 1
        case (let first?, nil) where parts[1].isEmpty && first < size: return first..<size
        case (nil, let count?) where parts[0].isEmpty && count > 0:
            return size - min(count, size)..<size
        default: return nil
        }
    }

    private static func headResponse(_ header: ObjectHeader) -> Response {
        var headers = [
            ("ETag", "\"\(header.etag)\""), ("Content-Type", header.contentType),
            ("Content-Length", String(header.size)), ("Accept-Ranges", "bytes"),
        ]
        for (name, value) in header.metadata.sorted(by: { $0.key < $1.key }) {
            headers.append(("x-amz-meta-\(name)", value))
        }
        return Response(status: 200, headers: headers.map { (name: $0.0, value: $0.1) })
    }

    private static func contentType(_ request: Request) -> String {
        request.header("content-type") ?? "binary/octet-stream"
    }

    private static func metadata(_ request: Request) -> [String: String] {
        var metadata: [String: String] = [:]
        for (name, value) in request.headers where name.hasPrefix("x-amz-meta-") {
            metadata[String(name.dropFirst("x-amz-meta-".count))] = value
        }
        return metadata
    }

    private static func condition(_ request: Request) -> SandboxStore.Condition {
        SandboxStore.Condition(
            mustBeAbsent: request.header("if-none-match") == "*",
            mustMatch: request.header("if-match").map(unquoted))
    }

    private static func unquoted(_ etag: String) -> String { etag.filter { $0 != "\"" } }
}

/// What a request is about.
struct Target {
    let path: String
    let bucket: String
    let key: String
    let query: [String: String]
    let pairs: [(name: String, value: String)]

    init(_ target: String) throws(SandboxStore.Refusal) {
        let invalid = SandboxStore.Refusal(status: 400, code: "InvalidURI")
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        guard path.hasPrefix("/"), let decoded = PercentEncoding.decode(path.dropFirst()) else {
            throw invalid
        }
        let names = decoded.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        bucket = String(names[0])
        key = names.count > 1 ? String(names[1]) : ""
        var pairs: [(name: String, value: String)] = []
        for pair in parts.dropFirst().first?.split(separator: "&") ?? [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(sides[0]),
                let value = PercentEncoding.decode(sides.count > 1 ? sides[1] : "")
            else { throw invalid }
            pairs.append((name, value))
        }
        self.pairs = pairs
        query = Dictionary(
            pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}
