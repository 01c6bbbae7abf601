internal import DRTesting
internal import FoundationEssentials
internal import S3

/// Keeps two data directories from drilling one storage at once: an object that only one of them
/// can create.
///
/// A runner that died leaves its lease behind. The data directory that knows the run as over may
/// take it; for others it runs out by itself.
struct TargetLease: Sendable {
    static let key = "dr-test/lease.json"

    private struct Content: Codable, Equatable {
        let runKey: String
        /// Seconds since 1970.
        let expires: Double
    }

    let client: S3Client
    let bucket: String
    let runKey: String
    /// Whether nobody runs the run of this key any more.
    let isOver: @Sendable (_ runKey: String) async throws -> Bool

    /// - Throws: `RunnerError` with `.busy` if somebody else drills this storage.
    func take(for duration: Duration) async throws {
        let expires = Date().timeIntervalSince1970 + Double(duration.milliseconds) / 1000
        let body = Array(try JSONEncoder().encode(Content(runKey: runKey, expires: expires)))
        do {
            try await put(body, if: .absent)
        } catch let error as S3Error where error.code == .preconditionFailed {
            // In place of one that nobody needs, and only of that one: two cannot both succeed.
            try await put(body, if: .matches(try await abandonedLease()))
        }
    }

    private func put(_ body: [UInt8], if condition: S3Client.Condition) async throws {
        do {
            try await client.put(
                body, to: Self.key, in: bucket, contentType: "application/json", if: condition)
        } catch let error as S3Error where error.code == .preconditionFailed {
            if case .matches = condition {
                throw RunnerError(.busy, "another runner has just begun to drill this storage")
            }
            throw error
        }
    }

    /// - Returns: the ETag of a lease that has run out, or whose run is over.
    private func abandonedLease() async throws -> String {
        let object = try await client.get(Self.key, in: bucket)
        let holder = try? JSONDecoder().decode(Content.self, from: Data(object.body))
        if let holder {
            if holder.expires < Date().timeIntervalSince1970 { return object.etag }
            if try await isOver(holder.runKey) { return object.etag }
        }
        throw RunnerError(
            .busy,
            "run \(holder?.runKey ?? "of an unknown runner") drills this storage; its lease is "
                + "\(Self.key) in \(bucket)")
    }

    /// Removes the lease of a run that is over.
    ///
    /// - Returns: the key of that run; `nil` if there is no such lease.
    func removeAbandoned() async throws -> String? {
        do {
            let object = try await client.get(Self.key, in: bucket)
            let holder = try JSONDecoder().decode(Content.self, from: Data(object.body))
            guard try await isOver(holder.runKey) else { return nil }
            try await client.delete(Self.key, in: bucket)
            return holder.runKey
        } catch let error as S3Error where error.code == .noSuchKey {
            return nil
        }
    }

    /// Removes the lease if it is this run's.
    func release() async throws {
        do {
            let object = try await client.get(Self.key, in: bucket)
            let holder = try JSONDecoder().decode(Content.self, from: Data(object.body))
            if holder.runKey == runKey { try await client.delete(Self.key, in: bucket) }
        } catch let error as S3Error where error.code == .noSuchKey {
            return
        }
    }
}
