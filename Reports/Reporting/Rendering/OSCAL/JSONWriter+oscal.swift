internal import Wire

/// A property of our own, before its value is brought into the form of OSCAL.
struct OSCALProperty {
    let name: String
    let value: String?
    /// One token.
    var kind: String?
    var remarks: String?
}

/// Members that documents of OSCAL have in many places. It has no empty lists: they are left out.
extension JSONWriter {
    /// A name, and no address: some readers take no URI without two slashes.
    private static let namespace = "https://dr-testing.example/ns/oscal"

    /// Properties of our own. One without a value is left out.
    mutating func properties(_ properties: [OSCALProperty]) {
        let written = properties.compactMap { property in
            property.value.flatMap { OSCALText.line($0) }.map { (property, $0) }
        }
        listUnlessEmpty("props", written) { pair, row in
            let (property, value) = pair
            row.member("name", property.name)
            row.member("ns", Self.namespace)
            row.member("value", value)
            if let kind = property.kind { row.member("class", kind) }
            if let remarks = property.remarks { row.member("remarks", remarks) }
        }
    }

    mutating func properties(_ properties: [(String, String?)]) {
        self.properties(properties.map { OSCALProperty(name: $0.0, value: $0.1) })
    }

    mutating func listUnlessEmpty<Value>(
        _ name: String, _ values: [Value], _ write: (Value, inout JSONWriter) -> Void
    ) {
        if !values.isEmpty { list(name, values, write) }
    }

    /// Who observed or judged something: the tool.
    mutating func origins(tool: String) {
        list("origins", [tool]) { tool, origin in
            origin.list("actors", [tool]) { tool, actor in
                actor.member("type", "tool")
                actor.member("actor-uuid", tool)
            }
        }
    }
}
