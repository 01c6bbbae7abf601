internal import Wire

/// The control catalogue: which evidence of drills bears on which control, and which facts make it.
///
/// Requirements stand in it in our own words; each control says how that was checked. It is a part
/// of the program: one that cannot be read is a mistake in it, and stops the program.
public enum ControlCatalog {
    /// Of a framework, in the order of the catalogue.
    public static func controls(of framework: Framework) -> [Control] {
        framework.catalogNames.flatMap { name in all.filter { $0.framework == name } }
    }

    /// Facts that nothing in the log has, and why.
    static let unrecorded: [(fact: EvidenceFact, reason: String)] = [
        (
            .dataMetadata,
            "Only the bodies of objects are compared, not their metadata, tags or versions."
        ),
        (
            .backupProtection,
            "No scenario reads how the backup storage protects what it holds."
        ),
        (
            .followPlanChange,
            "Plans and runbooks are kept elsewhere, and no event names a change of them."
        ),
        (
            .followReview,
            "No event says who reviewed a result: the page for signatures is for that."
        ),
    ]

    static let all: [Control] = {
        do {
            let document = try JSONValue(json: PackageResources.controls_json)
            guard let controls = document["controls"]?.arrayValue else {
                preconditionFailure("The control catalogue has no list of controls.")
            }
            return controls.map { Control(CatalogEntry(value: $0)) }
        } catch {
            preconditionFailure("The control catalogue is no JSON: \(error)")
        }
    }()
}

/// An entry of the catalogue, or a part of one. Whatever is missing in it stops the program.
private struct CatalogEntry {
    let value: JSONValue

    func text(_ name: String) -> String {
        guard let text = value[name]?.stringValue else { mistaken(name, "text") }
        return text
    }

    func texts(_ name: String) -> [String] {
        guard let values = value[name]?.arrayValue else { mistaken(name, "list") }
        return values.map { value in
            guard let text = value.stringValue else { mistaken(name, "list of texts") }
            return text
        }
    }

    /// `nil` if there is no such part.
    func part(_ name: String) -> CatalogEntry? {
        value[name].map { CatalogEntry(value: $0) }
    }

    func mistaken(_ name: String, _ kind: String) -> Never {
        preconditionFailure(
            "In the control catalogue, '\(name)' is not the \(kind) that it has to be: "
                + value.text())
    }
}

extension Control {
    fileprivate init(_ entry: CatalogEntry) {
        guard let contribution = Contribution(rawValue: entry.text("contribution")) else {
            entry.mistaken("contribution", "word")
        }
        guard let cadence = entry.part("cadence") else { entry.mistaken("cadence", "object") }
        let facts: [EvidenceFact] = entry.texts("evidenceFacts").map { name in
            guard let fact = EvidenceFact(rawValue: name) else {
                entry.mistaken("evidenceFacts", "list of known facts")
            }
            return fact
        }
        let scenarios = entry.texts("scenarios")
        if !scenarios.allSatisfy({ CatalogScenario(rawValue: $0) != nil }) {
            entry.mistaken("scenarios", "list of known scenarios")
        }
        let oscal = entry.part("oscal")
        self.init(
            framework: entry.text("framework"), version: entry.text("version"),
            id: entry.text("id"), title: entry.text("title"),
            requirement: entry.text("requirement"), cadence: cadence.text("text"),
            intervalDays: Self.intervalDays(cadence), scenarios: scenarios,
            contribution: contribution, facts: facts,
            notEvidencedHere: entry.text("notEvidencedHere"), checked: entry.text("checked"),
            oscalControlID: oscal?.text("controlId"),
            oscalObjectiveIDs: oscal?.texts("objectiveIds") ?? [])
    }

    /// Only what the text itself states: guidance on it, and what auditors commonly look for, make
    /// nothing overdue. A year and a month are the longest of their kind.
    private static func intervalDays(_ cadence: CatalogEntry) -> Int? {
        guard cadence.text("basis") == "stated", let interval = cadence.part("interval"),
            !interval.value.isNull
        else { return nil }
        let text = cadence.text("interval")
        let days = ["Y": 366, "M": 31, "D": 1]
        guard text.hasPrefix("P"), let unit = text.last.flatMap({ days[String($0)] }),
            let number = Int(text.dropFirst().dropLast()), (1...100).contains(number)
        else { cadence.mistaken("interval", "duration") }
        return number * unit
    }
}
