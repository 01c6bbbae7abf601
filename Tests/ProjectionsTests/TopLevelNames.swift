/// The names of the members of a JSON object, in the order in which they stand.
enum TopLevelNames {
    static func of(_ json: [UInt8]) -> [String] {
        var names: [String] = []
        var depth = 0
        var text: String?
        var last = ""
        var isEscaped = false
        for character in String(decoding: json, as: UTF8.self) {
            if let open = text {
                if character == "\"" && !isEscaped {
                    (last, text) = (open, nil)
                } else {
                    text = open + String(character)
                }
                isEscaped = character == "\\" && !isEscaped
                continue
            }
            switch character {
            case "\"": text = ""
            case "{", "[": depth += 1
            case "}", "]": depth -= 1
            case ":" where depth == 1: names.append(last)
            default: break
            }
        }
        return names
    }
}
