internal import ResilientStorage
internal import S3

/// What probes read, again and again.
protocol ProbedObject: Sendable {
    /// Writes it.
    func prepare() async throws
    /// Reads it on a new connection.
    ///
    /// - Returns: when the answer was complete.
    /// - Throws: `S3Error` if it was not served.
    func read() async throws -> ContinuousClock.Instant
}

/// An object in a bucket.
struct StoredProbe: ProbedObject {
    let client: S3Client
    let bucket: String
    let key: String

    func prepare() async throws {
        try await client.put(Probes.body, to: key, in: bucket)
    }

    func read() async throws -> ContinuousClock.Instant {
        try await client.get(key, in: bucket).finished
    }
}

/// An object behind a service, seen as a new user of the service would.
struct ServiceProbe: ProbedObject {
    let service: HTTPService
    let key: String
    /// Each request on a connection of its own.
    let sender: HTTPSender

    func prepare() async throws {
        let outcome = await service.put(Probes.body, to: key, metadata: [:])
        guard case .served = outcome else {
            throw RunnerError(.internal, "the probe's object could not be written: \(outcome)")
        }
    }

    func read() async throws -> ContinuousClock.Instant {
        switch await service.get(key, by: sender) {
        case .served(.some, let finished): return finished
        case .served(.none, let finished):
            throw S3Error(
                .noSuchKey, message: "the probe's object is not there", finished: finished)
        case .failed(let error), .indeterminate(let error): throw error
        case .deferred(_, let finished), .refused(_, let finished):
            throw S3Error(.serviceUnavailable, message: "refused", finished: finished)
        }
    }
}
