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
        let place = WirePlace(path)
        return Self(number: number) { field, message throws(WireError) in
            place.set(try field.uint64(), in: &message)
        } write: {
            $1.uint64(place.value(in: $0), field: number)
        }
    }

    public static func optionalUInt64(_ number: Int, _ path: Path<UInt64?>) -> Self {
        let place = WirePlace(path)
        return Self(number: number) { field, message throws(WireError) in
            place.set(try field.uint64(), in: &message)
        } write: {
            $1.optionalUInt64(place.value(in: $0), field: number)
        }
    }

    public static func bool(_ number: Int, _ path: Path<Bool>) -> Self {
        let place = WirePlace(path)
        return Self(number: number) { field, message throws(WireError) in
            place.set(try field.bool(), in: &message)
        } write: {
            $1.bool(place.value(in: $0), field: number)
        }
    }

    public static func optionalBool(_ number: Int, _ path: Path<Bool?>) -> Self {
        let place = WirePlace(path)
        return Self(number: number) { field, message throws(WireError) in
            place.set(try field.bool(), in: &message)
        } write: {
            $1.optionalBool(place.value(in: $0), field: number)
        }
    }

    public static func double(_ number: Int, _ path: Path<Double>) -> Self {
        let place = WirePlace(path)
        return Self(number: number) { field, message throws(WireError) in
            place.set(try field.double(), in: &message)
        } write: {
            $1.double(place.value(in: $0), field: number)
        }
    }

    public static func optionalDouble(_ number: Int, _ path: Path<Double?>) -> Self {
        let place = WirePlace(path)
        return Self(number: number) { field, message throws(WireError) in
            place.set(try field.double(), in: &message)
        } write: {
            $1.optionalDouble(place.value(in: $0), field: number)
        }
    }

    public static func string(_ number: Int, _ path: Path<String>) -> Self {
        let place = WirePlace(path)
        return Self(number: number) { field, message throws(WireError) in
            place.set(try field.string(), in: &message)
        } write: {
            $1.string(place.value(in: $0), field: number)
        }
    }

    public static func strings(_ number: Int, _ path: Path<[String]>) -> Self {
        let place = WirePlace(path)
        return Self(number: number) { field, message throws(WireError) in
            place.append(try field.string(), in: &message)
        } write: {
            $1.strings(place.value(in: $0), field: number)
        }
    }

    public static func bytes(_ number: Int, _ path: Path<[UInt8]>) -> Self {
        let place = WirePlace(path)
        return Self(number: number) { field, message throws(WireError) in
            place.set(try field.data(), in: &message)
        } write: {
            $1.bytes(place.value(in: $0), field: number)
        }
    }

    /// An enumeration, stored as its number; 0, the proto3 default, is one of its cases.
    public static func value<Value: RawRepresentable & Sendable>(
        _ number: Int, _ path: Path<Value>
    ) -> Self
    where Value.RawValue == UInt64 {
        let place = WirePlace(path)
        return Self(number: number) { field, message throws(WireError) in
            place.set(try field.value(), in: &message)
        } write: {
            $1.uint64(place.value(in: $0).rawValue, field: number)
        }
    }

    public static func messages<Value: WireMessage & Sendable>(
        _ number: Int, _ path: Path<[Value]>
    ) -> Self {
        let place = WirePlace(path)
        return Self(number: number) { field, message throws(WireError) in
            place.append(try field.message(), in: &message)
        } write: {
            $1.messages(place.value(in: $0), field: number)
        }
    }
}

/// Where a property of a message is stored.
///
/// A key path takes longer to follow than the field takes to be read, so that it is followed once,
/// to where it leads to. A computed property has no such place: it is reached by its path.
private struct WirePlace<Message, Value>: Sendable {
    private let path: any WritableKeyPath<Message, Value> & Sendable
    private let offset: Int?

    init(_ path: any WritableKeyPath<Message, Value> & Sendable) {
        self.path = path
        self.offset = MemoryLayout<Message>.offset(of: path)
    }

    func value(in message: Message) -> Value {
        guard let offset else { return message[keyPath: path] }
        return withUnsafePointer(to: message) { start in
            UnsafeRawPointer(start).advanced(by: offset)
                .assumingMemoryBound(to: Value.self).pointee
        }
    }

    func change(_ message: inout Message, _ body: (inout Value) -> Void) {
        guard let offset else { return body(&message[keyPath: path]) }
        withUnsafeMutablePointer(to: &message) { start in
            body(
                &UnsafeMutableRawPointer(start).advanced(by: offset)
                    .assumingMemoryBound(to: Value.self).pointee)
        }
    }

    func set(_ value: Value, in message: inout Message) {
        change(&message) { $0 = value }
    }

    func append<Element>(_ element: Element, in message: inout Message) where Value == [Element] {
        change(&message) { $0.append(element) }
    }
}
