internal import Wire

/// What the log itself has written around an event, read in place: nothing is copied.
struct Envelope {
    private(set) var id = EventID(high: 0, low: 0)
    private(set) var recorded: UInt64 = 0
    private(set) var clock: UInt64 = 0
    private(set) var stream: UInt64 = 0
    private(set) var revision: UInt64 = 0
    /// Where the name of the stream stands, if it does.
    private var nameRange = 0..<0
    private(set) var following: UInt64 = 0
    private(set) var isOnce = false
    private(set) var number = 0
    /// Where the event stands in the value.
    private(set) var payload = 0..<0
    /// The value is exactly the bytes that the log writes for this record.
    private(set) var isCanonical = true

    /// - Throws: `WireError` for what is no record.
    init(of value: RawSpan) throws(WireError) {
        var fields = FieldCursor(end: value.byteCount)
        var (last, hasID) = (0, false)
        var clock: UInt64?
        while let field = try fields.next(in: value) {
            // The event is the last field, and each stands once.
            if field.number <= last || last >= 16 { isCanonical = false }
            last = field.number
            switch field.number {
            case 1:
                let range = try field.range()
                guard range.count == 16 else { throw WireError(.badValue, at: 0) }
                id = EventID(
                    high: value.bigEndian(at: range.lowerBound),
                    low: value.bigEndian(at: range.lowerBound + 8))
                hasID = true
            case 2: recorded = try number(field)
            case 3: clock = try field.varint()
            case 4: stream = try number(field)
            case 5: revision = try number(field)
            case 6: try readName(field, in: value)
            case 7: following = try number(field)
            case 8:
                let flag = try number(field)
                isOnce = flag != 0
                if flag != 1 { isCanonical = false }
            case 9...15: isCanonical = false
            default: (number, payload) = (field.number, try field.range())
            }
        }
        guard number >= 16 else { throw WireError(.badValue, at: 0) }
        self.clock = clock ?? recorded
        if !hasID || clock == recorded || !fields.isMinimal { isCanonical = false }
    }

    /// - Returns: `nil` for what is no record.
    init?(ofReadable value: RawSpan) {
        do throws(WireError) { try self.init(of: value) } catch { return nil }
    }

    /// A number that is left out if it is 0.
    private mutating func number(_ field: FieldCursor.Field) throws(WireError) -> UInt64 {
        let number = try field.varint()
        if number == 0 { isCanonical = false }
        return number
    }

    private mutating func readName(
        _ field: FieldCursor.Field, in value: RawSpan
    ) throws(WireError) {
        nameRange = try field.range()
        if nameRange.isEmpty { isCanonical = false }
        guard String(validating: value.bytes(in: nameRange), as: UTF8.self) != nil else {
            throw WireError(.notUTF8, at: nameRange.lowerBound)
        }
    }

    var hasStreamName: Bool { !nameRange.isEmpty }

    /// The name of the stream, in its first event only.
    func streamName(in value: RawSpan) -> String {
        hasStreamName ? String(decoding: value.bytes(in: nameRange), as: UTF8.self) : ""
    }

    /// The clock had gone back by more than a second, so the time recorded is that of an earlier
    /// event.
    var isHeldBack: Bool { Record.isHeldBack(recorded, clock: clock) }
}

/// Finds the fields of a message in place, and notices numbers written longer than necessary.
private struct FieldCursor {
    struct Field {
        let number: Int
        let start: Int
        fileprivate let type: UInt64
        /// A number, or where bytes begin.
        fileprivate let content: UInt64
        fileprivate let end: Int

        func varint() throws(WireError) -> UInt64 {
            guard type == 0 else { throw WireError(.typeMismatch, at: start) }
            return content
        }

        func range() throws(WireError) -> Range<Int> {
            guard type == 2 else { throw WireError(.typeMismatch, at: start) }
            return Int(content)..<end
        }
    }

    private var index = 0
    private let end: Int
    private(set) var isMinimal = true

    init(end: Int) { self.end = end }

    mutating func next(in value: RawSpan) throws(WireError) -> Field? {
        if index == end { return nil }
        let start = index
        let tag = try varint(in: value)
        guard (1...536_870_911).contains(tag >> 3) else { throw WireError(.badTag, at: start) }
        var content: UInt64 = 0
        switch tag & 7 {
        case 0: content = try varint(in: value)
        case 1: try skip(8, from: start)
        case 2:
            let count = try varint(in: value)
            content = UInt64(index)
            guard count <= UInt64(end - index) else { throw WireError(.truncated, at: start) }
            index += Int(count)
        case 5: try skip(4, from: start)
        default: throw WireError(.badTag, at: start)
        }
        return Field(
            number: Int(tag >> 3), start: start, type: tag & 7, content: content, end: index)
    }

    private mutating func skip(_ count: Int, from start: Int) throws(WireError) {
        guard end - index >= count else { throw WireError(.truncated, at: start) }
        index += count
    }

    private mutating func varint(in value: RawSpan) throws(WireError) -> UInt64 {
        let start = index
        var (number, shift) = (UInt64(0), UInt64(0))
        while index < end {
            // The line above has checked the bounds.
            let byte = value.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
            index += 1
            if byte < 0x80 && shift == 0 { return UInt64(byte) }
            if shift == 63 && byte > 1 { throw WireError(.varintTooLong, at: start) }
            number |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                if byte == 0 { isMinimal = false }
                return number
            }
            shift += 7
        }
        throw WireError(.truncated, at: start)
    }
}

extension RawSpan {
    func bytes(in range: Range<Int>) -> [UInt8] {
        // Rebased it is copied at once, and not byte by byte.
        withUnsafeBytes { Array(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    func bigEndian(at offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
