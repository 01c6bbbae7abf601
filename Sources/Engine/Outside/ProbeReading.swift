internal import ChaosToolkit
internal import DRTesting
internal import Synchronization
internal import Wire

extension OutsideProbe {
    /// A longer text is no observation: it would not be kept.
    private static let longestText = 1000

    /// What an answer shows.
    ///
    /// - Throws: `OutsideError` if it shows nothing of the kind.
    func value(of result: OutsideResult) throws(OutsideError) -> ObservedValue {
        switch reading {
        case .status: return .number(Double(result.status))
        case .text: return try value(of: .string(Self.text(result)))
        case .json(let path): return try value(of: Self.find(path, in: result))
        case .value: return try value(of: PluginAnswer.document(result.body))
        }
    }

    private static func text(_ result: OutsideResult) -> String {
        let text = String(decoding: result.body, as: UTF8.self).drop(while: \.isWhitespace)
        let end = text.lastIndex { !$0.isWhitespace }.map { text.index(after: $0) }
        return String(text[..<(end ?? text.startIndex)])
    }

    private static func find(
        _ path: String, in result: OutsideResult
    ) throws(OutsideError) -> JSONValue {
        let document = try PluginAnswer.document(result.body)
        let matches: [JSONValue]
        do {
            matches = try JSONPath(path).matches(document)
        } catch {
            throw OutsideError(.unusable, "'\(path)' is not a JSONPath: \(error)")
        }
        guard matches.count == 1 else {
            throw OutsideError(
                .unexpected, "\(path) stands in \(matches.count.counted("place")), not in one")
        }
        return matches[0]
    }

    /// A text may hold a number or a flag; nothing else is taken for another thing.
    private func value(of found: JSONValue) throws(OutsideError) -> ObservedValue {
        let word = found.stringValue
        let value: ObservedValue? =
            switch kind {
            case .number:
                (found.doubleValue ?? word.flatMap { Double($0) }).map { .number($0) }
            case .flag: (found.boolValue ?? word.flatMap { Bool($0) }).map { .flag($0) }
            case .text: word.map { .text($0) }
            }
        guard let value else {
            throw OutsideError(
                .unexpected, "what was found is \(found.kind), not a \(kind.rawValue)")
        }
        if let word, word.utf8.count > Self.longestText {
            throw OutsideError(.unexpected, "the text is longer than \(Self.longestText) bytes")
        }
        return value
    }
}

extension ScenarioExtensions {
    /// With what a scenario observes for itself, seen by calls of its own.
    func adding(
        _ probes: [OutsideProbe], through caller: OutsideCaller, runKey: String
    ) -> ScenarioExtensions {
        var extensions = self
        for probe in probes {
            let complaints = Complaints()
            let call = probe.call.inRun(runKey)
            extensions.register(
                CustomObservation(probe) { context in
                    do {
                        let value = try probe.value(of: await caller.perform(call))
                        return Observation(caller.redacted(value))
                    } catch let error as OutsideError {
                        if complaints.isNew(error.message) {
                            await context.log("\(probe.name): \(error.message)")
                        }
                        throw error
                    }
                })
        }
        return extensions
    }
}

/// Remembers what was complained last: a probe looks many times.
private final class Complaints: Sendable {
    private let last = Mutex("")

    func isNew(_ message: String) -> Bool {
        last.withLock { last in
            defer { last = message }
            return last != message
        }
    }
}

extension OutsideCaller {
    /// Observed values are kept for good.
    fileprivate func redacted(_ value: ObservedValue) -> ObservedValue {
        if case .text(let text) = value { .text(redacted(text)) } else { value }
    }
}

extension OutsideCall {
    /// The same call, made in a run: plug-ins are told of it.
    func inRun(_ runKey: String) -> OutsideCall {
        guard case .plugin(var call) = self else { return self }
        call.runKey = runKey
        return .plugin(call)
    }
}
