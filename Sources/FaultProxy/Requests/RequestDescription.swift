internal import NIOHTTP1

/// What is kept of a request: what faults go by, and what the observer is told.
///
/// Whoever sends it decides how long everything is, so everything has a bound. It is far beyond
/// what S3 allows, and what is longer is cut.
struct RequestDescription: Sendable {
    private static let maximumName = 512
    private static let maximumKey = 4096
    private static let maximumValue = 2048
    private static let maximumMetadata = 32

    let method: String
    let bucket: String
    /// Percent-encoded, as sent.
    let key: String
    let agent: String
    let metadata: [String: String]
    let invocation: String?
    let s3Operation: S3Operation
    /// In bytes; `nil` if only its end tells.
    let bodyLength: Int?
    /// What the answer can be remembered by: path and query. `nil` if it is not the whole of
    /// something that is read.
    let readTarget: String?

    init(_ head: HTTPRequestHead) {
        method = head.method.rawValue
        let path = head.uri.prefix { $0 != "?" }.dropFirst()
        let names = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        bucket = names.first.map { Self.cut($0, to: Self.maximumName) } ?? ""
        key = names.count > 1 ? Self.cut(names[1], to: Self.maximumKey) : ""
        agent = Self.cut(head.headers.first(name: "user-agent") ?? "", to: Self.maximumName)
        metadata = Self.metadata(head.headers)
        invocation = head.headers.first(name: "amz-sdk-invocation-id").map {
            Self.cut($0, to: Self.maximumName)
        }
        s3Operation = S3Operation(
            method: method, target: head.uri,
            isCopy: head.headers.contains(name: "x-amz-copy-source"))
        bodyLength = Self.bodyLength(head.headers)
        let isWholeRead = head.method == .GET && !head.headers.contains(name: "range")
        readTarget = isWholeRead && head.uri.utf8.count <= Self.maximumKey ? head.uri : nil
    }

    private static func bodyLength(_ headers: HTTPHeaders) -> Int? {
        if let length = headers.first(name: "content-length") { return Int(length) }
        return headers.contains(name: "transfer-encoding") ? nil : 0
    }

    private static func metadata(_ headers: HTTPHeaders) -> [String: String] {
        var metadata: [String: String] = [:]
        for (name, value) in headers where name.first == "x" || name.first == "X" {
            let name = name.lowercased()
            guard name.hasPrefix("x-amz-meta-"), metadata.count < maximumMetadata else { continue }
            let short = cut(name.dropFirst("x-amz-meta-".count), to: maximumName)
            metadata[short] = cut(value, to: maximumValue)
        }
        return metadata
    }

    private static func cut(_ text: some StringProtocol, to count: Int) -> String {
        if text.utf8.count <= count { return String(text) }
        return String(decoding: text.utf8.prefix(count), as: UTF8.self)
    }
}
