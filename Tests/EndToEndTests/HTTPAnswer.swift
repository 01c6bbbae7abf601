/// What an HTTP server answered on a connection that it then ended.
struct HTTPAnswer: Sendable, CustomStringConvertible {
    let status: Int
    /// By their names in lower case.
    let fields: [String: String]
    /// Without the head.
    let text: String
    /// `.null` if the text is no JSON.
    let body: JSON

    /// - Parameter received: everything that came. `nil` if it is no answer.
    init?(_ received: String) {
        guard received.hasPrefix("HTTP/1.1 "), let end = received.firstRange(of: "\r\n\r\n") else {
            return nil
        }
        let lines = received[..<end.lowerBound].split(whereSeparator: \.isNewline)
        let words = lines[0].split(separator: " ")
        guard words.count > 1, let status = Int(words[1]) else { return nil }
        self.status = status
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        self.fields = fields
        let rest = received[end.upperBound...]
        let isInChunks = fields["transfer-encoding"]?.lowercased() == "chunked"
        text = isInChunks ? Self.joined(chunks: Array(rest.utf8)) : String(rest)
        body = (try? JSON(parsing: text)) ?? .null
    }

    /// Each chunk has its size in hexadecimal on a line before it, and a line end after it.
    private static func joined(chunks: [UInt8]) -> String {
        var (rest, bytes) = (chunks[...], [UInt8]())
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let digits = String(decoding: rest[..<end], as: UTF8.self).filter(\.isHexDigit)
            guard let size = Int(digits, radix: 16), size > 0 else { break }
            rest = rest[(end + 1)...]
            bytes += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// For the messages of failures.
    var description: String { "\(status): \(text.prefix(1500))" }
}
