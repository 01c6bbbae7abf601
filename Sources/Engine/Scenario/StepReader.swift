internal import DRTesting
internal import Yams

/// Reads the steps of a scenario.
struct StepReader {
    let fields: YAMLFields

    func step(_ node: Node) -> Step? {
        let names = ["name", "component", "required", "action", "expect"]
        guard fields.checkNames(of: node, among: names) else { return nil }
        let name = fields.text(fields.required("name", of: node))
        let component = fields.text(fields.required("component", of: node))
        let action = node.mapping?["action"].map { self.action($0) }
        guard let expect = node.mapping?["expect"], let items = expect.sequence, !items.isEmpty
        else {
            fields.fail(node, "step '\(name ?? "?")' needs 'expect' with at least one observation")
            return nil
        }
        let expectations = items.compactMap(expectation)
        guard let name, let component, expectations.count == items.count else { return nil }
        checkEvidence(of: expectations, at: expect)
        if case .some(nil) = action { return nil }
        return Step(
            name: name, component: component, action: action ?? nil, expectations: expectations,
            isRequired: fields.flag(node.mapping?["required"]) ?? false)
    }

    /// What a component says about itself does not prove it.
    private func checkEvidence(of expectations: [Expectation], at node: Node) {
        let sources = expectations.compactMap {
            ObservationCatalog.entry(named: $0.observation)?.source
        }
        if sources.allSatisfy({ $0 == .self || $0 == .client }) {
            let known = ObservationCatalog.entries
                .filter { $0.source != .self && $0.source != .client }.map(\.name)
            fields.fail(
                node,
                "the step rests only on what the component or its client says; add one of: "
                    + YAMLFields.list(known))
        }
    }

    // MARK: Expectations

    func expectation(_ node: Node) -> Expectation? {
        let comparisons = Expectation.Comparison.allCases.map(\.rawValue)
        let names = ["observe", "within", "samples_at_least"] + comparisons
        guard fields.checkNames(of: node, among: names) else { return nil }
        guard let named = fields.required("observe", of: node), let name = fields.text(named) else {
            return nil
        }
        guard let entry = ObservationCatalog.entry(named: name) else {
            let known = YAMLFields.list(ObservationCatalog.entries.map(\.name))
            fields.fail(named, "observation '\(name)' is not known; accepted: \(known)")
            return nil
        }
        let used = Expectation.Comparison.allCases.filter { node.mapping?[$0.rawValue] != nil }
        guard used.count == 1, let value = node.mapping?[used[0].rawValue] else {
            fields.fail(node, "exactly one comparison is needed: \(YAMLFields.list(comparisons))")
            return nil
        }
        guard let expected = observedValue(value, as: entry.kind, comparison: used[0]) else {
            return nil
        }
        let samples = fields.number(node.mapping?["samples_at_least"], in: 1...1e9)
        return Expectation(
            observation: name, comparison: used[0], expected: expected,
            within: fields.duration(node.mapping?["within"]),
            minimumSamples: samples.map { Int($0) } ?? entry.standardSamples)
    }

    private func observedValue(
        _ node: Node, as kind: ObservationCatalog.ValueKind, comparison: Expectation.Comparison
    ) -> ObservedValue? {
        if kind != .number && comparison != .equals {
            fields.fail(node, "a \(kind.rawValue) can only be compared with 'equals'")
            return nil
        }
        switch kind {
        case .number: return fields.number(node, in: -1e12...1e12).map { .number($0) }
        case .text: return fields.text(node).map { .text($0) }
        case .flag:
            return fields.flag(node).map { .flag($0) }
        }
    }

    // MARK: Actions

    private func action(_ node: Node) -> Action? {
        let names = ["inject_fault", "lift_fault", "kill_queue", "compare_ledger"]
        fields.checkNames(of: node, among: names)
        guard let mapping = node.mapping, mapping.count == 1, let pair = mapping.first,
            let name = pair.key.string, names.contains(name)
        else {
            if node.mapping?.count != 1 { fields.fail(node, "exactly one action is needed") }
            return nil
        }
        let parameters = pair.value
        switch name {
        case "inject_fault": return fault(parameters).map { .injectFault($0) }
        case "lift_fault":
            fields.checkNames(of: parameters, among: ["name"])
            return fields.text(fields.required("name", of: parameters)).map { .liftFault($0) }
        case "kill_queue":
            fields.checkNames(of: parameters, among: ["after_acknowledgements"])
            let count = fields.required("after_acknowledgements", of: parameters)
            return fields.number(count, in: 1...100_000)
                .map { .killQueue(afterAcknowledgements: Int($0)) }
        default:
            fields.checkNames(of: parameters, among: ["drained_within"])
            return fields.duration(fields.required("drained_within", of: parameters))
                .map { .compareLedger(drainedWithin: $0) }
        }
    }

    private func fault(_ node: Node) -> FaultPlan? {
        fields.checkNames(
            of: node, among: ["name", "endpoint", "kind", "fraction", "status", "delay"])
        let name = fields.text(fields.required("name", of: node))
        let kind = fields.choice(fields.required("kind", of: node), as: FaultPlan.Kind.self)
        let endpoint = fields.text(node.mapping?["endpoint"]) ?? "primary"
        if endpoint != "primary", let named = node.mapping?["endpoint"] {
            fields.fail(
                named,
                "'\(endpoint)' is not an endpoint that faults stand before; accepted: primary")
        }
        guard let name, let kind else { return nil }
        return FaultPlan(
            name: name, endpoint: endpoint, kind: kind,
            fraction: fields.number(node.mapping?["fraction"], in: 0...1) ?? 1,
            status: Int(fields.number(node.mapping?["status"], in: 400...599) ?? 503),
            delay: fields.duration(node.mapping?["delay"]) ?? .seconds(1))
    }
}
