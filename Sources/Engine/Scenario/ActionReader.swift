internal import DRTesting
internal import Yams

/// Reads the actions of a step.
struct ActionReader {
    /// How one action is written.
    private struct Form: Sendable {
        let name: String
        let members: [String]
        let read: @Sendable (ActionReader, Node) -> Action?

        init(
            _ name: String, _ members: [String] = [],
            read: @escaping @Sendable (ActionReader, Node) -> Action?
        ) {
            (self.name, self.members, self.read) = (name, members, read)
        }
    }

    /// As scenarios write them.
    static let names = forms.map(\.name) + OutsideCallReader.kinds + ["custom"]

    let fields: YAMLFields
    let extensions: ScenarioExtensions

    /// Where the actions of a step stand, in their order.
    static func nodes(of step: Node) -> [Node] {
        if let several = step.mapping?["actions"]?.sequence { return Array(several) }
        return step.mapping?["action"].map { [$0] } ?? []
    }

    /// - Returns: `nil` if there is a mistake.
    func actions(of step: Node) -> [Action]? {
        if let several = step.mapping?["actions"] {
            if step.mapping?["action"] != nil {
                fields.fail(several, "either 'action' or 'actions' is accepted, not both")
                return nil
            }
            if several.sequence?.isEmpty ?? true {
                fields.fail(several, "a list with at least one action is expected")
                return nil
            }
        }
        let nodes = Self.nodes(of: step)
        let actions = nodes.compactMap(action)
        return actions.count == nodes.count ? actions : nil
    }

    private func action(_ node: Node) -> Action? {
        guard fields.checkNames(of: node, among: Self.names) else { return nil }
        guard let mapping = node.mapping, mapping.count == 1, let pair = mapping.first else {
            fields.fail(node, "exactly one action is needed")
            return nil
        }
        if pair.key.string == "custom" { return custom(pair.value) }
        if let kind = pair.key.string, OutsideCallReader.kinds.contains(kind) {
            return OutsideActionReader(fields: fields).action(kind, pair.value)
        }
        guard let form = Self.forms.first(where: { $0.name == pair.key.string }) else {
            return nil
        }
        if form.members.isEmpty && pair.value.mapping?.isEmpty != true {
            fields.fail(pair.value, "'\(form.name)' has no parameters; accepted: {}")
            return nil
        }
        guard form.members.isEmpty || fields.checkNames(of: pair.value, among: form.members) else {
            return nil
        }
        return form.read(self, pair.value)
    }

    private func custom(_ node: Node) -> Action? {
        guard node.mapping != nil else {
            fields.fail(node, "a mapping with name and the action's parameters is expected")
            return nil
        }
        guard let named = fields.required("name", of: node), let name = fields.text(named) else {
            return nil
        }
        guard let action = extensions.action(named: name) else {
            let known = extensions.actions.map(\.name)
            let list = known.isEmpty ? "none" : YAMLFields.list(known)
            fields.fail(named, "action '\(name)' is not registered; registered: \(list)")
            return nil
        }
        fields.checkNames(of: node, among: ["name"] + action.parameters)
        let values = action.parameters.map { fields.text(fields.required($0, of: node)) }
        let parameters = zip(action.parameters, values).compactMap { name, value in
            value.map { NamedValue(name, $0) }
        }
        guard parameters.count == action.parameters.count else { return nil }
        return .custom(name: name, parameters: parameters)
    }

    // MARK: Members

    private func duration(_ name: String, _ node: Node) -> Duration? {
        fields.duration(fields.required(name, of: node))
    }

    private func whole(_ name: String, _ node: Node, in range: ClosedRange<Int>) -> Int? {
        fields.whole(fields.required(name, of: node), in: range)
    }

    /// - Returns: 0 if it is left out.
    private func count(_ name: String, _ node: Node) -> Int? {
        guard let member = node.mapping?[name] else { return 0 }
        return fields.whole(member, in: 0...100_000)
    }

    private func rate(_ name: String, _ node: Node) -> Double? {
        fields.number(fields.required(name, of: node), in: 1...100_000)
    }

    // MARK: Forms

    private static let forms = faultForms + loadForms + dataForms + siteForms + performanceForms

    private static let faultForms = [
        Form("inject_fault", FaultReader.members) { reader, node in
            FaultReader(fields: reader.fields).fault(node).map { .injectFault($0) }
        },
        Form("change_fault", ["name", "fraction"]) { reader, node in
            let name = reader.fields.text(reader.fields.required("name", of: node))
            let fraction = reader.fields.number(
                reader.fields.required("fraction", of: node), in: 0...1)
            guard let name, let fraction else { return nil }
            return .changeFault(name, fraction: fraction)
        },
        Form("lift_fault", ["name"]) { reader, node in
            reader.fields.text(reader.fields.required("name", of: node)).map { .liftFault($0) }
        },
        Form("run_episodes", ["kinds", "open_within", "closed_within"]) { reader, node in
            let kinds = reader.fields.elements(of: reader.fields.required("kinds", of: node)) {
                reader.fields.choice($0, as: Action.Episode.self)
            }
            let opening = reader.duration("open_within", node)
            let closing = reader.duration("closed_within", node)
            guard let kinds, let opening, let closing else { return nil }
            return .runEpisodes(kinds, openWithin: opening, closedWithin: closing)
        },
    ]

    private static let loadForms = [
        Form("wait", ["for"]) { reader, node in reader.duration("for", node).map { .wait($0) } },
        Form("pause_load") { _, _ in .pauseLoad },
        Form("resume_load") { _, _ in .resumeLoad },
        Form("call_storage", ["times"]) { reader, node in
            reader.whole("times", node, in: 1...100_000).map { .callStorage(times: $0) }
        },
    ]

    private static let dataForms = [
        Form("kill_queue", ["after_acknowledgements"]) { reader, node in
            reader.whole("after_acknowledgements", node, in: 1...100_000)
                .map { .killQueue(afterAcknowledgements: $0) }
        },
        Form("compare_ledger", ["drained_within"]) { reader, node in
            reader.duration("drained_within", node).map { .compareLedger(drainedWithin: $0) }
        },
        Form("create_data", ["writes", "overwrites", "deletes"]) { reader, node in
            let writes = reader.whole("writes", node, in: 1...100_000)
            let overwrites = reader.count("overwrites", node)
            let deletes = reader.count("deletes", node)
            guard let writes, let overwrites, let deletes else { return nil }
            return .createData(writes: writes, overwrites: overwrites, deletes: deletes)
        },
        Form("take_backup", ["type"]) { reader, node in
            reader.fields.choice(reader.fields.required("type", of: node))
                .map { .takeBackup($0) }
        },
        Form("verify_backup") { _, _ in .verifyBackup },
        Form("destroy_objects", ["deleted", "corrupted"]) { reader, node in
            let (deleted, corrupted) = (
                reader.count("deleted", node), reader.count("corrupted", node)
            )
            guard let deleted, let corrupted else { return nil }
            if deleted + corrupted == 0 {
                reader.fields.fail(node, "nothing would be destroyed: 'deleted' or 'corrupted'")
            }
            return .destroyObjects(deleted: deleted, corrupted: corrupted)
        },
        Form("restore_backup", ["into"]) { reader, node in
            reader.fields.choice(reader.fields.required("into", of: node))
                .map { .restoreBackup(into: $0) }
        },
        Form("compare_backup") { _, _ in .compareBackup },
    ]

    private static let siteForms = [
        Form("set_read_only", ["enabled"]) { reader, node in
            reader.fields.flag(reader.fields.required("enabled", of: node))
                .map { .setReadOnly($0) }
        },
        Form("await_failback", ["within"]) { reader, node in
            reader.duration("within", node).map { .awaitFailback(within: $0) }
        },
        Form("compare_sites") { _, _ in .compareSites },
    ]

    private static let performanceForms = [
        Form("measure_baseline", ["for", "rate"]) { reader, node in
            let (lasting, rate) = (reader.duration("for", node), reader.rate("rate", node))
            guard let lasting, let rate else { return nil }
            return .measureBaseline(lasting: lasting, rate: rate)
        },
        Form("sweep_clients", ["clients", "each"]) { reader, node in
            let clients = reader.fields.elements(of: reader.fields.required("clients", of: node)) {
                reader.fields.whole($0, in: 1...1024)
            }
            let each = reader.duration("each", node)
            guard let clients, let each else { return nil }
            if zip(clients, clients.dropFirst()).contains(where: { $0 >= $1 }) {
                reader.fields.fail(node, "'clients' must grow from one number to the next")
            }
            return .sweepClients(clients, each: each)
        },
        Form("transfer_large", ["count", "bytes"]) { reader, node in
            let count = reader.whole("count", node, in: 1...1000)
            let bytes = reader.whole("bytes", node, in: 1...1_073_741_824)
            guard let count, let bytes else { return nil }
            return .transferLarge(count: count, bytes: bytes)
        },
        Form("stress", ["limit_factor", "each"]) { reader, node in
            let limit = reader.fields.number(
                reader.fields.required("limit_factor", of: node), in: 2...1000)
            let each = reader.duration("each", node)
            guard let limit, let each else { return nil }
            return .stress(limitFactor: limit, each: each)
        },
        Form("rest", ["for"]) { reader, node in reader.duration("for", node).map { .rest($0) } },
    ]
}
