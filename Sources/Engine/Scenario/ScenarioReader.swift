public import DRTesting
internal import Yams

/// Reads scenarios. Every mistake in a file gets a message with its line and column.
public struct ScenarioReader {
    private let fields = YAMLFields()
    private let extensions: ScenarioExtensions

    /// - Parameters:
    ///   - text: YAML, or JSON, which is YAML too.
    ///   - file: how it is called in messages.
    ///   - settings: values for declared variables, in place of their defaults.
    ///   - extensions: what may be named beside what comes with the program.
    /// - Throws: `FileError`.
    public static func read(
        _ text: String, file: String, settings: [String: String] = [:],
        extensions: ScenarioExtensions = ScenarioExtensions()
    ) throws(FileError) -> Scenario {
        let reader = ScenarioReader(extensions: extensions)
        let scenario = reader.scenario(text, settings: settings)
        guard let scenario, reader.fields.problems.isEmpty else {
            let problems = reader.fields.problems.sorted {
                ($0.line, $0.column) < ($1.line, $1.column)
            }
            throw FileError(file: file, problems: problems)
        }
        return scenario
    }

    private init(extensions: ScenarioExtensions) { self.extensions = extensions }

    private func scenario(_ text: String, settings: [String: String]) -> Scenario? {
        guard let node = fields.document(text) else { return nil }
        fields.checkNames(
            of: node,
            among: [
                "name", "type", "description", "objectives", "variables", "system", "prerequisites",
                "workload", "probes", "steps", "cleanup", "abort_when",
            ])
        let variables = variables(node, settings: settings)
        let name = fields.text(fields.required("name", of: node))
        let type = fields.text(fields.required("type", of: node))
        let objectives = objectives(node.mapping?["objectives"], ofType: type)
        let prerequisites = list(node.mapping?["prerequisites"]) {
            fields.choice($0, as: Prerequisite.self)
        }
        let workload = workload(node.mapping?["workload"])
        let probes = ProbeReader(fields: fields).probes(
            node.mapping?["probes"], known: extensions)
        var known = extensions
        // Here only their names count: nobody looks while a file is read.
        for probe in probes { known.register(CustomObservation(probe) { _ in Observation(nil) }) }
        let stepReader = StepReader(fields: fields, extensions: known)
        let steps = list(fields.required("steps", of: node)) { stepReader.step($0) }
        let cleanup = list(node.mapping?["cleanup"]) { fields.choice($0, as: CleanupTask.self) }
        let abortWhen = list(node.mapping?["abort_when"]) { stepReader.expectation($0) }
        if let list = node.mapping?["steps"], let nodes = list.sequence {
            if nodes.isEmpty { fields.fail(list, "a scenario has at least one step") }
            if nodes.count == steps.count {
                checkOrder(zip(steps, nodes))
                checkMetrics(zip(steps, nodes))
            }
        }
        guard let name, let type else { return nil }
        return Scenario(
            name: name, type: type, description: fields.text(node.mapping?["description"]) ?? "",
            objectives: objectives, prerequisites: prerequisites, workload: workload, steps: steps,
            cleanup: cleanup, abortWhen: abortWhen, variables: variables,
            system: system(node.mapping?["system"]), probes: probes)
    }

    /// What cannot work where it stands is told before anything is broken.
    private func checkOrder(_ steps: Zip2Sequence<[Step], Node.Sequence>) {
        var order = ActionOrder()
        for (step, node) in steps {
            for (action, place) in zip(step.actions, ActionReader.nodes(of: node)) {
                do throws(ActionOrder.Refusal) {
                    try order.take(action)
                } catch {
                    fields.fail(place, "\(error)")
                }
            }
        }
    }

    /// Of two metrics of one name nobody could tell which is which.
    private func checkMetrics(_ steps: Zip2Sequence<[Step], Node.Sequence>) {
        var taken = Set(Objective.Kind.allCases.map(\.metricName))
        for (step, node) in steps {
            guard let places = node.mapping?["measure"]?.sequence else { continue }
            for (measure, place) in zip(step.measures, places)
            where !taken.insert(measure.name).inserted {
                fields.fail(
                    place, "metric '\(measure.name)' is recorded by something else already")
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

    private func system(_ node: Node?) -> SystemPlan {
        let (standard, names) = (SystemPlan(), ["breaker_open_for", "breaker_failures"])
        guard let node, fields.checkNames(of: node, among: names) else { return standard }
        let failures = fields.number(node.mapping?["breaker_failures"], in: 1...1000)
        return SystemPlan(
            breakerOpenFor: fields.duration(node.mapping?["breaker_open_for"])
                ?? standard.breakerOpenFor,
            breakerFailures: failures.map { Int($0) } ?? standard.breakerFailures)
    }

    private func objectives(_ node: Node?, ofType type: String?) -> Objectives {
        let names = Objective.Kind.allCases.map(\.rawValue)
        guard let node, fields.checkNames(of: node, among: names) else { return Objectives([]) }
        let measured = type.map { Recovery.objectives(ofType: $0) }
        var objectives: [Objective] = []
        for (key, value) in node.mapping ?? [:] {
            guard let kind = key.string.flatMap({ Objective.Kind(rawValue: $0) }),
                let limit = fields.duration(value)
            else { continue }
            // Yams takes names with different tags for different names.
            if objectives.contains(where: { $0.kind == kind }) {
                fields.fail(key, "\(kind.rawValue) is given twice")
            } else if let type, let measured, !measured.contains(kind) {
                let accepted = measured.isEmpty ? "none" : YAMLFields.list(measured.map(\.rawValue))
                fields.fail(
                    key,
                    "'\(kind.rawValue)' is not measured by scenarios of type \(type); accepted: "
                        + accepted)
            } else {
                objectives.append(Objective(kind, limit: limit))
            }
        }
        return Objectives(objectives)
    }

    private func workload(_ node: Node?) -> WorkloadPlan {
        if let node {
            fields.checkNames(
                of: node,
                among: [
                    "writes_per_second", "reads_per_second", "overwrite_share", "delete_share",
                    "keys", "object_bytes", "steady_for", "stable_for",
                ])
        }
        let members = node?.mapping
        let plan = WorkloadPlan(
            writesPerSecond: fields.number(members?["writes_per_second"], in: 1...10_000) ?? 20,
            readsPerSecond: fields.number(members?["reads_per_second"], in: 1...10_000) ?? 20,
            objectBytes: Int(fields.number(members?["object_bytes"], in: 64...4_194_304) ?? 2048),
            steadyFor: fields.duration(members?["steady_for"]) ?? .seconds(4),
            stableFor: fields.duration(members?["stable_for"]) ?? .seconds(5),
            overwriteShare: fields.number(members?["overwrite_share"], in: 0...1) ?? 0.25,
            deleteShare: fields.number(members?["delete_share"], in: 0...1) ?? 0.05,
            keys: Int(fields.number(members?["keys"], in: 10...100_000) ?? 500))
        if let members {
            checkShares(of: plan, members)
            checkIsMeasurable(plan, members)
        }
        return plan
    }

    private func checkShares(of plan: WorkloadPlan, _ members: Node.Mapping) {
        guard plan.overwriteShare + plan.deleteShare > 1,
            let place = members["delete_share"] ?? members["overwrite_share"]
        else { return }
        fields.fail(place, "'overwrite_share' and 'delete_share' are more than all writes")
    }

    /// A recovery that no number of operations could show is not asked for.
    private func checkIsMeasurable(_ plan: WorkloadPlan, _ members: Node.Mapping) {
        let least = Double(StableService.minimumOfEach)
        let slower = plan.readsPerSecond < plan.writesPerSecond ? "reads" : "writes"
        let rate = min(plan.readsPerSecond, plan.writesPerSecond)
        let count = rate * (plan.stableFor / .seconds(1))
        guard count < least,
            let place = members["stable_for"] ?? members["\(slower)_per_second"]
        else { return }
        let needed = Duration.milliseconds(Int((least / rate * 10).rounded(.up)) * 100)
        fields.fail(
            place,
            "it takes \(Int(least)) reads and \(Int(least)) writes to show that service is back; "
                + "\(plan.stableFor.words) has \(Int(count)) \(slower); accepted: "
                + "'stable_for' of \(needed.words) or more, or higher rates")
    }
}
