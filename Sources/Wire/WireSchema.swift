/// A message that is described by its fields: one list serves reading and writing.
///
/// The fields are listed in ascending order of their numbers. Numbers that are not listed are
/// skipped when reading, so that old programs read what newer ones wrote.
public protocol WireSchema: WireMessage, Equatable, Sendable {
    init()
    static var fields: [WireFieldSchema<Self>] { get }
}

extension WireSchema {
    // Inlined where a message is known by its type: generic code would look for its metadata anew
    // for each one.
    @inlinable
    public init(from reader: WireReader) throws(WireError) {
        self.init()
        // All that is generic is done once, when the list of fields is made: what happens to each
        // message works on places in memory.
        try Self.fields.withUnsafeBufferPointer { fields throws(WireError) in
            try withUnsafeMutablePointer(to: &self) { message throws(WireError) in
                try reader.read(
                    FieldLayouts(fields.baseAddress, count: fields.count),
                    into: UnsafeMutableRawPointer(message))
            }
        }
    }

    public func write(to writer: inout WireWriter) {
        Self.fields.withUnsafeBufferPointer { fields in
            withUnsafePointer(to: self) { message in
                for field in FieldLayouts(fields.baseAddress, count: fields.count).all {
                    field.write(from: UnsafeRawPointer(message), to: &writer)
                }
            }
        }
    }
}

/// One field: its number, and the property that holds it.
///
/// The property has to be a stored one.
public struct WireFieldSchema<Message>: Sendable {
    // Nothing else may be stored here: see `FieldLayouts`.
    let layout: FieldLayout

    public typealias Path<Value> = any WritableKeyPath<Message, Value> & Sendable

    private init<Value>(_ number: Int, _ path: Path<Value>, _ kind: FieldLayout.Kind) {
        guard let offset = MemoryLayout<Message>.offset(of: path) else {
            preconditionFailure("Field \(number) of \(Message.self) is not a stored property.")
        }
        layout = FieldLayout(number: number, offset: offset, kind: kind)
    }

    public var number: Int { layout.number }

    public static func uint64(_ number: Int, _ path: Path<UInt64>) -> Self {
        Self(number, path, .uint64)
    }

    public static func optionalUInt64(_ number: Int, _ path: Path<UInt64?>) -> Self {
        Self(number, path, .optionalUInt64)
    }

    public static func bool(_ number: Int, _ path: Path<Bool>) -> Self {
        Self(number, path, .bool)
    }

    public static func optionalBool(_ number: Int, _ path: Path<Bool?>) -> Self {
        Self(number, path, .optionalBool)
    }

    public static func double(_ number: Int, _ path: Path<Double>) -> Self {
        Self(number, path, .double)
    }

    public static func optionalDouble(_ number: Int, _ path: Path<Double?>) -> Self {
        Self(number, path, .optionalDouble)
    }

    public static func string(_ number: Int, _ path: Path<String>) -> Self {
        Self(number, path, .string)
    }

    public static func strings(_ number: Int, _ path: Path<[String]>) -> Self {
        Self(number, path, .strings)
    }

    public static func bytes(_ number: Int, _ path: Path<[UInt8]>) -> Self {
        Self(number, path, .bytes)
    }

    /// An enumeration, stored as its number; 0, the proto3 default, is one of its cases.
    public static func value<Value: RawRepresentable & Sendable>(
        _ number: Int, _ path: Path<Value>
    ) -> Self
    where Value.RawValue == UInt64 {
        Self(
            number, path,
            .custom { field, place throws(WireError) in
                let value: Value = try field.value()
                place.assumingMemoryBound(to: Value.self).pointee = value
            } write: { place, number, writer in
                writer.uint64(
                    place.assumingMemoryBound(to: Value.self).pointee.rawValue, field: number)
            })
    }

    public static func messages<Value: WireMessage & Sendable>(
        _ number: Int, _ path: Path<[Value]>
    ) -> Self {
        Self(
            number, path,
            .custom { field, place throws(WireError) in
                let message: Value = try field.message()
                place.assumingMemoryBound(to: [Value].self).pointee.append(message)
            } write: { place, number, writer in
                writer.messages(
                    place.assumingMemoryBound(to: [Value].self).pointee, field: number)
            })
    }
}

/// Where in the memory of a message a field is stored, and as what.
///
/// Following a key path takes longer than reading a field does, and so does generic code that is
/// called from another module: so neither is left when a message is read.
struct FieldLayout: Sendable {
    enum Kind: Sendable {
        case uint64, optionalUInt64, bool, optionalBool, double, optionalDouble, string, strings
        case bytes
        case custom(
            read: @Sendable (WireField, UnsafeMutableRawPointer) throws(WireError) -> Void,
            write: @Sendable (UnsafeRawPointer, Int, inout WireWriter) -> Void)
    }

    let number: Int
    let offset: Int
    let kind: Kind

    func read(
        _ field: WireField.Place, of bytes: [UInt8], at start: UnsafeBufferPointer<UInt8>,
        into message: UnsafeMutableRawPointer
    ) throws(WireError) {
        let place = message.advanced(by: offset)
        switch kind {
        case .uint64: set(try field.uint64(), at: place)
        case .optionalUInt64: set(Optional(try field.uint64()), at: place)
        case .bool: set(try field.uint64() != 0, at: place)
        case .optionalBool: set(Optional(try field.uint64() != 0), at: place)
        case .double: set(try field.double(), at: place)
        case .optionalDouble: set(Optional(try field.double()), at: place)
        case .string: set(try field.string(in: start), at: place)
        case .strings:
            place.assumingMemoryBound(to: [String].self).pointee
                .append(try field.string(in: start))
        case .bytes: set(Array(start[try field.range()]), at: place)
        case .custom(let read, _): try read(WireField(field, of: bytes), place)
        }
    }

    private func set<Value>(_ value: Value, at place: UnsafeMutableRawPointer) {
        place.assumingMemoryBound(to: Value.self).pointee = value
    }

    func write(from message: UnsafeRawPointer, to writer: inout WireWriter) {
        let place = message.advanced(by: offset)
        switch kind {
        case .uint64: writer.uint64(get(place), field: number)
        case .optionalUInt64: writer.optionalUInt64(get(place), field: number)
        case .bool: writer.bool(get(place), field: number)
        case .optionalBool: writer.optionalBool(get(place), field: number)
        case .double: writer.double(get(place), field: number)
        case .optionalDouble: writer.optionalDouble(get(place), field: number)
        case .string: writer.string(get(place), field: number)
        case .strings: writer.strings(get(place), field: number)
        case .bytes: writer.bytes(get(place), field: number)
        case .custom(_, let write): write(place, number, &writer)
        }
    }

    private func get<Value>(_ place: UnsafeRawPointer) -> Value {
        place.assumingMemoryBound(to: Value.self).pointee
    }
}

/// The layouts in a list of schemas, each of which is nothing but its layout.
@usableFromInline struct FieldLayouts {
    let all: UnsafeBufferPointer<FieldLayout>

    @usableFromInline
    init<Message>(_ first: UnsafePointer<WireFieldSchema<Message>>?, count: Int) {
        all = UnsafeBufferPointer(
            start: UnsafeRawPointer(first)?.assumingMemoryBound(to: FieldLayout.self), count: count)
    }
}

extension WireReader {
    @usableFromInline
    func read(
        _ layouts: FieldLayouts, into message: UnsafeMutableRawPointer
    ) throws(WireError) {
        let fields = layouts.all
        try bytes.withUnsafeBufferPointer { start throws(WireError) in
            var cursor = cursor
            // Fields come in ascending order, so the search goes on where the last one was found.
            var index = 0
            while let field = try cursor.next(in: start) {
                if index == fields.count || fields[index].number > field.number { index = 0 }
                while index < fields.count, fields[index].number < field.number { index += 1 }
                if index < fields.count, fields[index].number == field.number {
                    try fields[index].read(field, of: bytes, at: start, into: message)
                }
            }
        }
    }
}
