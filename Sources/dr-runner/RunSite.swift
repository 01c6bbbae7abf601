import ArgumentParser
import DRTesting
import Engine
import EventLog
import Foundation
import Projections
import Service

/// Where runs are recorded, and how many may be under way there at once.
struct RunSite {
    let store: EventStore
    let slots: Int
    let outside: OutsideCheckpoints?
    private let channels: [Channel]

    /// Also closes the runs whose runner was lost.
    init(_ data: DataOptions, _ settings: Settings) async throws {
        ProcessLimits.prepare()
        channels = try ChannelFile.channels(
            of: data.directory, environment: ProcessInfo.processInfo.environment)
        store = try EventStore(data.directory)
        slots = settings.slots
        outside = OutsideCheckpoints.standard(
            logID: store.reader.logID, environment: ProcessInfo.processInfo.environment)
        for id in try await UnfinishedRuns(store: store).closeLost() {
            complain("test \(id) was closed: its runner was lost")
        }
    }

    /// Carries out a run while people watch, and hands out what came of it.
    ///
    /// - Returns: the code for the signal that ended it, else for its verdict.
    func perform(
        _ request: RunRequest, json: Bool, junit: JUnitFile? = nil, journal: JournalFile? = nil
    ) async throws -> ExitCode {
        let view = RunView(on: Terminal(json: json))
        let runner = Runner(
            store: store, slots: slots, outside: outside, progress: { view.show($0) })
        let signals = SignalWatch { runner.stop(.signal($0)) }
        let report: RunReport
        do {
            report = try await runner.run(request)
        } catch {
            // Lost runs were closed before, and give rise to alerts too.
            await deliver()
            throw await namingTests(in: error)
        }
        view.finish()
        try junit?.write(report)
        try journal?.finish()
        // Whoever gave the key finds the run in the log.
        if json, request.key == nil,
            let document = try TestDocument.json(ofTest: report.id, store.reader)
        {
            try tell(String(decoding: document, as: UTF8.self))
        }
        await deliver()
        if let number = signals.received { return ExitCode(128 + number) }
        return report.finished.exitCode
    }

    /// Tells the channels, unless a server does. What does not arrive now waits in the log.
    private func deliver() async {
        do {
            try await DeliveryRound.run(store, channels: channels)
        } catch {
            complain("alerts are not delivered: \(reason(for: error))")
        }
    }

    /// People know runs by the ids of their tests. One that is not recorded yet keeps its key.
    func namingTests(in error: any Error) async -> any Error {
        guard let refusal = error as? RunnerError, refusal.code == .busy else { return error }
        let underWay = (try? await UnfinishedRuns(store: store).all()) ?? []
        let message = underWay.reduce(refusal.message) { text, entry in
            text.replacing("run \(entry.runKey)", with: "test \(entry.id)")
        }
        return RunnerError(refusal.code, message)
    }
}

extension RunFinished {
    fileprivate var exitCode: ExitCode {
        switch (status, verdict) {
        case (.cancelled, _): .cancelled
        case (_, .passed): .success
        case (_, .failed): .failure
        default: .inconclusive
        }
    }
}
