internal import Dispatch
internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// A table as it is sent. Whoever lets go of it, sent or not, stops its building.
final class PastTable: Sendable {
    private let first: [UInt8]
    private let pieces: TablePieces

    /// Returns when the first piece is there.
    ///
    /// - Throws: why there is none.
    init(_ pieces: TablePieces) async throws {
        do {
            self.first = try await pieces.next() ?? []
        } catch {
            pieces.drop()
            throw error
        }
        self.pieces = pieces
    }

    deinit { pieces.drop() }

    /// In the envelope of every answer.
    var body: ResponseBody {
        ResponseBody { [self] writer in
            try await writer.write(ByteBuffer(bytes: Envelope.opening() + first))
            while let piece = try await pieces.next() {
                try await writer.write(ByteBuffer(bytes: piece))
            }
            try await writer.write(ByteBuffer(bytes: Envelope.closing()))
            try await writer.finish(nil)
        }
    }
}

/// The pieces of a table between the thread that builds it and the client: only a few wait.
final class TablePieces: Sendable {
    private static let room = 4
    /// A client that takes nothing for so many seconds is given up.
    private static let patience = 30

    private let stream: AsyncThrowingStream<[UInt8], any Error>
    private let continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation
    private let free = DispatchSemaphore(value: 0)
    private let isDropped = Atomic(false)

    init() {
        (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        for _ in 0..<Self.room { free.signal() }
    }

    /// Blocks while there is no room.
    ///
    /// - Throws: `CancellationError` if nobody takes the pieces.
    func put(_ piece: [UInt8]) throws {
        let hasRoom = free.wait(timeout: .now() + .seconds(Self.patience)) == .success
        guard hasRoom, !isDropped.load(ordering: .acquiring) else { throw CancellationError() }
        continuation.yield(piece)
    }

    /// - Parameter error: why there are no more; `nil` if that was all.
    func finish(_ error: (any Error)?) { continuation.finish(throwing: error) }

    /// Only one asks at a time.
    func next() async throws -> [UInt8]? {
        var iterator = stream.makeAsyncIterator()
        let piece = try await iterator.next()
        free.signal()
        return piece
    }

    /// Nobody takes the pieces any more.
    func drop() {
        isDropped.store(true, ordering: .releasing)
        free.signal()
    }
}
