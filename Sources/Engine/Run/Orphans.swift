public import DRTesting
public import EventLog
internal import FoundationEssentials

/// Runs that have not ended, by their streams and locks.
public struct UnfinishedRuns: Sendable {
    public struct Entry: Sendable {
        public let id: UInt64
        public let runKey: String
        public let run: TestRun
        /// Its runner is alive. Otherwise it is lost.
        public let isAlive: Bool
        let revision: UInt64
    }

    let store: EventStore
    let environment: [String: String]

    /// - Parameter environment: for what puts back what lost runs have changed outside; `nil`: the
    ///   variables of the process.
    public init(store: EventStore, environment: [String: String]? = nil) {
        self.store = store
        self.environment = environment ?? ProcessInfo.processInfo.environment
    }

    public func all() async throws -> [Entry] {
        let runs = store.directory.runs
        return try await store.read { reader in
            var entries: [Entry] = []
            for name in try reader.streamNames().values.sorted() where name.hasPrefix("run/") {
                if let entry = try Self.entry(name, reader, runs: runs) { entries.append(entry) }
            }
            return entries
        }
    }

    private static func entry(
        _ stream: String, _ reader: EventReader, runs: String
    ) throws -> Entry? {
        let revision = try reader.revision(ofStream: stream)
        // The last events tell most often: a run that has ended ends with its last event.
        guard let tail = try held(stream, after: revision - min(revision, 4), reader) else {
            return nil
        }
        if tail.contains(where: { $0.record.number == 38 }) { return nil }
        let entry = try replayed(stream, reader, runs: runs)
        return entry?.run.finished == nil ? entry : nil
    }

    /// - Returns: `nil` for a run that has left the log for an archive: only ended ones do.
    private static func held(
        _ stream: String, after revision: UInt64, _ reader: EventReader
    ) throws -> [RecordedEvent]? {
        do {
            return try reader.events(ofStream: stream, after: revision)
        } catch let error as EventLogError where error.isArchived {
            return nil
        }
    }

    /// - Returns: `nil` if it is no stream of a run, or has left the log.
    static func replayed(
        _ stream: String, _ reader: EventReader, runs: String
    ) throws -> Entry? {
        let revision = try reader.revision(ofStream: stream)
        var run = TestRun()
        var id: UInt64 = 0
        var read: UInt64 = 0
        while read < revision {
            guard let events = try held(stream, after: read, reader) else { return nil }
            guard let last = events.last else { break }
            if read == 0 { id = events[0].position }
            read = last.record.revision
            for event in events {
                // What cannot be read must not keep the next run from starting.
                let known = try? TestEvent(
                    number: event.record.number, payload: event.record.payload)
                if let known { run.apply(known) }
            }
        }
        let key = String(stream.dropFirst("run/".count))
        // It becomes the name of files.
        if EventID(key) == nil { return nil }
        let isAlive = OpenFileLock.isHeld("\(runs)/\(key).lock")
        return Entry(id: id, runKey: key, run: run, isAlive: isAlive, revision: read)
    }

    /// Closes the runs whose runner is gone, and puts back what runs have left changed outside the
    /// storage system. Their faults ended by themselves: they are leases.
    ///
    /// - Returns: the ids of the runs that were closed.
    public func closeLost() async throws -> [UInt64] {
        var closed: [UInt64] = []
        for entry in try await all() where !entry.isAlive {
            let undone = await undoChanges(of: entry)
            var finish = RunFinished()
            (finish.status, finish.verdict, finish.ending) = (.failed, .inconclusive, .lost)
            finish.time = Runner.now()
            let step = entry.run.steps.last.map { "step \($0.index + 1), \($0.name)" }
            let left = undone.filter { !$0.isDone }
            finish.errorMessage =
                "runner lost at \(step ?? "the start")"
                + left.map { "; \($0.changeID) is not undone: \($0.detail)" }.joined()
            finish.stepsNotExecuted = entry.run.stepsNotBegun
            let undoings = undone.map { TestEvent.externalChangeUndone($0) }
            let end = try TestRun.decide(.finish(finish), in: entry.run)
            var run = entry.run
            for event in undoings + end { run.apply(event) }
            let alerts = AlertRules.alerts(of: run, test: entry.id)
            do {
                // Only if nothing came since it was read: it may just have ended by itself.
                try await append(
                    undoings + alerts.map { TestEvent.alertRaised($0) } + end, to: entry,
                    expecting: .exactly(entry.revision))
            } catch let error as EventLogError where error.isWrongRevision {
                continue
            }
            for path in ["\(entry.runKey).lock", entry.runKey] {
                try? FileManager.default.removeItem(atPath: "\(store.directory.runs)/\(path)")
            }
            mark(entry.runKey, isLeft: !left.isEmpty)
            closed.append(entry.id)
        }
        try await undoLeftChanges(except: closed)
        removeLocksOfNobody()
        return closed
    }

    /// A runner may have died after it took its lock and before it recorded its run.
    private func removeLocksOfNobody() {
        let (runs, files) = (store.directory.runs, FileManager.default)
        for name in (try? files.contentsOfDirectory(atPath: runs)) ?? []
        where name.hasSuffix(".lock") {
            let key = String(name.dropLast(".lock".count))
            guard EventID(key) != nil, !OpenFileLock.isHeld("\(runs)/\(name)") else { continue }
            try? files.removeItem(atPath: "\(runs)/\(name)")
        }
    }

    /// Whether a run is recorded here and nobody runs it any more.
    func isOver(_ runKey: String) async throws -> Bool {
        guard EventID(runKey) != nil,
            !OpenFileLock.isHeld("\(store.directory.runs)/\(runKey).lock")
        else { return false }
        return try await store.read { reader in
            try reader.revision(ofStream: RunJournal.stream(of: runKey)) > 0
        }
    }

    /// Asks a run to stop and clean up.
    public func cancel(_ entry: Entry, by: String, reason: String) async throws {
        var request = CancelRequested()
        (request.by, request.reason) = (by, reason)
        // The runner may be writing at the same time: whatever stands there, this comes after.
        let events = try TestRun.decide(.cancel(request), in: entry.run)
        try await append(events, to: entry, expecting: .any)
    }

    func append(
        _ events: [TestEvent], to entry: Entry, expecting expected: ExpectedRevision
    ) async throws {
        if events.isEmpty { return }
        var generator = SystemRandomNumberGenerator()
        let new = events.map { event in
            NewEvent(
                id: EventID(time: Runner.now(), using: &generator), number: event.number,
                payload: event.payload)
        }
        let stream = RunJournal.stream(of: entry.runKey)
        _ = try await store.append(new, to: stream, expecting: expected)
    }
}

extension EventLogError {
    fileprivate var isWrongRevision: Bool {
        if case .wrongRevision = code { true } else { false }
    }

    fileprivate var isArchived: Bool {
        if case .archived = code { true } else { false }
    }
}
