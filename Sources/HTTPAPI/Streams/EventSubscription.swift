internal import NIOCore
internal import Synchronization

/// What one client of a stream is to get next, without a gap. Only so much waits for it: whoever
/// does not keep up is ended, and can go on with `Last-Event-ID` from the last event it got.
final class EventSubscription: Sendable {
    /// So much waits for one client. The bytes are shared by all that wait for them.
    static let maximumFrames = 2048
    static let maximumBytes = 4 << 20

    private struct State {
        var frames: [ByteBuffer] = []
        var bytes = 0
        /// What stands before it has been read already.
        var first: UInt64 = 0
        var waiting: CheckedContinuation<[ByteBuffer]?, Never>?
        var isEnded = false

        mutating func takeFrames() -> [ByteBuffer] {
            defer { (frames, bytes) = ([], 0) }
            return frames
        }
    }

    /// The number of the only stream that is followed; `nil` for all of the log.
    let stream: UInt64?
    /// Whose token it is that the client came with: it ends when that does.
    let caller: Caller
    private let state = Mutex(State())

    init(stream: UInt64? = nil, for caller: Caller) {
        (self.stream, self.caller) = (stream, caller)
    }

    var isEnded: Bool { state.withLock { $0.isEnded } }

    /// From now on only events from a position on are taken: whoever hands them out may be behind
    /// the client.
    func begin(at position: UInt64) { state.withLock { $0.first = position } }

    func offer(_ frame: EventFrame) {
        if let stream, stream != frame.stream { return }
        offer(frame.bytes, at: frame.position)
    }

    /// - Parameter position: of the event that the bytes are; those of none are always taken.
    func offer(_ bytes: ByteBuffer, at position: UInt64 = .max) {
        let waiting = state.withLock { state -> CheckedContinuation<[ByteBuffer]?, Never>? in
            if state.isEnded || position < state.first { return nil }
            if let waiting = state.waiting {
                state.waiting = nil
                return waiting
            }
            state.frames.append(bytes)
            state.bytes += bytes.readableBytes
            if state.frames.count > Self.maximumFrames || state.bytes > Self.maximumBytes {
                _ = state.takeFrames()
                state.isEnded = true
            }
            return nil
        }
        waiting?.resume(returning: [bytes])
    }

    /// Nothing more comes: what waits is still handed out.
    func end() {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            state.isEnded = true
            return state.waiting
        }
        waiting?.resume(returning: nil)
    }

    /// All that has come since the last time; waits if that is nothing. Only one asks at a time.
    ///
    /// - Returns: `nil` when it has ended, or the task is cancelled.
    func next() async -> [ByteBuffer]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Answer in
                    precondition(state.waiting == nil, "A subscription has one reader.")
                    if !state.frames.isEmpty { return .frames(state.takeFrames()) }
                    if state.isEnded { return .ended }
                    state.waiting = continuation
                    return .later
                }
                switch answer {
                case .frames(let frames): continuation.resume(returning: frames)
                case .ended: continuation.resume(returning: nil)
                case .later: break
                }
            }
        } onCancel: {
            end()
        }
    }

    private enum Answer {
        case frames([ByteBuffer])
        case ended
        case later
    }
}
