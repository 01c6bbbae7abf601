internal import ChaosToolkit
internal import DRTesting
internal import Yams

/// Reads the observations that a scenario makes for itself.
struct ProbeReader {
    /// Where a probe can see something: the others are the runner's own.
    private enum Source: String, CaseIterable {
        case component = "self"
        case receiver, bytes, kernel
    }

    let fields: YAMLFields

    /// - Parameter known: what can be observed without them.
    func probes(_ node: Node?, known: ScenarioExtensions) -> [OutsideProbe] {
        guard let node else { return [] }
        var taken: Set<String> = []
        let probes = fields.elements(of: node) { entry -> OutsideProbe? in
            guard let probe = probe(entry) else { return nil }
            let isNew = taken.insert(probe.name).inserted && known.entry(named: probe.name) == nil
            if !isNew { fields.fail(entry, "there is an observation '\(probe.name)' already") }
            return isNew ? probe : nil
        }
        return probes ?? []
    }

    private func probe(_ node: Node) -> OutsideProbe? {
        let names = ["name", "read", "kind", "source"] + OutsideCallReader.kinds
        guard fields.checkNames(of: node, among: names), let mapping = node.mapping else {
            return nil
        }
        let named = fields.required("name", of: node)
        let name = fields.text(named)
        let kind = fields.choice(mapping["kind"], as: ObservationCatalog.ValueKind.self) ?? .number
        let source = fields.choice(mapping["source"], as: Source.self) ?? .component
        let calls = OutsideCallReader.kinds.filter { mapping[$0] != nil }
        guard calls.count == 1, let member = mapping[calls[0]] else {
            fields.fail(
                node, "exactly one of \(YAMLFields.list(OutsideCallReader.kinds)) is needed")
            return nil
        }
        let call = call(calls[0], member)
        let reading = reading(mapping["read"], of: calls[0], kind)
        guard let named, let name, let call, let reading else { return nil }
        guard CustomObservation.isName(name) else {
            fields.fail(named, "'\(name)' is not a group, a dot and a name, as inventory.status")
            return nil
        }
        return OutsideProbe(
            name: name, source: Observation.Source(rawValue: source.rawValue) ?? .self,
            kind: kind, call: Self.call(call, for: reading), reading: reading)
    }

    private func call(_ kind: String, _ node: Node) -> OutsideCall? {
        let reader = OutsideCallReader(fields: fields)
        if kind == "plugin" { return reader.observation(node).map { .plugin($0) } }
        return reader.call(kind, node)
    }

    /// Every status is something to be seen, if that is what is looked at.
    private static func call(
        _ call: OutsideCall, for reading: OutsideProbe.Reading
    ) -> OutsideCall {
        switch (call, reading) {
        case (.http(var call), .status):
            call.expectedStatus = nil
            return .http(call)
        case (.process(var call), .status):
            call.expectedExit = nil
            return .process(call)
        default: return call
        }
    }

    private func reading(
        _ node: Node?, of call: String, _ kind: ObservationCatalog.ValueKind
    ) -> OutsideProbe.Reading? {
        let (status, text) = call == "http" ? ("status", "body") : ("exit", "stdout")
        if call == "plugin" {
            guard let node else { return .value }
            fields.fail(node, "a plug-in gives the value itself: 'read' is not accepted")
            return nil
        }
        guard let node else { return call == "http" && kind == .number ? .status : .text }
        if let path = node.mapping?["json"], node.mapping?.count == 1 { return json(path) }
        let accepted = (kind == .number ? [status] : []) + [text]
        guard let name = node.scalar?.string, accepted.contains(name) else {
            fields.fail(node, "accepted: \(YAMLFields.list(accepted)) or {json: PATH}")
            return nil
        }
        return name == text ? .text : .status
    }

    private func json(_ node: Node) -> OutsideProbe.Reading? {
        guard let path = fields.text(node) else { return nil }
        do {
            _ = try JSONPath(path)
            return .json(path)
        } catch {
            fields.fail(node, "'\(path)' is not a JSONPath: \(error)")
            return nil
        }
    }
}
