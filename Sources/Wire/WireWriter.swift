/// Writes the protobuf wire format, in its canonical form: the bytes that `protoc --encode` gives
/// when fields are written in ascending order.
///
/// The plain methods leave out a field that holds its default (0, false, empty), as proto3 does.
/// The methods named `optional…` write whatever is there and leave out `nil`: for fields declared
/// `optional`, where 0 and unknown differ.
public struct WireWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func uint64(_ value: UInt64, field: Int) {
        if value != 0 { optionalUInt64(value, field: field) }
    }

    public mutating func optionalUInt64(_ value: UInt64?, field: Int) {
        guard let value else { return }
        tag(field, .varint)
        varint(value)
    }

    /// `int64`: a negative value takes ten bytes.
    public mutating func int64(_ value: Int64, field: Int) {
        uint64(UInt64(bitPattern: value), field: field)
    }

    public mutating func optionalInt64(_ value: Int64?, field: Int) {
        optionalUInt64(value.map { UInt64(bitPattern: $0) }, field: field)
    }

    public mutating func bool(_ value: Bool, field: Int) {
        uint64(value ? 1 : 0, field: field)
    }

    public mutating func optionalBool(_ value: Bool?, field: Int) {
        optionalUInt64(value.map { $0 ? 1 : 0 }, field: field)
    }

    public mutating func double(_ value: Double, field: Int) {
        if value.bitPattern != 0 { optionalDouble(value, field: field) }
    }

    public mutating func optionalDouble(_ value: Double?, field: Int) {
        guard let value else { return }
        tag(field, .fixed64)
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
        }
    }

    public mutating func string(_ value: String, field: Int) {
        if !value.isEmpty { lengthDelimited(value.utf8, field: field) }
    }

    public mutating func strings(_ values: [String], field: Int) {
        for value in values { lengthDelimited(value.utf8, field: field) }
    }

    public mutating func bytes(_ value: [UInt8], field: Int) {
        if !value.isEmpty { lengthDelimited(value, field: field) }
    }

    /// 16 bytes, given as two big-endian words.
    public mutating func bytes(_ high: UInt64, _ low: UInt64, field: Int) {
        tag(field, .lengthDelimited)
        varint(16)
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { bytes.append(contentsOf: $0) }
    }

    /// A byte outside of any message: what is written stands behind it.
    public mutating func append(_ byte: UInt8) { bytes.append(byte) }

    /// Takes back the last `count` bytes.
    public mutating func removeLast(_ count: Int) { bytes.removeLast(count) }

    /// A message that is present, even if it is empty.
    public mutating func message(_ encoded: [UInt8], field: Int) {
        lengthDelimited(encoded, field: field)
    }

    public mutating func messages<Element: WireMessage>(_ values: [Element], field: Int) {
        for value in values { message(value.encoded, field: field) }
    }

    private mutating func lengthDelimited(_ value: some Collection<UInt8>, field: Int) {
        tag(field, .lengthDelimited)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    private mutating func tag(_ field: Int, _ type: WireType) {
        precondition((1...536_870_911).contains(field), "A protobuf field number is out of range.")
        varint(UInt64(field) << 3 | UInt64(type.rawValue))
    }

    private mutating func varint(_ value: UInt64) {
        if value < 0x80 {
            bytes.append(UInt8(value))
            return
        }
        // Together, since each call of `append` costs as much as a few bytes.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 10) { buffer in
            var (rest, count) = (value, 0)
            while rest >= 0x80 {
                buffer[count] = UInt8(truncatingIfNeeded: rest) | 0x80
                rest >>= 7
                count += 1
            }
            buffer[count] = UInt8(rest)
            bytes.append(contentsOf: buffer[...count])
        }
    }
}

/// A value that is one protobuf message.
public protocol WireMessage {
    init(from reader: WireReader) throws(WireError)
    func write(to writer: inout WireWriter)
}

extension WireMessage {
    /// The canonical bytes of the message.
    public var encoded: [UInt8] {
        var writer = WireWriter()
        write(to: &writer)
        return writer.bytes
    }
}

enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
}
