internal import DRTesting

/// Calls to services, programs and plug-ins outside the storage system.
extension Drill {
    /// What a scenario calls is looked at before anything is broken, so that no drill stops half
    /// way because something is not allowed.
    var outsideChecks: [(String, String, () async throws -> String)] {
        let calls = request.scenario.outsideCalls
        if calls.isEmpty { return [] }
        return [
            (
                "calls outside allowed",
                "the target allows all of them, and plug-ins offer what the scenario names",
                { try await self.check(calls) }
            )
        ]
    }

    private func check(_ calls: [OutsideCall]) async throws -> String {
        for call in calls { try outside.check(call) }
        let plugins = try await describePlugins(calls)
        facts.update { $0.plugins = plugins }
        var changesSomething = false
        for action in request.scenario.steps.flatMap(\.actions) {
            guard case .callOutside(let action) = action else { continue }
            if try undo(of: action) != nil { changesSomething = true }
        }
        if changesSomething { try await changes.prepare() }
        let titles = plugins.values.map { "plug-in \($0.title)" }.sorted()
        return ([calls.count.counted("call")] + titles).joined(separator: ", ")
    }

    /// Each plug-in is asked once; what the scenario says of it must be what it says itself.
    private func describePlugins(
        _ calls: [OutsideCall]
    ) async throws -> [String: PluginDescription] {
        var plugins: [String: PluginDescription] = [:]
        for call in calls {
            guard case .plugin(let call) = call, plugins[call.path] == nil else { continue }
            plugins[call.path] = try await outside.describe(
                call.path, environment: call.environment)
        }
        for call in calls {
            guard case .plugin(let call) = call, call.purpose == .action else { continue }
            _ = try plugins[call.path]?.action(for: call)
        }
        for probe in request.scenario.probes {
            guard case .plugin(let call) = probe.call else { continue }
            try plugins[call.path]?.check(probe, call)
        }
        return plugins
    }

    /// What puts an action back; `nil` if it changes nothing.
    private func undo(of action: OutsideAction) throws -> OutsideCall? {
        guard case .plugin(var call) = action.call else { return action.undo }
        guard let plugin = facts.all.plugins[call.path] else {
            throw OutsideError(.unusable, "\(call.path) has not said what it can do")
        }
        let canUndo = try plugin.action(for: call).canUndo
        guard canUndo else { return nil }
        call.purpose = .undo
        return .plugin(call)
    }

    func callOutside(_ action: OutsideAction) async throws {
        setWaiting(action.call.words)
        let result: OutsideResult
        if let undo = try undo(of: action) {
            let id = try await changes.plan(action.call, undo: undo)
            facts.update { $0.changes.append(.outside(id)) }
            result = try await changes.carryOut(action.call, of: id)
        } else {
            result = try await outside.perform(action.call.inRun(runKey))
        }
        for line in result.log { await log(.info, "plugin", line) }
        await log(.info, "outside", "\(action.call.words): \(result.status)")
    }
}
