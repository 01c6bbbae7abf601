internal import DRTesting
internal import FoundationEssentials
internal import ResilientStorage
internal import S3

/// Actions and observations that the program has registered.
extension Drill {
    var custom: ObservationBoard.Custom {
        ObservationBoard.Custom(
            extensions: extensions, context: CustomContext(drill: self))
    }

    func performCustom(_ name: String, _ parameters: [NamedValue]) async throws {
        guard let action = request.extensions.action(named: name) else {
            throw RunnerError(.internal, "no action '\(name)' is registered")
        }
        setWaiting("'\(name)'")
        let values = Dictionary(
            parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        facts.update { $0.changes.append(.registered(action, parameters: values)) }
        try await action.run(CustomContext(drill: self), values)
    }

    /// Puts back what steps have changed outside the storage system, the last change first.
    ///
    /// - Returns: what was done, or could not be.
    func undoChanges() async -> [CleanupAction] {
        var actions: [CleanupAction] = []
        for change in facts.all.changes.reversed() {
            switch change {
            case .registered(let action, let parameters):
                if let undo = action.undo {
                    actions.append(await self.undo(action.name, undo, parameters))
                }
            case .outside(let id): actions.append(await changes.undo(id))
            }
        }
        // Also what was planned and not begun; and nobody needs to watch any more.
        return await actions + changes.undoAll()
    }

    private func undo(
        _ name: String, _ body: CustomAction.Body, _ parameters: [String: String]
    ) async -> CleanupAction {
        do {
            try await body(CustomContext(drill: self), parameters)
            return CleanupAction(name: "undo '\(name)'", isDone: true, detail: "")
        } catch {
            return CleanupAction(name: "undo '\(name)'", isDone: false, detail: "\(error)")
        }
    }
}

/// What registered actions and observations may use: the storage system, below a prefix of theirs.
private struct CustomContext: DrillContext {
    let drill: Drill

    var prefix: String { drill.keys.custom }

    func put(_ body: [UInt8], to key: String) async -> StorageOutcome<Void> {
        guard let store = drill.system?.store else { return Self.tooEarly() }
        return await store.put(body, to: prefix + key, metadata: [:])
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
