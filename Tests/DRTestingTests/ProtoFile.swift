import Foundation

/// What `events.proto` says, as far as numbers go.
struct ProtoFile {
    struct Field: Hashable {
        let type: String
        let name: String
        let number: Int
    }

    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/DRTesting")

    private(set) var messages: [String: [Field]] = [:]
    private(set) var enumerations: [String: [Field]] = [:]

    /// Reads the file line by line: it declares one thing on each.
    init() throws {
        let file = Self.folder.appending(path: "events.proto")
        let text = try String(contentsOf: file, encoding: .utf8)
        var current: (isMessage: Bool, name: String)?
        for line in text.split(separator: "\n") {
            let code = line.prefix { $0 != "/" }.filter { $0 != ";" && $0 != "=" && $0 != "}" }
            let words = code.split(separator: " ").map { String($0) }
            if words.count == 3, ["message", "enum"].contains(words[0]) {
                current = (words[0] == "message", words[1])
            } else if let current, let last = words.last, let number = Int(last), words.count > 1 {
                let type = words.count > 2 ? words[words.count - 3] : ""
                let field = Field(type: type, name: words[words.count - 2], number: number)
                if current.isMessage {
                    messages[current.name, default: []].append(field)
                } else {
                    enumerations[current.name, default: []].append(field)
                }
            }
        }
    }

    func numbers(ofMessage name: String) -> [Int] { (messages[name] ?? []).map(\.number) }
}
