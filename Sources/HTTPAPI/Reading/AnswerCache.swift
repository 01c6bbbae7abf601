internal import NIOCore
internal import Synchronization

/// Which answer it is.
enum AnswerKey: Hashable, Sendable {
    case page(path: String, RowQuery)
    case test(UInt64)
    case part(TestPart, ofTest: UInt64, RowQuery)
    /// Of these days: the same period has others tomorrow.
    case statistics(StatisticsQuery, days: ClosedRange<String>)
}

/// Answers that were given at one position of the log. At the same position they are the same, so
/// a dashboard that asks again and again costs little; whatever is appended forgets them.
final class AnswerCache: Sendable {
    /// Longer answers are not kept.
    private static let maximumAnswer = 1 << 22
    private static let maximumBytes = 1 << 24
    private static let maximumAnswers = 1000

    private struct State {
        var position: UInt64 = 0
        var answers: [AnswerKey: ByteBuffer] = [:]
        var bytes = 0
    }

    private let state = Mutex(State())

    func answer(_ key: AnswerKey, at position: UInt64) -> ByteBuffer? {
        state.withLock { $0.position == position ? $0.answers[key] : nil }
    }

    /// - Parameter position: the head of the log before the answer was begun.
    func keep(_ answer: ByteBuffer, _ key: AnswerKey, at position: UInt64) {
        let size = answer.readableBytes
        if size > Self.maximumAnswer { return }
        state.withLock { state in
            if position < state.position { return }
            if position > state.position || state.bytes + size > Self.maximumBytes
                || state.answers.count == Self.maximumAnswers
            {
                state = State(position: position)
            }
            if let before = state.answers.updateValue(answer, forKey: key) {
                state.bytes -= before.readableBytes
            }
            state.bytes += size
        }
    }
}
