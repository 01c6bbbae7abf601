public import DRTesting
internal import Yams

/// Reads scenarios. Every mistake in a file gets a message with its line and column.
public struct ScenarioReader {
    private let fields = YAMLFields()

    /// - Parameters:
    ///   - text: YAML, or JSON, which is YAML too.
    ///   - file: how it is called in messages.
    ///   - settings: values for declared variables, in place of their defaults.
    /// - Throws: `FileError`.
    public static func read(
        _ text: String, file: String, settings: [String: String] = [:]
    ) throws(FileError) -> Scenario {
        let reader = ScenarioReader()
        let scenario = reader.scenario(text, settings: settings)
        guard let scenario, reader.fields.problems.isEmpty else {
            let problems = reader.fields.problems.sorted {
                ($0.line, $0.column) < ($1.line, $1.column)
            }
            throw FileError(file: file, problems: problems)
        }
        return scenario
    }

    private func scenario(_ text: String, settings: [String: String]) -> Scenario? {
        guard let node = fields.document(text) else { return nil }
        fields.checkNames(
            of: node,
            among: [
                "name", "type", "description", "objectives", "variables", "prerequisites",
                "workload", "steps", "cleanup", "abort_when",
            ])
        let variables = variables(node, settings: settings)
        let name = fields.text(fields.required("name", of: node))
        let type = fields.text(fields.required("type", of: node))
        let objectives = objectives(node.mapping?["objectives"])
        let prerequisites = list(node.mapping?["prerequisites"]) {
            fields.choice($0, as: Prerequisite.self)
        }
        let workload = workload(node.mapping?["workload"])
        let steps = list(fields.required("steps", of: node)) { StepReader(fields: fields).step($0) }
        let cleanup = list(node.mapping?["cleanup"]) { fields.choice($0, as: CleanupTask.self) }
        let abortWhen = list(node.mapping?["abort_when"]) {
            StepReader(fields: fields).expectation($0)
        }
        if let list = node.mapping?["steps"], let nodes = list.sequence {
            if nodes.isEmpty { fields.fail(list, "a scenario has at least one step") }
            if nodes.count == steps.count { checkFaults(zip(steps, nodes)) }
        }
        guard let name, let type else { return nil }
        return Scenario(
            name: name, type: type, description: fields.text(node.mapping?["description"]) ?? "",
            objectives: objectives, prerequisites: prerequisites, workload: workload, steps: steps,
            cleanup: cleanup, abortWhen: abortWhen, variables: variables)
    }

    /// A fault can only be lifted while it is in force, and be injected while it is not.
    private func checkFaults(_ steps: Zip2Sequence<[Step], Node.Sequence>) {
        var inForce: Set<String> = []
        for (step, node) in steps {
            guard let place = node.mapping?["action"] else { continue }
            switch step.action {
            case .injectFault(let plan):
                if !inForce.insert(plan.name).inserted {
                    fields.fail(place, "fault '\(plan.name)' is injected while it is in force")
                }
            case .liftFault(let name):
                if inForce.remove(name) == nil {
                    let known = inForce.isEmpty ? "none" : YAMLFields.list(inForce.sorted())
                    fields.fail(
                        place, "fault '\(name)' is not in force at this step; in force: \(known)")
                }
            default: break
            }
        }
    }

    private func list<Element>(_ node: Node?, _ read: (Node) -> Element?) -> [Element] {
        guard let node else { return [] }
        guard let sequence = node.sequence else {
            fields.fail(node, "a list is expected")
            return []
        }
        return sequence.compactMap(read)
    }

    private func variables(_ node: Node, settings: [String: String]) -> [NamedValue] {
        let declared = node.mapping?["variables"]?.mapping
        if declared == nil, let wrong = node.mapping?["variables"] {
            fields.fail(wrong, "a mapping of names and defaults is expected")
        }
        var values: [NamedValue] = []
        for (key, value) in declared ?? [:] {
            guard let name = key.string, let standard = value.scalar?.string else {
                fields.fail(key, "a variable has a name and a default")
                continue
            }
            values.append(NamedValue(name, settings[name] ?? standard))
        }
        for name in settings.keys.sorted() where !values.contains(where: { $0.name == name }) {
            let known = YAMLFields.list(values.map(\.name))
            fields.fail(node, "--set \(name): the scenario has no such variable; it has: \(known)")
        }
        fields.variables = Dictionary(
            values.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        return values
    }

    private func objectives(_ node: Node?) -> Objectives {
        guard let node else { return Objectives(recoveryTime: nil, recoveryPoint: nil) }
        fields.checkNames(of: node, among: ["rto", "rpo"])
        return Objectives(
            recoveryTime: fields.duration(node.mapping?["rto"]),
            recoveryPoint: fields.duration(node.mapping?["rpo"]))
    }

    private func workload(_ node: Node?) -> WorkloadPlan {
        if let node {
            fields.checkNames(
                of: node,
                among: [
                    "writes_per_second", "reads_per_second", "object_bytes", "steady_for",
                    "stable_for",
                ])
        }
        let members = node?.mapping
        return WorkloadPlan(
            writesPerSecond: fields.number(members?["writes_per_second"], in: 1...10_000) ?? 20,
            readsPerSecond: fields.number(members?["reads_per_second"], in: 1...10_000) ?? 20,
            objectBytes: Int(fields.number(members?["object_bytes"], in: 64...4_194_304) ?? 2048),
            steadyFor: fields.duration(members?["steady_for"]) ?? .seconds(4),
            stableFor: fields.duration(members?["stable_for"]) ?? .seconds(5))
    }
}
