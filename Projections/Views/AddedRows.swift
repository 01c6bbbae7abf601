internal import Wire

/// Rows with ascending ids, one after another in one buffer.
struct AddedRows: Sendable {
    struct Row: Sendable {
        let id: UInt64
        let test: UInt64
        /// When its event was recorded.
        let recorded: UInt64
        /// Where its JSON stands in the buffer.
        let place: Range<Int>
    }

    private(set) var rows: [Row] = []
    private var writer = JSONWriter()

    var bytes: [UInt8] { writer.bytes }

    mutating func append(
        id: UInt64, test: UInt64, recorded: UInt64, _ write: (UInt64, inout JSONWriter) -> Void
    ) {
        let start = writer.begin()
        writer.object { write(id, &$0) }
        rows.append(
            Row(id: id, test: test, recorded: recorded, place: start..<writer.bytes.count))
    }

    mutating func append(id: UInt64, test: UInt64, recorded: UInt64, json: [UInt8]) {
        let start = writer.begin()
        writer.json(json)
        rows.append(
            Row(id: id, test: test, recorded: recorded, place: start..<writer.bytes.count))
    }

    func json(of row: Row) -> [UInt8] { Array(writer.bytes[row.place]) }

    private static let testName = Array(#","test_id":"#.utf8)

    /// The test that a stored row is about: the second member of its JSON, after the id.
    static func test(ofRow json: [UInt8]) -> UInt64? {
        guard let end = json.firstIndex(of: UInt8(ascii: ",")),
            json[end...].starts(with: testName)
        else { return nil }
        let digits = json[(end + testName.count)...].prefix {
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
        }
        return digits.reduce(0) { $0 &* 10 &+ UInt64($1 - UInt8(ascii: "0")) }
    }

    /// What is stored under a key: the JSON of a row, or its place in the index.
    func value(_ key: [UInt8]) -> [UInt8]? {
        switch key.first {
        case RowKey.row where key.count == 9:
            return row(RowKey.number(key.dropFirst())).map { json(of: $0) }
        case RowKey.index where key.count == 17:
            guard let row = row(RowKey.number(key.suffix(8))),
                row.test == RowKey.number(key[1..<9])
            else { return nil }
            return RowKey.bigEndian(row.recorded)
        default: return nil
        }
    }

    private func row(_ id: UInt64) -> Row? {
        let index = firstIndex { $0.id >= id }
        return index < rows.count && rows[index].id == id ? rows[index] : nil
    }

    mutating func drop(recordedBefore time: UInt64) {
        rows.removeFirst(firstIndex { $0.recorded >= time })
    }

    /// - Parameter isReached: false for the first rows, true for all others.
    private func firstIndex(_ isReached: (Row) -> Bool) -> Int {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = low + (high - low) / 2
            if isReached(rows[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        writer.startOver()
    }

    /// In the order of their places in the index.
    var byTest: [Row] { rows.sorted { ($0.test, $0.id) < ($1.test, $1.id) } }

    /// Goes through what is to be stored, in the order of the keys.
    func forEach(_ body: (_ key: [UInt8], _ value: [UInt8]) throws -> Void) rethrows {
        for row in byTest {
            try body(
                RowKey.index(test: row.test, row: row.id), RowKey.bigEndian(row.recorded))
        }
        for row in rows { try body(RowKey.row(row.id), json(of: row)) }
    }
}
