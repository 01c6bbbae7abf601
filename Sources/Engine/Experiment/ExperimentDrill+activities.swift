internal import ChaosToolkit
internal import DRTesting
internal import Synchronization
internal import Wire

extension ExperimentDrill {
    /// An activity that was made, or could not be.
    struct Made: Sendable {
        var run: Journal.Run
        /// It says nothing of the system.
        var isUnmade = false
        var took = Duration.zero

        /// Of an activity of the method.
        var verdict: Verdict {
            run.failure == nil ? .passed : isUnmade ? .inconclusive : .failed
        }
    }

    /// Pauses and makes the call. The pause after it is the caller's: what came of the call is
    /// recorded before that.
    ///
    /// - Parameters:
    ///   - isJudged: a tolerance decides over the output, or whoever asked for it.
    ///   - isQuiet: it is one of many of its kind, and is logged only if it fails.
    ///   - keep: told the run as it begins.
    /// - Throws: `CancellationError`.
    func make(
        _ activity: Activity, isJudged: Bool = false, isQuiet: Bool = false,
        keep: (Journal.Run) -> Void = { _ in }
    ) async throws -> Made {
        let pausing = await pause(activity.pauseBefore)
        let substitution = state.withLock { $0.substitution }
        var made = Made(
            run: Journal.Run(
                activity: activity, resolved: activity.provider.recordable(with: substitution),
                start: Int(clock.time(of: .now))))
        keep(made.run)
        let start = ContinuousClock.now
        do {
            try pausing.get()
            setWaiting("'\(activity.name)'")
            let answer = try await outside.call(activity, substitution)
            made.run.output = answer.output
            made.run.failure = isJudged ? nil : activity.failure(in: answer.output)
            if let variable = answer.variable {
                state.withLock { $0.substitution.set(variable.name, to: .string(variable.value)) }
            }
            for warning in answer.warnings where !isQuiet {
                await warn("\(activity.name): \(warning)")
            }
        } catch let failure as ActivityFailure {
            // A call that is cancelled may also end in some other way.
            try Task.checkCancellation()
            made.run.failure = redaction.apply(failure.message)
            made.isUnmade = failure.isUnmade
        }
        made.took = ContinuousClock.now - start
        made.run.end = Int(clock.time(of: .now))
        if !isQuiet || made.run.failure != nil { await logEnd(of: made) }
        return made
    }

    /// - Throws: `CancellationError`.
    func pauseAfter(_ activity: Activity) async throws {
        do {
            try await pause(activity.pauseAfter).get()
        } catch let failure as ActivityFailure {
            await warn("\(activity.name): the pause after it: \(failure.message)")
        }
    }

    private func pause(_ pause: Activity.Pause?) async -> Result<Void, any Error> {
        guard let pause else { return .success(()) }
        let substitution = state.withLock { $0.substitution }
        do {
            let duration = try pause.duration(substituting: substitution)
            setWaiting("\(duration.words) to pass")
            try await Task.sleep(for: duration)
            return .success(())
        } catch let error as ActivityError {
            return .failure(ActivityFailure(error.message, isUnmade: true))
        } catch {
            return .failure(error)
        }
    }

    // MARK: Records

    /// What the result of a step rests on.
    func observation(
        of made: Made, expected: String, verdict: Verdict
    ) -> ObservationMade {
        var observation = ObservationMade()
        observation.name = made.run.activity.name
        observation.source = Observation.Source.client.rawValue
        observation.expected = expected
        observation.value = words(of: made)
        observation.verdict = verdict
        return observation
    }

    /// In one line, without secrets.
    func words(of made: Made) -> String {
        if let failure = made.run.failure, made.run.output.isNull { return failure }
        return redaction.apply(made.run.output.wordsOfOutput)
    }

    /// What was called with what, when, and what came of it.
    private func logEnd(of made: Made) async {
        let run = made.run
        let outcome = run.failure.map { "failed: \($0)" } ?? "succeeded"
        await log(
            run.failure == nil ? "info" : "warn", run.activity.provider.component,
            "\(run.activity.kind.rawValue) '\(run.activity.name)' \(outcome)",
            [
                ("call", String(run.resolved.text().prefix(4000))),
                ("output", String(redaction.apply(run.output).text().prefix(4000))),
                ("start_us", "\(run.start)"), ("end_us", "\(run.end ?? run.start)"),
                ("duration_ms", "\(made.took.milliseconds)"),
            ])
    }

    /// To be seen by whoever watches, and in the log.
    func warn(_ text: String) async {
        let text = redaction.apply(text)
        progress(.warning(text))
        await log("warn", "experiment", text)
    }

    func log(
        _ level: String, _ component: String, _ message: String,
        _ metadata: [(String, String)] = []
    ) async {
        var entry = LogRecorded()
        entry.time = clock.time(of: .now)
        entry.eventType = level == "warn" ? "warning" : "info"
        (entry.component, entry.message, entry.level) = (component, message, level)
        entry.metadata = metadata.map { NamedValue($0.0, $0.1) }
        await journal.note(.logRecorded(entry))
    }
}

extension JSONValue {
    /// The output of an activity for people: its status, and how its text begins.
    fileprivate var wordsOfOutput: String {
        guard let status = self["status"]?.intValue else { return Self.shortened(pythonString) }
        let content = self["body"] ?? self["stdout"] ?? .null
        let text = Self.shortened(content.stringValue ?? content.text())
        return text.isEmpty ? "status \(status)" : "status \(status): \(text)"
    }

    private static func shortened(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > 300 ? line.prefix(300) + "…" : line
    }
}
