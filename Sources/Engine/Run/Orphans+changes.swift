internal import DRTesting
internal import EventLog
internal import FoundationEssentials

/// What runs have changed outside the storage system and not put back.
extension UnfinishedRuns {
    /// Runs that have ended, and may have left something changed.
    public func changesLeft() async throws -> [Entry] {
        let (runs, keys) = (store.directory.runs, markedRuns())
        return try await store.read { reader in
            try keys.compactMap { key -> Entry? in
                let stream = RunJournal.stream(of: key)
                guard let entry = try Self.replayed(stream, reader, runs: runs) else { return nil }
                let isLeft = entry.run.finished != nil && !entry.run.changesLeft.isEmpty
                return isLeft && !entry.isAlive ? entry : nil
            }
        }
    }

    /// Puts back what a run has left changed, the last change first. The watchdog of the run may
    /// have done it already: it cannot say so.
    func undoChanges(of entry: Entry) async -> [ExternalChangeUndone] {
        if !entry.run.changesLeft.isEmpty { await waitForWatchdog(of: entry.runKey) }
        var all: [ExternalChangeUndone] = []
        for planned in entry.run.changesLeft.reversed() {
            var undone = ExternalChangeUndone()
            (undone.changeID, undone.by) = (planned.changeID, "next start")
            do {
                undone.detail = try await UndoOrder(planned).carryOut(environment: environment)
                undone.isDone = true
            } catch {
                undone.detail = "\(error)"
            }
            all.append(undone)
        }
        return all
    }

    /// Lets a watchdog finish that is still at it: what it does later would hit the next run.
    private func waitForWatchdog(of runKey: String) async {
        let deadline = ContinuousClock.now + Self.watchdogPatience
        while OpenFileLock.isHeld(mark(of: runKey)), ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
        }
    }

    /// One that has not finished by then fails again and again, and stops when others succeed.
    private static let watchdogPatience: Duration = .seconds(5)

    /// Tries again what could not be put back when a run ended.
    ///
    /// - Parameter closed: the runs of which it was tried just now.
    func undoLeftChanges(except closed: [UInt64]) async throws {
        for entry in try await changesLeft() where !closed.contains(entry.id) {
            let undone = await undoChanges(of: entry)
            // What failed before and fails again is nothing new.
            let done = undone.filter(\.isDone)
            try await append(
                done.map { .externalChangeUndone($0) }, to: entry, expecting: .any)
            mark(entry.runKey, isLeft: done.count < undone.count)
        }
        try await removeMarksOfNobody()
    }

    /// Leaves a mark for the next start, or removes it.
    func mark(_ runKey: String, isLeft: Bool) {
        let path = mark(of: runKey)
        if isLeft { try? ChangeMark.set(path) } else { ChangeMark.remove(path) }
    }

    private func mark(of runKey: String) -> String {
        ChangeMark.path(of: runKey, in: store.directory.runs)
    }

    /// A runner may have died after it put back everything and before it removed its mark.
    private func removeMarksOfNobody() async throws {
        let left = try await Set(changesLeft().map(\.runKey))
        for key in markedRuns() where !left.contains(key) {
            guard !OpenFileLock.isHeld("\(store.directory.runs)/\(key).lock") else { continue }
            ChangeMark.remove(mark(of: key))
        }
    }

    private func markedRuns() -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: store.directory.runs)
        return (names ?? []).filter { $0.hasSuffix(ChangeMark.suffix) }
            .map { String($0.dropLast(ChangeMark.suffix.count)) }
            .filter { EventID($0) != nil }
    }
}
