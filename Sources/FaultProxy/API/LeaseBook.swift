internal import Synchronization

/// A fault that holds for a time only, as the API knows it. Its number stays the same when the
/// proxy is started anew.
struct LeaseRecord: Sendable {
    enum State: String, Sendable {
        case held, lifted, expired
    }

    let id: String
    let proxy: String
    /// `nil` if the proxy is disabled by it.
    let toxic: String?
    var length: Duration
    let began: ContinuousClock.Instant
    let effective: ContinuousClock.Instant
    var deadline: ContinuousClock.Instant
    /// Tells those who wait for the deadline that there is a new one.
    var renewals = 0
    var state = State.held
    var ended: ContinuousClock.Instant?
    /// Known when it has ended.
    var struck = 0

    init(proxy: String, toxic: String?, length: Duration, lease: FaultLease) {
        var generator = SystemRandomNumberGenerator()
        id = String(generator.next(), radix: 16)
        (self.proxy, self.toxic, self.length) = (proxy, toxic, length)
        (began, effective) = (lease.began, lease.effective)
        deadline = lease.began + length
    }

    /// What the answer to its injection says of it.
    var grant: JSON {
        [
            "id": .string(id), "lease_ms": .integer(length.wholeMilliseconds),
            "began_ns": .integer(ProxyClock.nanoseconds(of: began)),
            "effective_ns": .integer(ProxyClock.nanoseconds(of: effective)),
        ]
    }

    /// - Parameter struck: how many it has struck so far.
    func json(struck: Int) -> JSON {
        [
            "id": .string(id), "proxy": .string(proxy), "toxic": .text(toxic),
            "lease_ms": .integer(length.wholeMilliseconds), "state": .string(state.rawValue),
            "began_ns": .integer(ProxyClock.nanoseconds(of: began)),
            "effective_ns": .integer(ProxyClock.nanoseconds(of: effective)),
            "ended_ns": .integerOrNull(ended.map { ProxyClock.nanoseconds(of: $0) }),
            "struck": .integer(struck),
        ]
    }
}

/// The leases of all proxies: those that are held, and the last ones that ended.
final class LeaseBook: Sendable {
    private static let maximumEnded = 10_000

    private struct Book {
        var records: [String: LeaseRecord] = [:]
        /// In the order in which they were granted.
        var order: [String] = []
    }

    private let book = Mutex(Book())

    subscript(id: String) -> LeaseRecord? { book.withLock { $0.records[id] } }

    var all: [LeaseRecord] {
        book.withLock { book in book.order.compactMap { book.records[$0] } }
    }

    func add(_ record: LeaseRecord) {
        book.withLock { book in
            book.records[record.id] = record
            book.order.append(record.id)
            // Seldom, so that a long list costs little for each lease.
            if book.order.count > 2 * Self.maximumEnded { Self.forgetEnded(&book) }
        }
    }

    private static func forgetEnded(_ book: inout Book) {
        let ended = book.order.filter { book.records[$0]?.state != .held }
        for id in ended.dropLast(maximumEnded) { book.records[id] = nil }
        book.order.removeAll { book.records[$0] == nil }
    }

    /// - Returns: the record as it is now; `nil` if it has ended.
    func renew(_ id: String, length: Duration, at now: ContinuousClock.Instant) -> LeaseRecord? {
        book.withLock { book in
            guard var record = book.records[id], record.state == .held else { return nil }
            record.length = length
            record.deadline = now + length
            record.renewals += 1
            book.records[id] = record
            return record
        }
    }

    /// What has ended stays as it ended.
    func end(_ id: String, _ ending: FaultEnding, struck: Int) {
        book.withLock { book in
            guard var record = book.records[id], record.state == .held else { return }
            record.state = ending.reason == .expired ? .expired : .lifted
            (record.ended, record.struck) = (ending.ended, struck)
            book.records[id] = record
        }
    }
}

extension Duration {
    var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
