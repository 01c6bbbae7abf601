import Foundation

/// A line of `dr-audit replay`.
struct ReplayedEvent: Equatable, Sendable {
    let position: Int
    /// RFC 3339.
    let time: String
    /// As in `events.proto`.
    let name: String
    let summary: String

    /// - Returns: `nil` for a line that shows no event.
    init?(_ line: String) {
        let parts = line.trimmingCharacters(in: .whitespaces).components(separatedBy: "  ")
        guard parts.count >= 3, let position = Int(parts[0]) else { return nil }
        (self.position, time, name) = (position, parts[1], parts[2])
        summary = parts.dropFirst(3).joined(separator: "  ")
    }

    /// The time of the day.
    var milliseconds: Int? {
        guard let clock = time.components(separatedBy: "T").last?.dropLast() else { return nil }
        let parts = clock.components(separatedBy: ":").compactMap { Double($0) }
        guard parts.count == 3 else { return nil }
        return Int(((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000)
    }
}

/// A JSON value that keeps the order of its members.
enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    struct Member: Equatable, Sendable {
        let name: String
        let value: JSON
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init(parsing text: String) throws {
        var reader = JSONReader(bytes: Array(text.utf8))
        self = try reader.readDocument()
    }

    /// The names of the members, in order.
    var names: [String] {
        if case .object(let members) = self { members.map(\.name) } else { [] }
    }

    var elements: [JSON] {
        if case .array(let elements) = self { elements } else { [] }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var double: Double? {
        if case .number(let number) = self { number } else { nil }
    }

    /// `.null` if there is no such member.
    subscript(name: String) -> JSON {
        guard case .object(let members) = self else { return .null }
        return members.first { $0.name == name }?.value ?? .null
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    private var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func readDocument() throws -> JSON {
        let value = try readValue()
        skipBlanks()
        if index != bytes.count { throw failure("there is more after the value") }
        return value
    }

    private mutating func readValue() throws -> JSON {
        skipBlanks()
        guard let first = peek else { throw failure("a value is expected") }
        switch first {
        case UInt8(ascii: "{"): return .object(try readMembers())
        case UInt8(ascii: "["): return .array(try readElements())
        case UInt8(ascii: "\""): return .string(try readString())
        default: return try readWord()
        }
    }

    private mutating func readMembers() throws -> [JSON.Member] {
        var members: [JSON.Member] = []
        index += 1
        while true {
            if take("}") { return members }
            if !members.isEmpty { try expect(",") }
            skipBlanks()
            let name = try readString()
            try expect(":")
            members.append(JSON.Member(name: name, value: try readValue()))
        }
    }

    private mutating func readElements() throws -> [JSON] {
        var elements: [JSON] = []
        index += 1
        while true {
            if take("]") { return elements }
            if !elements.isEmpty { try expect(",") }
            elements.append(try readValue())
        }
    }

    private mutating func readString() throws -> String {
        let start = index
        guard peek == UInt8(ascii: "\"") else { throw failure("a string is expected") }
        index += 1
        while let byte = peek, byte != UInt8(ascii: "\"") {
            index += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        index += 1
        guard index <= bytes.count else { throw failure("a string does not end") }
        let list = Data("[".utf8) + Data(bytes[start..<index]) + Data("]".utf8)
        return try JSONDecoder().decode([String].self, from: list)[0]
    }

    private mutating func readWord() throws -> JSON {
        let start = index
        while let byte = peek, !Array(",]} \n\t\r".utf8).contains(byte) { index += 1 }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        switch word {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default:
            guard let number = Double(word) else { throw failure("'\(word)' is no value") }
            return .number(number)
        }
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, Array(" \n\t\r".utf8).contains(byte) { index += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        if !take(character) { throw failure("'\(character)' is expected") }
    }

    private func failure(_ text: String) -> JSON.Failure {
        JSON.Failure(description: "not JSON at byte \(index): \(text)")
    }
}
