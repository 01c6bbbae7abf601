/// One request of the S3 protocol, before it is signed.
struct S3Request: Sendable {
    var method: String
    var bucket: String
    /// `nil` for requests about the bucket.
    var objectKey: String?
    var key: String { objectKey ?? "" }
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    var path: String {
        let bucket = PercentEncoding.encode(bucket)
        return key.isEmpty
            ? "/\(bucket)" : "/\(bucket)/\(PercentEncoding.encode(key, keepsSlash: true))"
    }

    var target: String {
        if query.isEmpty { return path }
        let encoded = query.map {
            "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))"
        }
        return path + "?" + encoded.joined(separator: "&")
    }
    /// Why it is not sent: no storage would take it.
    var objection: String? {
        if let objection = objectKey.flatMap({ ObjectRules.objection(toKey: $0) }) {
            return objection
        }
        return headers.lazy.compactMap {
            ObjectRules.objection(toHeader: $0.name, value: $0.value)
        }.first
    }
}
