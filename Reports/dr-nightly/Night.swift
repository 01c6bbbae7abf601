import DRTesting
import EventLog
import ReportCommands
import Reporting
import Wire

/// One run of the program: makes what is due, records it, and writes the metrics.
struct Night: Sendable {
    /// Who made a report, in the log.
    private static let author = "dr-nightly"

    let schedule: ReportSchedule
    let formats: [ReportFormat]
    /// `nil`: none are written.
    let metrics: MetricsFile?

    /// What was done.
    struct Done: Sendable {
        fileprivate(set) var made: [ReportResult] = []
        /// Why something was not done.
        fileprivate(set) var problems: [String] = []

        /// Does something of which the failure keeps nothing else from being done.
        ///
        /// - Returns: `nil` if it failed.
        @discardableResult
        fileprivate mutating func noting<Value>(
            _ what: String, _ body: () async throws -> Value
        ) async throws -> Value? {
            do {
                return try await body()
            } catch  where ReportExit.code(for: error) == ReportExit.failed {
                problems.append("\(what): \(Console.reason(for: error))")
                return nil
            }
        }

        /// For people.
        var lines: [String] {
            made.isEmpty && problems.isEmpty ? ["nothing is due"] : made.map(\.summary)
        }

        /// The same as one JSON object.
        var json: [UInt8] {
            var writer = JSONWriter()
            writer.object { object in
                object.name("reports")
                object.array { list in for result in made { list.json(result.json) } }
                object.name("problems")
                object.array { list in for problem in problems { list.string(problem) } }
            }
            return writer.bytes + [UInt8(ascii: "\n")]
        }
    }

    /// - Throws: `EventLogError` if the log cannot be read or is not intact. That one report cannot
    ///   be made keeps none of the others from being made.
    func run(on directory: DataDirectory) async throws -> Done {
        do {
            let store = try EventStore(directory)
            var done = try await makeReports(from: store)
            if !done.made.isEmpty { try await done.noting("checkpoint") { try await sign(store) } }
            try await done.noting("metrics") { try await writeMetrics(of: store) }
            return done
        } catch {
            if ReportExit.code(for: error) == ReportExit.notIntact { tellMonitoring() }
            throw error
        }
    }

    private func makeReports(from store: EventStore) async throws -> Done {
        var done = Done()
        for subject in try await due(in: store) {
            let made = try await done.noting("\(subject.type) report") {
                try await make(subject, from: store)
            }
            if let made { done.made.append(made) }
        }
        return done
    }

    private func due(in store: EventStore) async throws -> [ReportSubject] {
        try await store.read { [schedule] reader in
            guard let held = try HeldHistory.of(reader) else { return [] }
            return try DueReports.due(
                schedule, recorded: RecordedReport.all(in: reader), in: held,
                at: LogClock.system.now()
            ) { try $0.head(in: reader) }
        }
    }

    private func make(
        _ subject: ReportSubject, from store: EventStore
    ) async throws -> ReportResult {
        var request = ReportRequest(subject, toolVersion: DRNightly.version)
        // What is due is over by the clock, also if nothing was recorded since.
        request.judgement = .end
        let (report, seal) = try await store.read { [request] in try request.report($0) }
        let made = try await EndingSignals.cancelling { [formats] in
            try await report.allFiles(formats)
        }
        let files = report.filesToRecord(made)
        let folder = ReportFolder(store.directory.reports)
        try await store.read { _ in try folder.write(files) }
        try await store.record(report.record(files, by: Self.author))
        return ReportResult(report, seal, files: files, in: folder)
    }

    /// Seals what was recorded.
    private func sign(_ store: EventStore) async throws {
        let outside = store.directory.outside(logID: store.reader.logID)
        let signed = try await store.signCheckpoint(outside: outside)
        if let problem = signed.outsideProblem {
            console.complain("not anchored outside: \(problem)")
        }
    }

    /// That the log is not intact. What keeps this from being said changes nothing about that.
    private func tellMonitoring() {
        do {
            try metrics?.write(DrillMetrics.notIntact)
        } catch {
            console.complain(Console.reason(for: error))
        }
    }

    /// By the clock, since the log may end long ago.
    private func writeMetrics(of store: EventStore) async throws {
        guard let metrics else { return }
        try await store.read { reader in
            let head = try reader.head()
            let now = max(LogClock.system.now(), head.recorded)
            let today = ReportRequest(
                .period(Period(.daily, containing: now)), toolVersion: DRNightly.version)
            let state = DrillMetrics(
                try today.history(reader).history, reports: try RecordedReport.all(in: reader),
                entries: head.position, at: now)
            try metrics.write(state.bytes)
        }
    }
}

extension EventStore {
    /// Records a report, unless it is recorded already.
    fileprivate func record(_ report: ReportGenerated) async throws {
        try await appendMissing(to: Reports.stream) { reader in
            var reports = Reports()
            var revision: UInt64 = 0
            while case let events = try reader.events(ofStream: Reports.stream, after: revision),
                let last = events.last
            {
                revision = last.record.revision
                for event in events {
                    let record = event.record
                    let known = try TestEvent(number: record.number, payload: record.payload)
                    if let known { reports.apply(known) }
                }
            }
            var generator = SystemRandomNumberGenerator()
            let missing = try Reports.decide(.record(report), in: reports).map { event in
                NewEvent(
                    id: EventID(time: LogClock.system.now(), using: &generator),
                    number: event.number, payload: event.payload)
            }
            return (missing, revision)
        }
    }
}
