/// The arguments of a command: some in order, and `--name value` anywhere.
struct Arguments {
    private var ordered: [String] = []
    private var options: [String: String] = [:]

    init(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let argument = rest.popFirst() {
            if argument.hasPrefix("--") {
                options[argument] = rest.popFirst()
            } else {
                ordered.append(argument)
            }
        }
        ordered.reverse()
    }

    mutating func next(_ name: String) -> String {
        guard let argument = ordered.popLast() else { fatalError("\(name) is missing") }
        return argument
    }

    mutating func nextNumber(_ name: String) -> Int {
        guard let number = Int(next(name)) else { fatalError("\(name) is not a number") }
        return number
    }

    func text(_ option: String) -> String? { options[option] }

    func number(_ option: String, else standard: Int) -> Int {
        guard let text = options[option] else { return standard }
        guard let number = Int(text) else { fatalError("\(option) is not a number") }
        return number
    }
}
