import LMDB
import Testing

struct ScanTests {
    private struct Stop: Error {}

    private let store: TestStore

    init() throws {
        store = try TestStore()
    }

    @Test(arguments: NameScan.all)
    func aScanBeginsAtItsStart(_ scan: NameScan) throws {
        try store.put(for: ["b", "d", "f"].map { Key.name($0) }, in: store.names)
        let keys = try store.keys(
            of: store.names, from: scan.start.map { Key.name($0) }, direction: scan.direction)
        #expect(keys == scan.expected.map { Key.name(String($0)) })
    }

    @Test(arguments: NumberScan.all)
    func aScanOfNumbersBeginsAtItsStart(_ scan: NumberScan) throws {
        try store.put(for: [1, 255, 256, 65_536].map { Key.integer($0) }, in: store.numbers)
        let keys = try store.keys(
            of: store.numbers, from: .integer(scan.start), direction: scan.direction)
        #expect(keys == scan.expected.map { Key.integer($0) })
    }

    @Test(arguments: [ScanDirection.forward, .backward])
    func anEmptyDatabaseHasNothingToScan(direction: ScanDirection) throws {
        #expect(try store.keys(of: store.names, direction: direction).isEmpty)
        let start = Key.name("a")
        #expect(try store.keys(of: store.names, from: start, direction: direction).isEmpty)
    }

    @Test func aScanCrossesPagesInBothDirections() throws {
        let keys = (0..<5000).map { Key.integer($0) }
        try store.put([UInt8](repeating: 1, count: 50), for: keys, in: store.numbers)
        #expect(try store.keys(of: store.numbers) == keys)
        #expect(try store.keys(of: store.numbers, direction: .backward) == keys.reversed())
    }

    @Test func aScanStopsWhenToldTo() throws {
        try store.put(for: (0..<9).map { Key.integer($0) }, in: store.numbers)
        var seen: [Key] = []
        try store.environment.read { transaction in
            try transaction.forEach(in: store.numbers, from: .integer(3)) { key, _ in
                seen.append(key)
                return seen.count < 2 ? .continue : .stop
            }
        }
        #expect(seen == [.integer(3), .integer(4)])
    }

    @Test func aScanHandsOverKeysWithTheirValues() throws {
        for number in UInt8(0)..<3 {
            try store.put([number, 9], for: [.integer(UInt64(number))], in: store.numbers)
        }
        var keys: [Key] = []
        var values: [[UInt8]] = []
        try store.environment.read { transaction in
            try transaction.forEach(in: store.numbers) { key, value in
                keys.append(key)
                values.append(value.withUnsafeBytes { Array($0) })
                return .continue
            }
        }
        #expect(keys == [.integer(0), .integer(1), .integer(2)])
        #expect(values == [[0, 9], [1, 9], [2, 9]])
    }

    @Test func anErrorInABodyEndsTheScanAndNotTheTransaction() throws {
        try store.put(for: [.integer(1), .integer(2)], in: store.numbers)
        try store.environment.write { transaction in
            do {
                try transaction.forEach(in: store.numbers) { _, _ in throw Stop() }
                Issue.record("the error was not thrown on")
            } catch is Stop {}
            try transaction.put([3], for: .integer(3), in: store.numbers)
            try transaction.commit()
        }
        #expect(try store.count(of: store.numbers) == 3)
    }

    @Test func aScanInsideAWriteSeesWhatItWrote() throws {
        try store.put(for: [.integer(1), .integer(2)], in: store.numbers)
        let keys = try store.environment.write { transaction in
            try transaction.put([3], for: .integer(3), in: store.numbers)
            try transaction.remove(.integer(1), in: store.numbers)
            var keys: [Key] = []
            try transaction.forEach(in: store.numbers) { key, _ in
                keys.append(key)
                return .continue
            }
            return keys
        }
        #expect(keys == [.integer(2), .integer(3)])
        #expect(try store.keys(of: store.numbers) == [.integer(1), .integer(2)])
    }

    @Test func theLastEntryIsTheGreatest() throws {
        let none = try store.environment.read { transaction in
            try transaction.last(of: store.numbers)?.key
        }
        #expect(none == nil)
        for number in [256, 1, 255] as [UInt64] {
            try store.put([UInt8(number & 255)], for: [.integer(number)], in: store.numbers)
        }
        let last = try store.environment.read { transaction in
            try transaction.last(of: store.numbers)
        }
        #expect(last?.key == .integer(256))
        #expect(last?.value == [0])
    }
}

/// A scan over the names b, d and f.
struct NameScan: CustomTestStringConvertible {
    let start: String?
    let direction: ScanDirection
    let expected: String

    var testDescription: String { "\(direction) from \(start ?? "the end")" }

    static let all = [
        NameScan(start: nil, direction: .forward, expected: "bdf"),
        NameScan(start: "a", direction: .forward, expected: "bdf"),
        NameScan(start: "b", direction: .forward, expected: "bdf"),
        NameScan(start: "c", direction: .forward, expected: "df"),
        NameScan(start: "d", direction: .forward, expected: "df"),
        NameScan(start: "f", direction: .forward, expected: "f"),
        NameScan(start: "ff", direction: .forward, expected: ""),
        NameScan(start: nil, direction: .backward, expected: "fdb"),
        NameScan(start: "z", direction: .backward, expected: "fdb"),
        NameScan(start: "f", direction: .backward, expected: "fdb"),
        NameScan(start: "e", direction: .backward, expected: "db"),
        NameScan(start: "d", direction: .backward, expected: "db"),
        NameScan(start: "b", direction: .backward, expected: "b"),
        NameScan(start: "a", direction: .backward, expected: ""),
    ]
}

/// A scan over 1, 255, 256 and 65,536, whose bytes in memory are in another order.
struct NumberScan: CustomTestStringConvertible {
    let start: UInt64
    let direction: ScanDirection
    let expected: [UInt64]

    var testDescription: String { "\(direction) from \(start)" }

    static let all = [
        NumberScan(start: 0, direction: .forward, expected: [1, 255, 256, 65_536]),
        NumberScan(start: 2, direction: .forward, expected: [255, 256, 65_536]),
        NumberScan(start: 256, direction: .forward, expected: [256, 65_536]),
        NumberScan(start: 257, direction: .forward, expected: [65_536]),
        NumberScan(start: .max, direction: .forward, expected: []),
        NumberScan(start: .max, direction: .backward, expected: [65_536, 256, 255, 1]),
        NumberScan(start: 65_535, direction: .backward, expected: [256, 255, 1]),
        NumberScan(start: 256, direction: .backward, expected: [256, 255, 1]),
        NumberScan(start: 1, direction: .backward, expected: [1]),
        NumberScan(start: 0, direction: .backward, expected: []),
    ]
}
