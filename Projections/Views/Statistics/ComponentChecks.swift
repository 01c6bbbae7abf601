internal import DRTesting
public import Wire

/// How reliable a component is: how its checks ended, in drills that were not cancelled.
public struct ComponentChecks: WireSchema {
    public internal(set) var name = ""
    public internal(set) var verdicts = DrillCounts.Verdicts()

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.name), .uint64(2, \.verdicts.passed), .uint64(3, \.verdicts.inconclusive),
        .uint64(4, \.verdicts.failed),
    ]
}

extension ComponentChecks: Decodable {
    private enum CodingKeys: String, CodingKey {
        case name = "component"
    }

    public init(from decoder: any Decoder) throws {
        name = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .name)
        verdicts = try DrillCounts.Verdicts(from: decoder)
    }
}

extension [ComponentChecks] {
    mutating func count(_ verdict: Verdict, of name: String) {
        var one = DrillCounts.Verdicts()
        one.count(verdict)
        add(one, of: name)
    }

    mutating func add(_ other: [ComponentChecks]) {
        for component in other { add(component.verdicts, of: component.name) }
    }

    private mutating func add(_ verdicts: DrillCounts.Verdicts, of name: String) {
        if verdicts.total == 0 { return }
        let index = firstIndex { $0.name >= name } ?? endIndex
        if index == endIndex || self[index].name != name {
            var component = ComponentChecks()
            component.name = name
            insert(component, at: index)
        }
        self[index].verdicts.add(verdicts)
    }
}
