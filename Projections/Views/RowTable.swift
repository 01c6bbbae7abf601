internal import DRTesting
internal import Wire

/// The rows of one view while events are folded into it.
///
/// What is folded stays in memory until the batch ends, so that a row that changes with every event
/// is written once. Rows that were added by `add` are in one buffer: they are never changed, only
/// dropped together, the oldest first.
public struct RowTable: Sendable {
    private typealias Values = [[UInt8]: [UInt8]?]

    /// What was written before; `nil` if everything is in memory.
    private let base: StoredRows?
    /// Rows of another test are counted, and left out.
    private let onlyTest: UInt64?
    private var changed: Values = [:]
    /// Copies of what was written before.
    private var unchanged: Values = [:]
    /// The hashes of all keys that were ever written; `nil` if they are not known. What is not
    /// among them need not be looked for.
    private var writtenKeys: Set<Int>?
    private(set) var added = AddedRows()
    private(set) var dropped: [AddedRows.Row] = []
    /// Rows with lesser ids were dropped.
    private var firstKept: UInt64 = 0
    /// How many rows were ever added, if that is known.
    private var count: UInt64?
    /// By stream; `nil` for one that is not about a test.
    private var tests: [UInt64: UInt64?] = [:]
    /// What was put off: by test, a position.
    private var late: [UInt64: UInt64] = [:]

    /// - Parameter isEmpty: nothing was written to the base before.
    init(_ base: StoredRows? = nil, onlyTest: UInt64? = nil, isEmpty: Bool = false) {
        (self.base, self.onlyTest) = (base, onlyTest)
        writtenKeys = isEmpty ? [] : nil
    }

    public mutating func value(_ key: [UInt8]) throws -> [UInt8]? {
        if let known = inMemory(key) { return known }
        guard let base, !isDropped(key) else { return nil }
        if let known = unchanged[key] { return known }
        if let writtenKeys, count == nil || !isOfAddedRow(key),
            !writtenKeys.contains(key.hashValue)
        {
            return nil
        }
        let value = try base.value(key)
        unchanged.updateValue(value, forKey: key)
        return value
    }

    /// What this table alone says of a key.
    func inMemory(_ key: [UInt8]) -> [UInt8]?? {
        if let known = changed[key] { return .some(known) }
        return added.value(key).map { .some($0) }
    }

    public mutating func put(_ value: [UInt8], _ key: [UInt8]) throws {
        changed.updateValue(value, forKey: key)
    }

    public mutating func remove(_ key: [UInt8]) throws {
        changed.updateValue(nil, forKey: key)
    }
}

// MARK: Rows of tests

extension RowTable {
    /// The test that a stream is about: remembered from its first event.
    mutating func test(of record: TestRecord) throws -> UInt64? {
        let stream = record.stream
        if case .runRequested = record.event {
            try put(RowKey.bigEndian(record.position), RowKey.stream(stream))
            tests.updateValue(record.position, forKey: stream)
            return record.position
        }
        if let known = tests[stream] { return known }
        let test = try value(RowKey.stream(stream)).map { RowKey.number($0) }
        tests.updateValue(test, forKey: stream)
        return test
    }

    /// Adds a row with the next id, and its place in the index of its test.
    mutating func add(
        to test: UInt64, _ record: TestRecord, _ write: (UInt64, inout JSONWriter) -> Void
    ) throws {
        let earlier = try count ?? value(RowKey.count).map { RowKey.number($0) } ?? 0
        let id = earlier + 1
        count = id
        if let onlyTest, test != onlyTest { return }
        added.append(id: id, test: test, recorded: record.recorded, write)
    }

    /// Drops the rows of which the events were recorded before a time.
    ///
    /// No event is recorded earlier than the one before: these are the rows with the least ids.
    mutating func dropRows(recordedBefore time: UInt64) throws {
        if let base {
            let old = try base.rows(from: firstKept, recordedBefore: time)
            dropped += old.rows
            if let last = old.rows.last { firstKept = last.id + 1 }
            if old.areYoungerLeft { return }
        }
        added.drop(recordedBefore: time)
    }

    private func isDropped(_ key: [UInt8]) -> Bool {
        firstKept > 0 && isOfAddedRow(key) && RowKey.number(key.suffix(8)) < firstKept
    }

    private func isOfAddedRow(_ key: [UInt8]) -> Bool {
        (key.first == RowKey.row && key.count == 9)
            || (key.first == RowKey.index && key.count == 17)
    }

    /// Leaves something about a test to the end of the batch: the last position given counts.
    mutating func putOff(_ test: UInt64, _ position: UInt64) { late[test] = position }

    mutating func takePutOff() -> [(test: UInt64, position: UInt64)] {
        defer { late.removeAll(keepingCapacity: true) }
        return late.map { (test: $0.key, position: $0.value) }.sorted { $0.test < $1.test }
    }
}

// MARK: What came of it

extension RowTable {
    /// More than this is not remembered from one batch to the next.
    private static let maximumRemembered = 4096
    private static let maximumTests = 1 << 20
    private static let maximumKeys = 1 << 20

    /// In the order of their keys, without the rows that were added. A row without a value was
    /// removed.
    var changes: [(key: [UInt8], value: [UInt8]?)] {
        var all = changed
        if let count { all.updateValue(RowKey.bigEndian(count), forKey: RowKey.count) }
        return all.map { (key: $0.key, value: $0.value) }.sorted { RowKey.isBefore($0.key, $1.key) }
    }

    /// Goes through everything in the order of the keys. For a table that is wholly in memory.
    func forEachRow(_ body: (_ key: [UInt8], _ value: [UInt8]) throws -> Void) rethrows {
        var rest = changes[...]
        try added.forEach { key, value in
            while let next = rest.first, RowKey.isBefore(next.key, key) {
                if let value = next.value { try body(next.key, value) }
                rest.removeFirst()
            }
            // What was put under the same key later counts.
            if rest.first?.key != key { try body(key, value) }
        }
        for row in rest {
            if let value = row.value { try body(row.key, value) }
        }
    }

    /// The rows of one test: of `dr_tests` its own, of the others those of its index. For a table
    /// that is wholly in memory.
    func rows(ofTest test: UInt64, of view: any ReadModel.Type) -> [[UInt8]] {
        if view == TestsView.self {
            guard case .some(.some(let row)) = inMemory(RowKey.row(test)) else { return [] }
            return [row]
        }
        return added.rows.filter { $0.test == test }.map { added.json(of: $0) }
    }

    /// Everything is stored now.
    mutating func wasWritten() {
        if unchanged.count > Self.maximumRemembered { unchanged.removeAll() }
        for (key, value) in changed {
            unchanged.updateValue(value, forKey: key)
            writtenKeys?.insert(key.hashValue)
        }
        if let count = writtenKeys?.count, count > Self.maximumKeys { writtenKeys = nil }
        changed.removeAll(keepingCapacity: true)
        if tests.count > Self.maximumTests { tests.removeAll() }
        added.removeAll()
        dropped.removeAll()
    }

    /// Puts a stored row back in its place.
    ///
    /// - Parameter index: from the ids of rows that were added to their tests and times.
    mutating func restore(
        _ value: [UInt8], _ key: [UInt8], index: [UInt64: AddedRows.Row]
    ) throws {
        switch key.first {
        case RowKey.index where key.count == 17: return
        case RowKey.row:
            guard let row = index[RowKey.number(key.dropFirst())] else { break }
            if let onlyTest, row.test != onlyTest { return }
            return added.append(id: row.id, test: row.test, recorded: row.recorded, json: value)
        default: break
        }
        try put(value, key)
    }
}
