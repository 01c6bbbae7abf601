internal import FoundationEssentials
internal import LMDB

/// How an entry is stored: JSON of everything but the body, the length of that before it, then the
/// body.
extension OperationQueue {
    private struct Header: Codable {
        let key: String
        /// `nil` for a delete.
        let metadata: [String: String]?
        let epoch: UInt64?
        /// Milliseconds since 1970.
        let added: Int64?
    }

    static func encode(_ entry: QueueEntry) throws -> [UInt8] {
        let operation = entry.operation
        var (metadata, body): ([String: String]?, [UInt8]) = (nil, [])
        if case .put(let bytes, let names) = operation.action { (metadata, body) = (names, bytes) }
        let header = Header(
            key: operation.key, metadata: metadata, epoch: operation.epoch,
            added: milliseconds(entry.added))
        let json = Array(try JSONEncoder().encode(header))
        let length = (0..<4).map { UInt8(truncatingIfNeeded: json.count >> (24 - 8 * $0)) }
        return length + json + body
    }

    static func decode(_ key: Key, _ value: RawSpan) throws -> QueueEntry {
        let bytes = value.withUnsafeBytes { Array($0) }
        let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let damaged = OperationQueueError(
            code: .damaged, message: "an entry of the queue is damaged")
        guard case .integer(let number) = key, bytes.count >= 4 + length else { throw damaged }
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: Data(bytes[4..<4 + length]))
        } catch {
            throw damaged
        }
        let body = Array(bytes[(4 + length)...])
        let action = header.metadata.map { QueuedOperation.Action.put(body: body, metadata: $0) }
        let operation = QueuedOperation(
            key: header.key, action: action ?? .delete, epoch: header.epoch ?? 0)
        return QueueEntry(number: number, operation: operation, added: date(header.added ?? 0))
    }

    static func milliseconds(_ date: Date) -> Int64 {
        Int64((date.timeIntervalSince1970 * 1000).rounded())
    }

    static func date(_ milliseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000)
    }

    static let nextMark = Key.name("next")

    static func bytes(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    static func number(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
