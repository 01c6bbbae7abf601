internal import FoundationEssentials

/// The documents of the S3 API that the sandbox writes and reads.
enum SandboxXML {
    private static let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

    static func error(_ refusal: SandboxStore.Refusal, target: String) -> LoopbackServer.Response {
        document(
            "<Error><Code>\(refusal.code)</Code><Message>\(message(for: refusal))</Message>"
                + "<Resource>\(escaped(target))</Resource></Error>", status: refusal.status)
    }

    private static func message(for refusal: SandboxStore.Refusal) -> String {
        switch refusal.code {
        case "NoSuchKey": "The specified key does not exist."
        case "NoSuchBucket": "The specified bucket does not exist."
        case "PreconditionFailed": "A precondition of the request did not hold."
        case "InternalError": "The sandbox could not read or write its directory."
        default: "The request was refused."
        }
    }

    static func list(
        bucket: String, prefix: String, limit: Int, page: [ObjectHeader], isTruncated: Bool
    ) -> LoopbackServer.Response {
        let contents = page.map { object in
            "<Contents><Key>\(escaped(object.key))</Key>"
                + "<LastModified>\(time(object.modified))</LastModified>"
                + "<ETag>&quot;\(object.etag)&quot;</ETag><Size>\(object.size)</Size>"
                + "<StorageClass>STANDARD</StorageClass></Contents>"
        }
        let next = isTruncated ? page.last.map { escaped($0.key) } : nil
        return document(
            "<ListBucketResult xmlns=\"\(namespace)\"><Name>\(bucket)</Name>"
                + "<Prefix>\(escaped(prefix))</Prefix><KeyCount>\(page.count)</KeyCount>"
                + "<MaxKeys>\(limit)</MaxKeys><IsTruncated>\(isTruncated)</IsTruncated>"
                + (next.map { "<NextContinuationToken>\($0)</NextContinuationToken>" } ?? "")
                + contents.joined() + "</ListBucketResult>")
    }

    private static func time(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }

    static func upload(_ id: String, key: String, bucket: String) -> LoopbackServer.Response {
        document(
            "<InitiateMultipartUploadResult xmlns=\"\(namespace)\"><Bucket>\(bucket)</Bucket>"
                + "<Key>\(escaped(key))</Key><UploadId>\(id)</UploadId>"
                + "</InitiateMultipartUploadResult>"
        )
    }

    static func completed(_ object: ObjectHeader, bucket: String) -> LoopbackServer.Response {
        document(
            "<CompleteMultipartUploadResult xmlns=\"\(namespace)\"><Bucket>\(bucket)</Bucket>"
                + "<Key>\(escaped(object.key))</Key><ETag>&quot;\(object.etag)&quot;</ETag>"
                + "</CompleteMultipartUploadResult>")
    }

    /// The numbers of the parts of an upload, in the order the client lists them.
    static func partNumbers(in body: [UInt8]) throws(SandboxStore.Refusal) -> [Int] {
        let pieces = String(decoding: body, as: UTF8.self)
            .split(separator: "<PartNumber>", omittingEmptySubsequences: false).dropFirst()
        let numbers = pieces.map { Int($0.prefix { $0 != "<" }) }
        guard numbers.allSatisfy({ $0 != nil }) else {
            throw SandboxStore.Refusal(status: 400, code: "MalformedXML")
        }
        return numbers.compactMap(\.self)
    }

    private static func document(_ text: String, status: Int = 200) -> LoopbackServer.Response {
        LoopbackServer.Response(
            status: status, headers: [("Content-Type", "application/xml")],
            body: Array(("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text).utf8))
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case _ where character.value < 0x20: result += "&#\(character.value);"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
