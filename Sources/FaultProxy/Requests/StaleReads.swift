internal import NIOCore
internal import NIOHTTP1

/// The first answers to reads since a fault began, as many as there is room for.
struct StaleReads: Sendable {
    private static let maximumBytes = 64 << 20

    private var answers: [String: OwnAnswer] = [:]
    private var targets = CircularBuffer<String>()
    private var bytes = 0

    subscript(target: String) -> OwnAnswer? { answers[target] }

    /// - Parameter target: path and query. What is remembered of it already stays.
    mutating func add(_ answer: OwnAnswer, for target: String) {
        guard answers[target] == nil else { return }
        answers[target] = answer
        targets.append(target)
        bytes += Self.size(of: answer, for: target)
        while bytes > Self.maximumBytes, let oldest = targets.popFirst() {
            guard let forgotten = answers.removeValue(forKey: oldest) else { continue }
            bytes -= Self.size(of: forgotten, for: oldest)
        }
    }

    private static func size(of answer: OwnAnswer, for target: String) -> Int {
        let headers = answer.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        return answer.body.storageCapacity + headers + 2 * target.utf8.count + 512
    }
}

/// Collects an answer of the storage that later reads may be given again.
struct ReadRecording {
    private static let maximumBody = 1 << 20

    /// Path and query of the read.
    let target: String
    private var headers: HTTPHeaders?
    private var body = ByteBuffer()

    init(target: String) { self.target = target }

    /// - Returns: the whole answer with its last part, if it is one to remember.
    mutating func add(_ part: HTTPClientResponsePart) -> OwnAnswer? {
        switch part {
        case .head(let head):
            if head.status == .ok { headers = Self.lasting(head.headers) }
        case .body(let piece):
            guard headers != nil else { return nil }
            body.writeImmutableBuffer(piece)
            guard body.readableBytes > Self.maximumBody else { return nil }
            (headers, body) = (nil, ByteBuffer())
        case .end:
            guard var headers else { return nil }
            headers.replaceOrAdd(name: "content-length", value: String(body.readableBytes))
            return OwnAnswer(status: 200, headers: headers, body: body)
        }
        return nil
    }

    /// Without what belongs to the connection that it came on.
    private static func lasting(_ headers: HTTPHeaders) -> HTTPHeaders {
        var headers = headers
        for name in ["connection", "keep-alive", "transfer-encoding", "trailer"] {
            headers.remove(name: name)
        }
        return headers
    }
}
