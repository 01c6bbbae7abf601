/// A file of the tz database, as RFC 9636 describes it: a table of changes, and what goes on after
/// the last of them.
struct TZifFile {
    /// No zone there is comes near it.
    private static let maximumChanges = 10_000
    /// Seconds; beyond it lies no time of anybody.
    private static let times = -1 << 59...1 << 59

    private(set) var firstOffset = 0
    private(set) var changes: [TimeZoneRules.Change] = []
    private(set) var rule: YearlyClockChange?

    init(_ bytes: [UInt8]) throws(TZifError) {
        var reader = TZifReader(bytes)
        var header = try TZifHeader(&reader)
        if header.version == 0 {
            try readTable(header, timeSize: 4, from: &reader)
            return
        }
        // The first table is for readers who know of no other. The same follows with longer times.
        try reader.skip(header.size(timeSize: 4))
        header = try TZifHeader(&reader)
        try readTable(header, timeSize: 8, from: &reader)
        try readFooter(from: &reader)
    }

    private mutating func readTable(
        _ header: TZifHeader, timeSize: Int, from reader: inout TZifReader
    ) throws(TZifError) {
        if header.leapSeconds > 0 { throw TZifError("it counts leap seconds") }
        guard header.types > 0, header.times <= Self.maximumChanges else {
            throw TZifError("its counts cannot be")
        }
        var times: [Int] = []
        for _ in 0..<header.times { times.append(try reader.integer(size: timeSize)) }
        var types: [Int] = []
        for _ in 0..<header.times { types.append(try reader.byte()) }
        var offsets: [Int] = []
        for _ in 0..<header.types {
            offsets.append(try reader.integer(size: 4))
            // Whether it is daylight saving time, and where its name begins.
            try reader.skip(2)
        }
        try reader.skip(header.sizeOfRest(timeSize: timeSize))
        try take(times, types, offsets)
    }

    private mutating func take(
        _ times: [Int], _ types: [Int], _ offsets: [Int]
    ) throws(TZifError) {
        guard offsets.allSatisfy({ abs($0) < TimeZoneRules.offsetLimit }) else {
            throw TZifError("a clock is more than a day ahead or behind")
        }
        firstOffset = offsets[0]
        for (time, type) in zip(times, types) {
            guard offsets.indices.contains(type) else { throw TZifError("its counts cannot be") }
            guard Self.times.contains(time), changes.last.map({ $0.time < time }) ?? true else {
                throw TZifError("its times are not in order")
            }
            changes.append(.init(time: time, offset: offsets[type]))
        }
    }

    /// A rule between two line feeds; none if it is not known what comes.
    private mutating func readFooter(from reader: inout TZifReader) throws(TZifError) {
        let lines = reader.rest.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count == 3, lines[0].isEmpty, lines[2].isEmpty else {
            throw TZifError("its last line is missing")
        }
        if lines[1].isEmpty { return }
        switch try ClockRuleParser.parse(String(decoding: lines[1], as: UTF8.self)) {
        case .always(let offset):
            if changes.isEmpty { firstOffset = offset }
        case .yearly(let rule): self.rule = rule
        }
    }
}

/// What is wrong with the file of a time zone.
struct TZifError: Error, Equatable {
    let message: String

    init(_ message: String) { self.message = message }
}

/// What comes in a table of such a file, and how much.
private struct TZifHeader {
    let version: Int
    private let universalMarks: Int
    private let standardMarks: Int
    let leapSeconds: Int
    let times: Int
    let types: Int
    private let nameBytes: Int

    init(_ reader: inout TZifReader) throws(TZifError) {
        for expected in "TZif".utf8 {
            let found = try reader.byte()
            if found != Int(expected) { throw TZifError("it is no file of the tz database") }
        }
        version = try reader.byte()
        try reader.skip(15)
        universalMarks = try reader.count()
        standardMarks = try reader.count()
        leapSeconds = try reader.count()
        times = try reader.count()
        types = try reader.count()
        nameBytes = try reader.count()
    }

    func size(timeSize: Int) -> Int {
        times * (timeSize + 1) + types * 6 + sizeOfRest(timeSize: timeSize)
    }

    /// What follows the offsets.
    func sizeOfRest(timeSize: Int) -> Int {
        nameBytes + leapSeconds * (timeSize + 4) + standardMarks + universalMarks
    }
}

/// Reads numbers, the most significant byte first.
private struct TZifReader {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    var rest: ArraySlice<UInt8> { bytes }

    mutating func byte() throws(TZifError) -> Int {
        guard let byte = bytes.popFirst() else { throw TZifError("it ends too early") }
        return Int(byte)
    }

    mutating func skip(_ count: Int) throws(TZifError) {
        if count > bytes.count { throw TZifError("it ends too early") }
        bytes.removeFirst(count)
    }

    /// Not negative, of four bytes.
    mutating func count() throws(TZifError) -> Int {
        let count = try integer(size: 4)
        if count < 0 { throw TZifError("its counts cannot be") }
        return count
    }

    /// With a sign.
    mutating func integer(size: Int) throws(TZifError) -> Int {
        var value: UInt64 = 0
        for _ in 0..<size {
            let next = try byte()
            value = value << 8 | UInt64(next)
        }
        return size == 4 ? Int(Int32(truncatingIfNeeded: value)) : Int(truncatingIfNeeded: value)
    }
}
