internal import DRTesting
internal import Yams

/// Reads the steps of a scenario.
struct StepReader {
    let fields: YAMLFields
    let extensions: ScenarioExtensions

    func step(_ node: Node) -> Step? {
        let names = ["name", "component", "required", "action", "actions", "expect", "measure"]
        guard fields.checkNames(of: node, among: names) else { return nil }
        let name = fields.text(fields.required("name", of: node))
        let component = fields.text(fields.required("component", of: node))
        let actions = ActionReader(fields: fields, extensions: extensions).actions(of: node)
        guard let expect = node.mapping?["expect"], let items = expect.sequence, !items.isEmpty
        else {
            fields.fail(node, "step '\(name ?? "?")' needs 'expect' with at least one observation")
            return nil
        }
        let expectations = items.compactMap(expectation)
        let measures = measures(node.mapping?["measure"])
        guard let name, let component, expectations.count == items.count else { return nil }
        checkEvidence(of: expectations, at: expect)
        guard let actions, let measures else { return nil }
        return Step(
            name: name, component: component, actions: actions, expectations: expectations,
            measures: measures, isRequired: fields.flag(node.mapping?["required"]) ?? false)
    }

    /// What a component says about itself does not prove it.
    private func checkEvidence(of expectations: [Expectation], at node: Node) {
        let sources = expectations.compactMap { extensions.entry(named: $0.observation)?.source }
        if sources.contains(where: \.isIndependent) { return }
        let known = extensions.entries.filter(\.source.isIndependent).map(\.name)
        fields.fail(
            node,
            "the step rests only on what the component or its client says; add one of: "
                + YAMLFields.list(known))
    }

    // MARK: Expectations

    func expectation(_ node: Node) -> Expectation? {
        let comparisons = Expectation.Comparison.allCases.map(\.rawValue)
        let names = ["observe", "within", "samples_at_least"] + comparisons
        guard fields.checkNames(of: node, among: names) else { return nil }
        guard let entry = entry(of: node) else { return nil }
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
            observation: entry.name, comparison: used[0], expected: expected,
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

    private func entry(of node: Node) -> ObservationCatalog.Entry? {
        guard let named = fields.required("observe", of: node), let name = fields.text(named) else {
            return nil
        }
        if let entry = extensions.entry(named: name) { return entry }
        let known = YAMLFields.list(extensions.entries.map(\.name))
        fields.fail(named, "observation '\(name)' is not known; accepted: \(known)")
        return nil
    }

    // MARK: Measures

    private func measures(_ node: Node?) -> [Measure]? {
        node == nil ? [] : fields.elements(of: node, measure)
    }

    private func measure(_ node: Node) -> Measure? {
        let names = ["name", "type", "observe", "unit", "at_most", "at_least"]
        guard fields.checkNames(of: node, among: names) else { return nil }
        let name = fields.text(fields.required("name", of: node))
        let type = fields.text(node.mapping?["type"]) ?? "custom"
        let unit = fields.text(fields.required("unit", of: node))
        let entry = entry(of: node)
        guard let name, let unit, let entry else { return nil }
        guard entry.kind == .number else {
            fields.fail(
                node, "a metric is a number, and '\(entry.name)' is a \(entry.kind.rawValue)")
            return nil
        }
        return Measure(
            name: name, type: type, observation: entry.name, unit: unit, limit: limit(of: node))
    }

    private func limit(of node: Node) -> Measure.Limit? {
        let (most, least) = (node.mapping?["at_most"], node.mapping?["at_least"])
        if most != nil, least != nil {
            fields.fail(node, "either 'at_most' or 'at_least' is accepted, not both")
            return nil
        }
        return fields.number(most, in: -1e12...1e12).map { .atMost($0) }
            ?? fields.number(least, in: -1e12...1e12).map { .atLeast($0) }
    }
}
