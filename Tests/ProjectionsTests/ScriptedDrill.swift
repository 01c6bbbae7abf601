import DRTesting
import EventLog
import Foundation
import Projections
import Testing

/// A run that is told by few events.
struct ScriptedDrill: Sendable {
    let stream: String
    let request: RunRequested

    init(
        _ key: String, scenario: String = "Own drill", target: String = "staging R2",
        kind: String = "builtin", environment: String = "staging", type: String = "custom",
        purpose: String = "drill"
    ) {
        var request = RunRequested()
        (request.runKey, request.scenarioName, request.testType) = (key, scenario, type)
        (request.targetName, request.targetKind) = (target, kind)
        (request.environment, request.purpose) = (environment, purpose)
        (stream, self.request) = ("run/" + key, request)
    }

    var requested: ScriptedEvent { ScriptedEvent(stream, .runRequested(request)) }
    var started: ScriptedEvent { ScriptedEvent(stream, .runStarted(RunStarted())) }

    var impact: ScriptedEvent {
        var mark = MarkRecorded()
        mark.mark = "impact"
        return ScriptedEvent(stream, .markRecorded(mark))
    }

    func result(_ component: String, _ verdict: Verdict) -> ScriptedEvent {
        var result = ResultRecorded()
        (result.component, result.verdict) = (component, verdict)
        return ScriptedEvent(stream, .resultRecorded(result))
    }

    /// - Parameter verdict: `none` for a run that was cancelled.
    func ended(
        _ verdict: Verdict, rto: UInt64? = nil, rpo: UInt64? = nil, message: String = "",
        at time: UInt64 = 0
    ) -> ScriptedEvent {
        var finish = RunFinished()
        finish.status =
            switch verdict {
            case .passed: .completed
            case .failed, .inconclusive: .failed
            case .none: .cancelled
            }
        (finish.verdict, finish.errorMessage, finish.time) = (verdict, message, time)
        (finish.rtoActualMs, finish.rpoActualMs) = (rto, rpo)
        return ScriptedEvent(stream, .runFinished(finish))
    }

    /// Called off when something had been judged already.
    func cancelled(_ verdict: Verdict) -> ScriptedEvent {
        var finish = RunFinished()
        (finish.status, finish.verdict) = (.cancelled, verdict)
        return ScriptedEvent(stream, .runFinished(finish))
    }

    /// Asked for, begun and ended.
    func whole(_ verdict: Verdict) -> [ScriptedEvent] { [requested, started, ended(verdict)] }
}

extension LogFixture {
    /// A view of the whole log. Nothing of the log is open when this returns.
    func folded(_ view: any ReadModel.Type) throws -> FoldedView {
        let reader = try openReader()
        var folded = FoldedView(view)
        try folded.fold(reader, upTo: reader.head().position)
        return folded
    }

    /// The rows of a view of the whole log.
    func rows(of view: any ReadModel.Type) throws -> [[String: Any]] {
        try folded(view).table.rows.map { row in
            let object = try JSONSerialization.jsonObject(with: Data(row))
            return try #require(object as? [String: Any])
        }
    }
}
