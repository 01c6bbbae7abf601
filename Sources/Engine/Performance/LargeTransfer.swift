internal import Crypto
internal import S3

/// Writes large objects in parts and reads them back.
struct LargeTransfer: Sendable {
    struct Result: Codable, Sendable {
        /// SHA-256 of each object as it was read back; `nil` for one that was not.
        var digests: [[UInt8]?] = []
        /// Both ways, of objects that went whole.
        var bytesMoved = 0
        var took: Duration = .zero
        /// Why objects were not written or not read.
        var problems: [String] = []
    }

    let client: S3Client
    let bucket: String
    let keys: DrillKeys
    let seed: UInt64

    /// One object after the other.
    func run(count: Int, bytes: Int) async -> Result {
        var result = Result()
        for number in 0..<count {
            let object = LargeObject(number, bytes: bytes, seed: seed)
            let start = ContinuousClock.now
            do {
                try await client.upload(object, to: keys.large(number), in: bucket)
                result.bytesMoved += bytes
                result.digests.append(try await Self.digest(of: keys.large(number), client, bucket))
                result.bytesMoved += bytes
            } catch {
                result.digests += Array(repeating: nil, count: number + 1 - result.digests.count)
                result.problems.append("object \(number): \(error)")
            }
            result.took += ContinuousClock.now - start
        }
        return result
    }

    /// SHA-256 of what is stored, however large it is.
    static func digest(
        of key: String, _ client: S3Client, _ bucket: String
    ) async throws -> [UInt8] {
        var hash = SHA256()
        for try await part in client.download(key, in: bucket) { hash.update(data: part) }
        return Array(hash.finalize())
    }
}
