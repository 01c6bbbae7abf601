internal import DRTesting
internal import FoundationEssentials
internal import ResilientStorage
internal import S3

extension Drill {
    /// Puts everything back. Goes on when one thing fails.
    ///
    /// - Returns: what was done, the lifting of faults first.
    func cleanUp() async -> CleanupFinished {
        progress(.cleaningUp)
        var actions: [CleanupAction] = []
        if let system {
            let isLifted = await liftFaults()
            actions.append(
                CleanupAction(
                    name: "lift faults", isDone: isLifted,
                    detail: isLifted ? "no fault is in force" : "a fault may still be in force"))
            await stopLoad()
            actions += await undoChanges()
            // Nothing may be delivered any more when the objects are removed.
            await endLoadProcess()
            await system.store.stop()
            // A service that was not called has nothing to recover from.
            if system.service == nil || workload != nil {
                await system.store.resetBreaker()
                actions.append(
                    await Self.attempt("reset breaker") { try await self.checkBreakers(system) })
            }
            actions.append(
                await Self.attempt("remove the drill's objects") { try await self.removeObjects() })
            if let lease {
                actions.append(
                    await Self.attempt("release the storage") {
                        try await lease.release()
                        return ""
                    })
            }
            await system.stop()
        }
        await stopWatchers()
        actions.append(
            await Self.attempt("clear queue and notifications") {
                let files = FileManager.default
                if files.fileExists(atPath: self.directory) {
                    try files.removeItem(atPath: self.directory)
                }
                return ""
            })
        var finished = CleanupFinished()
        finished.actions = actions
        finished.isComplete = actions.allSatisfy(\.isDone)
        return finished
    }

    private static func attempt(
        _ name: String, _ body: () async throws -> String
    ) async -> CleanupAction {
        do {
            return CleanupAction(name: name, isDone: true, detail: try await body())
        } catch {
            return CleanupAction(name: name, isDone: false, detail: "\(error)")
        }
    }

    /// - Throws: `RunnerError` unless all of them are closed, and the queue of a service is empty.
    private func checkBreakers(_ system: SystemUnderTest) async throws -> String {
        // What waits in a service would be stored when the objects have been removed.
        if let trouble = await system.service?.trouble { throw RunnerError(.internal, trouble) }
        var states: [String] = []
        for (name, breaker) in await system.store.breakers {
            let state = "\(name.rawValue): \(breaker.rawValue)"
            guard breaker == .closed else { throw RunnerError(.internal, state) }
            states.append(state)
        }
        return states.joined(separator: ", ")
    }

    /// Removes what lies under the run's own prefix, and nothing else.
    private func removeObjects() async throws -> String {
        guard let system else { return "" }
        let removal = request.sabotage.wrap(ObjectRemoval(runKey: runKey))
        var removed = 0
        for place in system.places { removed += try await removeObjects(from: place, by: removal) }
        return "\(removed.counted("object")) removed"
    }

    private func removeObjects(
        from place: StoragePlace, by removal: any ObjectRemoving
    ) async throws -> Int {
        // A write that was called off may land late.
        let deadline = ContinuousClock.now + .seconds(2)
        var removed = 0
        while true {
            removed += try await removal.removeAll(below: keys.prefix, from: place)
            // Who removes them is not believed.
            let prefix = place.objectKey(keys.prefix)
            let left = try await place.direct.listAll(place.bucket, prefix: prefix).count
            if left == 0 { return removed }
            if ContinuousClock.now > deadline {
                throw RunnerError(
                    .internal, "\(left.counted("object")) still in bucket \(place.bucket)")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
