package import ArgumentParser
package import Reporting

/// Up to where a report reads the log, and when it judges.
package struct HeadOptions: ParsableArguments {
    package enum Moment: String, ExpressibleByArgument, CaseIterable {
        case end, head
    }

    @Option(
        help: ArgumentHelp(
            "Read the log only up to this position. (default: the last event of the period that "
                + "is no report)", valueName: "position"))
    package var asOf: UInt64?

    @Option(
        help: ArgumentHelp(
            "Judge what is due at the end of the period, also if the log does not show yet that "
                + "it is over, or at the head. (default: as the log shows)", valueName: "moment"))
    package var judgeAt: Moment?

    package init() {}

    package var judgement: HistoryRequest.Judgement? {
        judgeAt.flatMap { HistoryRequest.Judgement(rawValue: $0.rawValue) }
    }
}
