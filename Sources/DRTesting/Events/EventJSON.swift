internal import FoundationEssentials
internal import Wire

/// Any event as JSON: protobuf's own mapping, with the names of `events.proto` as they stand there.
///
/// As that mapping says, numbers of 64 bits are texts, bytes are base64, and a case of an
/// enumeration is its name. Fields that hold their default are written, optional ones that are not
/// there are left out. Fields of newer programs have no name here, and are left out too.
public enum EventJSON {
    /// The name of an event's field in `Record`.
    ///
    /// - Returns: `nil` for an event of a newer program.
    public static func name(ofEvent number: Int) -> String? { event(number)?.name }

    /// - Returns: one JSON object; `nil` for an event of a newer program, and for bytes that are
    ///   not the event they should be.
    public static func object(number: Int, payload: [UInt8]) -> [UInt8]? {
        guard case .message(let message) = event(number)?.kind else { return nil }
        var writer = JSONWriter()
        do {
            try write(payload, as: message, to: &writer)
        } catch {
            return nil
        }
        return writer.bytes
    }

    private static func event(_ number: Int) -> MessageSchema.Field? {
        number < 16 ? nil : events[number]
    }

    private static let events: [Int: MessageSchema.Field] = Dictionary(
        uniqueKeysWithValues: (MessageSchema.events.messages["Record"] ?? []).map {
            ($0.number, $0)
        })

    private static func write(
        _ payload: [UInt8], as message: String, to writer: inout JSONWriter
    ) throws {
        var found: [Int: [WireField]] = [:]
        var reader = WireReader(payload)
        while let field = try reader.next() { found[field.number, default: []].append(field) }
        try writer.object { object in
            for field in MessageSchema.events.messages[message] ?? [] {
                try write(found[field.number] ?? [], as: field, to: &object)
            }
        }
    }

    private static func write(
        _ values: [WireField], as field: MessageSchema.Field, to writer: inout JSONWriter
    ) throws {
        switch field.label {
        case .repeated:
            writer.name(field.name)
            try writer.array { list in
                for value in values { try write(value, as: field.kind, to: &list) }
            }
        case .optional, .single:
            if let value = values.last {
                writer.name(field.name)
                try write(value, as: field.kind, to: &writer)
            } else if field.label == .single {
                writeDefault(of: field, to: &writer)
            }
        }
    }

    private static func write(
        _ value: WireField, as kind: MessageSchema.Kind, to writer: inout JSONWriter
    ) throws {
        switch kind {
        case .uint64: writer.string(String(try value.uint64()))
        case .bool: writer.bool(try value.bool())
        case .double: write(try value.double(), to: &writer)
        case .string: writer.string(try value.string())
        case .bytes: writer.string(Data(try value.data()).base64EncodedString())
        case .enumeration(let name): write(try value.uint64(), of: name, to: &writer)
        case .message(let name): try write(try value.data(), as: name, to: &writer)
        }
    }

    /// JSON has no numbers for these three.
    private static func write(_ value: Double, to writer: inout JSONWriter) {
        if value.isFinite { return writer.number(value) }
        writer.string(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
    }

    /// A case of a newer program is its number.
    private static func write(_ value: UInt64, of name: String, to writer: inout JSONWriter) {
        if let known = MessageSchema.events.enumerations[name]?[value] {
            writer.string(known)
        } else {
            writer.integer(value)
        }
    }

    private static func writeDefault(
        of field: MessageSchema.Field, to writer: inout JSONWriter
    ) {
        // A message that is not there is not the same as an empty one.
        if case .message = field.kind { return }
        writer.name(field.name)
        switch field.kind {
        case .uint64: writer.string("0")
        case .bool: writer.bool(false)
        case .double: writer.number(0)
        case .string, .bytes: writer.string("")
        case .enumeration(let name): write(0, of: name, to: &writer)
        case .message: break
        }
    }
}
