/// A message that is described by its fields: one list serves reading and writing.
///
/// The fields are listed in ascending order of their numbers. Numbers that are not listed are
/// skipped when reading, so that old programs read what newer ones wrote.
public protocol WireSchema: WireMessage, Equatable, Sendable {
    init()
    static var fields: [WireFieldSchema<Self>] { get }
}

extension WireSchema {
    public init(from reader: WireReader) throws(WireError) {
        self.init()
        var reader = reader
        let fields = Self.fields
        // Fields come in ascending order, so the search goes on where the last one was found.
        var index = 0
        while let field = try reader.next() {
            if index == fields.count || fields[index].number > field.number { index = 0 }
            while index < fields.count, fields[index].number < field.number { index += 1 }
            if index < fields.count, fields[index].number == field.number {
                try fields[index].read(field, &self)
            }
        }
    }

    public func write(to writer: inout WireWriter) {
        for field in Self.fields { field.write(self, &writer) }
    }
}

/// One field: its number, and the property that holds it.
public struct WireFieldSchema<Message>: Sendable {
    public let number: Int
    let read: @Sendable (WireField, inout Message) throws(WireError) -> Void
    let write: @Sendable (Message, inout WireWriter) -> Void

    public typealias Path<Value> = any WritableKeyPath<Message, Value> & Sendable

    public static func uint64(_ number: Int, _ path: Path<UInt64>) -> Self {
        Self(number: number) { field, message throws(WireError) in
            message[keyPath: path] = try field.uint64()
        } write: {
            $1.uint64($0[keyPath: path], field: number)
        }
    }

    public static func optionalUInt64(_ number: Int, _ path: Path<UInt64?>) -> Self {
        Self(number: number) { field, message throws(WireError) in
            message[keyPath: path] = try field.uint64()
        } write: {
            $1.optionalUInt64($0[keyPath: path], field: number)
        }
    }

    public static func bool(_ number: Int, _ path: Path<Bool>) -> Self {
        Self(number: number) { field, message throws(WireError) in
            message[keyPath: path] = try field.bool()
        } write: {
            $1.bool($0[keyPath: path], field: number)
        }
    }

    public static func optionalBool(_ number: Int, _ path: Path<Bool?>) -> Self {
        Self(number: number) { field, message throws(WireError) in
            message[keyPath: path] = try field.bool()
        } write: {
            $1.optionalBool($0[keyPath: path], field: number)
        }
    }

    public static func double(_ number: Int, _ path: Path<Double>) -> Self {
        Self(number: number) { field, message throws(WireError) in
            message[keyPath: path] = try field.double()
        } write: {
            $1.double($0[keyPath: path], field: number)
        }
    }

    public static func optionalDouble(_ number: Int, _ path: Path<Double?>) -> Self {
        Self(number: number) { field, message throws(WireError) in
            message[keyPath: path] = try field.double()
        } write: {
            $1.optionalDouble($0[keyPath: path], field: number)
        }
    }

    public static func string(_ number: Int, _ path: Path<String>) -> Self {
        Self(number: number) { field, message throws(WireError) in
            message[keyPath: path] = try field.string()
        } write: {
            $1.string($0[keyPath: path], field: number)
        }
    }

    public static func strings(_ number: Int, _ path: Path<[String]>) -> Self {
        Self(number: number) { field, message throws(WireError) in
            message[keyPath: path].append(try field.string())
        } write: {
            $1.strings($0[keyPath: path], field: number)
        }
    }

    public static func bytes(_ number: Int, _ path: Path<[UInt8]>) -> Self {
        Self(number: number) { field, message throws(WireError) in
            message[keyPath: path] = try field.data()
        } write: {
            $1.bytes($0[keyPath: path], field: number)
        }
    }

    /// An enumeration, stored as its number; 0, the proto3 default, is one of its cases.
    public static func value<Value: RawRepresentable & Sendable>(
        _ number: Int, _ path: Path<Value>
    ) -> Self
    where Value.RawValue == UInt64 {
        Self(number: number) { field, message throws(WireError) in
            message[keyPath: path] = try field.value()
        } write: {
            $1.uint64($0[keyPath: path].rawValue, field: number)
        }
    }

    public static func messages<Value: WireMessage & Sendable>(
        _ number: Int, _ path: Path<[Value]>
    ) -> Self {
        Self(number: number) { field, message throws(WireError) in
            message[keyPath: path].append(try field.message())
        } write: {
            $1.messages($0[keyPath: path], field: number)
        }
    }
}
