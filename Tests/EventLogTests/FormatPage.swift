import Foundation
import Merkle
import Testing

/// What the page on the format shows in its blocks of code.
struct FormatPage {
    private static let path =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/Sources/EventLog/EventLog.docc/Format.md"

    private var blocks: [[String]] = []

    init() throws {
        var isInside = false
        let lines = try text(ofFile: Self.path)
            .split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines {
            if line == "```" {
                isInside.toggle()
                if isInside { blocks.append([]) }
            } else if isInside {
                blocks[blocks.count - 1].append(String(line))
            }
        }
    }

    /// The block whose first line begins so.
    func block(_ beginning: String) throws -> [String] {
        try #require(
            blocks.first { $0.first?.hasPrefix(beginning) == true },
            "The page has no block that begins with \(beginning).")
    }

    /// A block as a file would hold it.
    func content(ofBlock beginning: String) throws -> String {
        try block(beginning).map { $0 + "\n" }.joined()
    }

    /// All rows that the page shows of a database: a line that begins with its name has the key.
    func rows(of database: String) throws -> [[UInt8]: [UInt8]] {
        var rows: [[UInt8]: [UInt8]] = [:]
        for block in blocks {
            var key: [UInt8]?
            for line in block {
                let words = line.split(separator: " ", maxSplits: 1)
                if let name = words.first, RawLog.databaseNames.contains(String(name)) {
                    key = name == database ? Self.key(String(words.last ?? "")) : nil
                    if let key {
                        #expect(rows[key] == nil, "The page shows \(line) twice.")
                        rows[key] = []
                    }
                } else if let key {
                    rows[key]! += database == "checkpoints" ? Array("\(line)\n".utf8) : bytes(line)
                }
            }
        }
        return rows
    }

    /// The name of a key may stand behind its bytes.
    private static func key(_ text: String) -> [UInt8] {
        let digits = text.prefix { $0 != "(" }.filter { $0 != " " }
        return Hexadecimal.decode(digits) ?? []
    }

    /// What stands before two spaces; behind them, it says what the bytes mean.
    func bytes(_ line: String) -> [UInt8] {
        let digits = line.components(separatedBy: "  ")[0].filter { $0 != " " }
        let decoded = Hexadecimal.decode(digits)
        #expect(decoded != nil, "The page has a line that begins with no bytes: \(line)")
        return decoded ?? []
    }
}
