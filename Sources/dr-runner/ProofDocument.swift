import DRTesting
import Engine
import Wire

/// Proofs for programs.
///
/// `{proven, scenarios: [{scenario, proven, runs: [{sabotage, component, step, verdict, conclusion,
/// reason, test_id}]}]}`. What was not run has `null` but for the first two.
enum ProofDocument {
    static func text(_ proofs: [Proof], isProven: Bool) -> String {
        var writer = JSONWriter()
        writer.object { document in
            document.name("proven")
            document.bool(isProven)
            document.name("scenarios")
            document.array { list in
                for proof in proofs { list.object { write(proof, to: &$0) } }
            }
        }
        return writer.text
    }

    private static func write(_ proof: Proof, to object: inout JSONWriter) {
        object.name("scenario")
        object.string(proof.scenario)
        object.name("proven")
        object.bool(proof.isProven)
        object.name("runs")
        object.array { list in
            for (index, sabotage) in proof.planned.enumerated() {
                let isMade = index < proof.findings.count
                list.object { write(sabotage, isMade ? proof.findings[index] : nil, to: &$0) }
            }
        }
    }

    private static func write(
        _ sabotage: Sabotage, _ finding: Proof.Finding?, to row: inout JSONWriter
    ) {
        let members: [(String, String?)] = [
            ("sabotage", sabotage.rawValue),
            ("component", sabotage == .control ? nil : sabotage.component),
            ("step", finding?.step), ("verdict", finding.flatMap { verdict($0.verdict) }),
            ("conclusion", finding?.conclusion.rawValue), ("reason", finding?.reason),
        ]
        for (name, value) in members {
            row.name(name)
            row.string(value?.isEmpty == true ? nil : value)
        }
        row.name("test_id")
        row.integer(finding?.testID)
    }

    private static func verdict(_ verdict: Verdict) -> String? {
        verdict == .none ? nil : "\(verdict)"
    }
}
