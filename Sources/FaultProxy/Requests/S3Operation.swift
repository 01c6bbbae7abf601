internal import Foundation

/// What a request asks of an S3 storage, as far as a fault can go by it.
///
/// Understood are requests in path style, `/bucket/key`. Requests about anything else of a bucket
/// or an object, such as its tags, its policy or its versions, are `other`.
public enum S3Operation: String, CaseIterable, Sendable {
    case getObject = "GetObject"
    case headObject = "HeadObject"
    case putObject = "PutObject"
    case copyObject = "CopyObject"
    case deleteObject = "DeleteObject"
    case deleteObjects = "DeleteObjects"
    case listObjects = "ListObjects"
    case listObjectsV2 = "ListObjectsV2"
    case listBuckets = "ListBuckets"
    case createBucket = "CreateBucket"
    case deleteBucket = "DeleteBucket"
    case headBucket = "HeadBucket"
    case createMultipartUpload = "CreateMultipartUpload"
    case uploadPart = "UploadPart"
    case uploadPartCopy = "UploadPartCopy"
    case completeMultipartUpload = "CompleteMultipartUpload"
    case abortMultipartUpload = "AbortMultipartUpload"
    case listParts = "ListParts"
    case listMultipartUploads = "ListMultipartUploads"
    case other = "Other"

    /// - Parameters:
    ///   - target: path and query, as sent.
    ///   - isCopy: the request names a source to copy from (`x-amz-copy-source`).
    init(method: String, target: String, isCopy: Bool) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let names = parts[0].dropFirst()
            .split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count > 1 ? Self.query(parts[1]) : [:]
        if names.first?.isEmpty != false {
            self = method == "GET" && Self.hasNoSubresource(query) ? .listBuckets : .other
        } else if names.count < 2 || names[1].isEmpty {
            self = Self.ofBucket(method, query)
        } else {
            self = Self.ofObject(method, query, isCopy: isCopy)
        }
    }

    private static func ofBucket(_ method: String, _ query: [String: String]) -> S3Operation {
        switch method {
        case "GET" where query["uploads"] != nil: .listMultipartUploads
        case "POST" where query["delete"] != nil: .deleteObjects
        case _ where !hasNoSubresource(query): .other
        case "GET": query["list-type"] == "2" ? .listObjectsV2 : .listObjects
        case "HEAD": .headBucket
        case "PUT": .createBucket
        case "DELETE": .deleteBucket
        default: .other
        }
    }

    private static func ofObject(
        _ method: String, _ query: [String: String], isCopy: Bool
    ) -> S3Operation {
        let isOfUpload = query["uploadId"] != nil
        return switch method {
        case "GET" where isOfUpload: .listParts
        case "PUT" where isOfUpload && query["partNumber"] != nil:
            isCopy ? .uploadPartCopy : .uploadPart
        case "POST" where query["uploads"] != nil: .createMultipartUpload
        case "POST" where isOfUpload: .completeMultipartUpload
        case "DELETE" where isOfUpload: .abortMultipartUpload
        case _ where isOfUpload || !hasNoSubresource(query): .other
        case "GET": .getObject
        case "HEAD": .headObject
        case "PUT": isCopy ? .copyObject : .putObject
        case "DELETE": .deleteObject
        default: .other
        }
    }

    /// What a query may name that is neither the bucket's list nor the object's content.
    private static let subresources: Set<String> = [
        "accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption",
        "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "location", "logging",
        "metadataTable", "metrics", "notification", "object-lock", "ownershipControls", "policy",
        "policyStatus", "publicAccessBlock", "renameObject", "replication", "requestPayment",
        "restore", "retention", "select", "session", "tagging", "torrent", "uploads", "versioning",
        "versions", "website",
    ]

    private static func hasNoSubresource(_ query: [String: String]) -> Bool {
        query.keys.allSatisfy { !subresources.contains($0) }
    }

    private static func query(_ text: Substring) -> [String: String] {
        var values: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = sides[0].removingPercentEncoding ?? String(sides[0])
            values[name] = sides.count > 1 ? String(sides[1]) : ""
        }
        return values
    }
}
