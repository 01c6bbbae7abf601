#if canImport(Glibc)
    internal import Glibc
#endif

/// Bytes that are not the protobuf wire format, or hold a field of another type than expected.
public struct WireError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Sendable {
        /// The bytes end inside a field.
        case truncated
        /// A varint of more than 64 bits.
        case varintTooLong
        /// A wire type that proto3 does not have, or field number 0.
        case badTag
        /// The field is there with another wire type.
        case typeMismatch
        /// A `string` field that is not UTF-8.
        case notUTF8
        /// A value outside what its meaning allows, for example an unknown enumeration case.
        case badValue
    }

    public let code: Code
    /// Where in the bytes, counted from 0.
    public let offset: Int

    public init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }

    public var description: String { "not a valid protobuf message: \(code) at byte \(offset)" }
}

/// Reads the fields of one protobuf message, one after another.
///
/// The reader decides nothing about unknown fields: callers skip the numbers they do not know, so
/// that old programs read what newer ones wrote.
public struct WireReader: Sendable {
    let bytes: [UInt8]
    private(set) var cursor: WireCursor

    public init(_ bytes: [UInt8]) {
        self.init(bytes, in: 0..<bytes.count)
    }

    init(_ bytes: [UInt8], in range: Range<Int>) {
        (self.bytes, cursor) = (bytes, WireCursor(range))
    }

    /// The next field, or `nil` at the end of the message.
    public mutating func next() throws(WireError) -> WireField? {
        try bytes.withUnsafeBufferPointer { bytes throws(WireError) in
            try cursor.next(in: bytes)
        }.map { WireField($0, of: bytes) }
    }
}

/// Where the next field of a message begins, in bytes that it does not own.
struct WireCursor: Sendable {
    private var index: Int
    private let end: Int

    init(_ range: Range<Int>) { (index, end) = (range.lowerBound, range.upperBound) }

    /// - Parameter bytes: at least as many as the end of the message.
    mutating func next(
        in bytes: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> WireField.Place? {
        guard index < end else { return nil }
        let start = index
        let tag = try varint(in: bytes)
        let number = tag >> 3
        guard let type = WireType(rawValue: UInt8(tag & 7)), (1...536_870_911).contains(number)
        else { throw WireError(.badTag, at: start) }
        let content: WireField.Content
        switch type {
        case .varint: content = .varint(try varint(in: bytes))
        case .fixed64: content = .fixed64(try fixed(8, in: bytes))
        case .fixed32: content = .fixed32(UInt32(try fixed(4, in: bytes)))
        case .lengthDelimited:
            let count = try varint(in: bytes)
            guard count <= UInt64(end - index) else { throw WireError(.truncated, at: start) }
            content = .bytes(index..<index + Int(count))
            index += Int(count)
        }
        return WireField.Place(number: Int(number), content: content, offset: start)
    }

    private mutating func varint(in bytes: UnsafeBufferPointer<UInt8>) throws(WireError) -> UInt64 {
        let start = index
        // Nearly all are this short.
        if index < end, bytes[index] < 0x80 {
            index += 1
            return UInt64(bytes[start])
        }
        var (value, shift) = (UInt64(0), UInt64(0))
        while shift < 70 {
            guard index < end else { throw WireError(.truncated, at: start) }
            let byte = bytes[index]
            index += 1
            if shift == 63 && byte > 1 { throw WireError(.varintTooLong, at: start) }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw WireError(.varintTooLong, at: start)
    }

    private mutating func fixed(
        _ count: Int, in bytes: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> UInt64 {
        guard end - index >= count else { throw WireError(.truncated, at: index) }
        var value: UInt64 = 0
        for offset in 0..<count { value |= UInt64(bytes[index + offset]) << UInt64(8 * offset) }
        index += count
        return value
    }
}

/// One field of a message, as it stands on the wire.
public struct WireField: Sendable {
    private let place: Place
    private let bytes: [UInt8]

    init(_ place: Place, of bytes: [UInt8]) { (self.place, self.bytes) = (place, bytes) }

    public var number: Int { place.number }

    public func uint64() throws(WireError) -> UInt64 { try place.uint64() }

    public func int64() throws(WireError) -> Int64 { Int64(bitPattern: try uint64()) }

    public func bool() throws(WireError) -> Bool { try place.uint64() != 0 }

    public func double() throws(WireError) -> Double { try place.double() }

    public func data() throws(WireError) -> [UInt8] { Array(bytes[try place.range()]) }

    public func string() throws(WireError) -> String {
        try bytes.withUnsafeBufferPointer { bytes throws(WireError) in
            try place.string(in: bytes)
        }
    }

    public func message<Message: WireMessage>(
        _ type: Message.Type = Message.self
    ) throws(WireError) -> Message {
        try Message(from: WireReader(bytes, in: try place.range()))
    }

    /// A case of an enumeration that is stored as its number.
    public func value<Value: RawRepresentable>(
        _ type: Value.Type = Value.self
    ) throws(WireError) -> Value where Value.RawValue == UInt64 {
        guard let value = Value(rawValue: try uint64()) else {
            throw WireError(.badValue, at: place.offset)
        }
        return value
    }
}

extension WireField {
    enum Content: Sendable {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes(Range<Int>)
    }

    /// A field without its bytes: reading one keeps nothing alive.
    struct Place: Sendable {
        let number: Int
        let content: Content
        let offset: Int

        func uint64() throws(WireError) -> UInt64 {
            guard case .varint(let value) = content else {
                throw WireError(.typeMismatch, at: offset)
            }
            return value
        }

        func double() throws(WireError) -> Double {
            guard case .fixed64(let bits) = content else {
                throw WireError(.typeMismatch, at: offset)
            }
            return Double(bitPattern: bits)
        }

        func range() throws(WireError) -> Range<Int> {
            guard case .bytes(let range) = content else {
                throw WireError(.typeMismatch, at: offset)
            }
            return range
        }

        func string(in bytes: UnsafeBufferPointer<UInt8>) throws(WireError) -> String {
            let text = UnsafeBufferPointer(rebasing: bytes[try range()])
            // What is no UTF-8 is repaired, and then differs. That is looked at afterwards, since
            // validating alone takes longer than both.
            var string = String(decoding: text, as: UTF8.self)
            let isSame = string.withUTF8 {
                $0.count == text.count
                    && ($0.isEmpty || memcmp($0.baseAddress!, text.baseAddress!, text.count) == 0)
            }
            guard isSame else { throw WireError(.notUTF8, at: offset) }
            return string
        }
    }
}
