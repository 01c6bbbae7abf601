public import Hummingbird
internal import NIOCore

/// How often somebody may ask. A bucket of `burst` requests fills again with `perSecond`; 0 of
/// these is no limit.
public struct RequestRate: Equatable, Sendable {
    public var perSecond: Int
    public var burst: Int

    public init(perSecond: Int, burst: Int) { (self.perSecond, self.burst) = (perSecond, burst) }

    /// A page asks for much at once: a burst is what is due in ten seconds.
    public init(perSecond: Int) { self.init(perSecond: perSecond, burst: 10 * perSecond) }
}

/// What one request may take.
public enum Limits {
    /// The largest body in bytes: more than any event holds.
    public static let bodySize = 1 << 20
    /// How long a body may take to arrive.
    public static let bodyTime: Duration = .seconds(30)

    /// The body of a request.
    ///
    /// - Throws: `APIError` if it is too large, or takes too long to arrive.
    public static func body(
        of request: Request, upTo size: Int = bodySize, within time: Duration = bodyTime
    ) async throws -> [UInt8] {
        let body = request.body
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                let buffer = try await body.collect(upTo: size)
                return Array(buffer.readableBytesView)
            }
            group.addTask {
                try await Task.sleep(for: time)
                throw APIError(
                    .requestTimeout, code: "body_too_slow",
                    "the body of a request must arrive within \(time)")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }
}

/// Refuses a body that says of itself that it is too large, before it is sent.
struct BodySizeMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }),
            length > Limits.bodySize
        {
            throw APIError.tooLarge
        }
        return try await next(request, context)
    }
}

/// A bucket for each of those who ask, as of the last time that he did.
struct RequestBuckets: Sendable {
    /// So many are kept; then those are forgotten that have filled again.
    static let limit = 10_000

    private struct Bucket {
        var requests: Double
        /// Microseconds.
        var time: UInt64
    }

    private let rate: RequestRate
    private var buckets: [String: Bucket] = [:]

    init(rate: RequestRate) { self.rate = rate }

    /// Takes one request out of somebody's bucket.
    ///
    /// - Parameter now: microseconds since 1970.
    /// - Returns: after how many seconds it is worth to ask again; `nil` if there was one left.
    mutating func take(for name: String, at now: UInt64) -> Int? {
        guard rate.perSecond > 0 else { return nil }
        if buckets.count >= Self.limit && buckets[name] == nil { forgetFull(at: now) }
        var requests = buckets[name].map { filled($0, at: now) } ?? Double(rate.burst)
        defer { buckets[name] = Bucket(requests: requests, time: now) }
        if requests >= 1 {
            requests -= 1
            return nil
        }
        return max(Int(((1 - requests) / Double(rate.perSecond)).rounded(.up)), 1)
    }

    private func filled(_ bucket: Bucket, at now: UInt64) -> Double {
        let seconds = now > bucket.time ? Double(now - bucket.time) / 1_000_000 : 0
        return min(bucket.requests + seconds * Double(rate.perSecond), Double(rate.burst))
    }

    private mutating func forgetFull(at now: UInt64) {
        buckets = buckets.filter { filled($0.value, at: now) < Double(rate.burst) }
        // So many at once are an attack: what each had left does not count then. All of them are
        // looked at here, which must not come again with the next name.
        if buckets.count > Self.limit / 2 { buckets.removeAll(keepingCapacity: true) }
    }
}
