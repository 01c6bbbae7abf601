internal import DRTesting
internal import FoundationEssentials
internal import ResilientStorage
internal import S3

/// Actions and observations that the program has registered.
extension Drill {
    var custom: ObservationBoard.Custom {
        ObservationBoard.Custom(
            extensions: request.extensions, context: CustomContext(drill: self))
    }

    func performCustom(_ name: String, _ parameters: [NamedValue]) async throws {
        guard let action = request.extensions.action(named: name) else {
            throw RunnerError(.internal, "no action '\(name)' is registered")
        }
        setWaiting("'\(name)'")
        let values = Dictionary(
            parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        facts.update { $0.customActions.append((action, values)) }
        try await action.run(CustomContext(drill: self), values)
    }

    /// Puts back what registered actions have changed, the last one first.
    ///
    /// - Returns: what was done, or could not be.
    func undoCustomActions() async -> [CleanupAction] {
        var actions: [CleanupAction] = []
        for (action, parameters) in facts.all.customActions.reversed() {
            guard let undo = action.undo else { continue }
            var done = CleanupAction(name: "undo '\(action.name)'", isDone: true, detail: "")
            do {
                try await undo(CustomContext(drill: self), parameters)
            } catch {
                (done.isDone, done.detail) = (false, "\(error)")
            }
            actions.append(done)
        }
        return actions
    }
}

/// What registered actions and observations may use: the storage system, below a prefix of theirs.
private struct CustomContext: DrillContext {
    let drill: Drill

    var prefix: String { drill.keys.custom }

    func put(_ body: [UInt8], to key: String) async -> StorageOutcome<Void> {
        guard let store = drill.system?.store else { return Self.tooEarly() }
        return await store.put(body, to: prefix + key)
    }

    func get(_ key: String) async -> StorageOutcome<[UInt8]?> {
        guard let store = drill.system?.store else { return Self.tooEarly() }
        return await store.get(prefix + key)
    }

    func delete(_ key: String) async -> StorageOutcome<Void> {
        guard let store = drill.system?.store else { return Self.tooEarly() }
        return await store.delete(prefix + key)
    }

    func log(_ message: String) async { await drill.log(.info, "custom", message) }

    private static func tooEarly<Value>() -> StorageOutcome<Value> {
        .refused("the storage system is not set up", at: .now)
    }
}
