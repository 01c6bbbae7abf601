/// The messages and enumerations of `events.proto`, read from the file itself: it is built into
/// this module, so that a name stands in one place only.
///
/// It reads what that file uses of the language, one declaration a line, and no more.
struct MessageSchema: Sendable {
    enum Label: Equatable, Sendable {
        case single
        case optional
        case repeated
    }

    enum Kind: Equatable, Sendable {
        case uint64
        case bool
        case double
        case string
        case bytes
        case enumeration(String)
        case message(String)
    }

    struct Field: Equatable, Sendable {
        let number: Int
        let name: String
        let label: Label
        let kind: Kind
    }

    static let events = MessageSchema(
        parsing: String(decoding: PackageResources.events_proto, as: UTF8.self))

    /// By the names of the messages; ascending by number.
    let messages: [String: [Field]]
    /// By the names of the enumerations: from a number to the name of its case.
    let enumerations: [String: [UInt64: String]]

    init(parsing text: String) {
        let declarations = Self.declarations(in: text)
        let enumerations = declarations.filter(\.isEnumeration)
        let names = Set(enumerations.map(\.name))
        self.enumerations = Dictionary(
            uniqueKeysWithValues: enumerations.map { enumeration in
                let cases = enumeration.members.map { (UInt64($0.number), $0.name) }
                return (enumeration.name, Dictionary(uniqueKeysWithValues: cases))
            })
        self.messages = Dictionary(
            uniqueKeysWithValues: declarations.filter { !$0.isEnumeration }.map { message in
                let fields = message.members.map { member in
                    Field(
                        number: member.number, name: member.name, label: member.label,
                        kind: Self.kind(ofType: member.type, enumerations: names))
                }
                return (message.name, fields.sorted { $0.number < $1.number })
            })
    }

    private static func kind(ofType type: String, enumerations: Set<String>) -> Kind {
        switch type {
        case "uint64": .uint64
        case "bool": .bool
        case "double": .double
        case "string": .string
        case "bytes": .bytes
        default: enumerations.contains(type) ? .enumeration(type) : .message(type)
        }
    }

    // MARK: Reading the file

    private struct Declaration {
        let name: String
        let isEnumeration: Bool
        var members: [Member] = []
    }

    private struct Member {
        let number: Int
        let name: String
        let label: Label
        /// Empty in an enumeration.
        let type: String
    }

    private static func declarations(in text: String) -> [Declaration] {
        var declarations: [Declaration] = []
        for line in text.split(separator: "\n") {
            let words = line.prefix { $0 != "/" && $0 != ";" }.split(separator: " ").map {
                String($0)
            }
            if words.count == 3, words[0] == "message" || words[0] == "enum" {
                declarations.append(Declaration(name: words[1], isEnumeration: words[0] == "enum"))
            } else if !declarations.isEmpty, let member = member(words) {
                declarations[declarations.count - 1].members.append(member)
            }
        }
        return declarations
    }

    /// `[label] type name = number`, or `name = number` in an enumeration.
    private static func member(_ words: [String]) -> Member? {
        guard words.count >= 3, words[words.count - 2] == "=", let number = Int(words.last ?? "")
        else { return nil }
        let before = words.dropLast(2)
        let label: Label
        switch before.first {
        case "optional": label = .optional
        case "repeated": label = .repeated
        default: label = .single
        }
        return Member(
            number: number, name: before.last ?? "", label: label,
            type: before.dropLast().last ?? "")
    }
}
