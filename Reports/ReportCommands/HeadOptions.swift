public import ArgumentParser
public import Reporting

/// Up to where a report reads the log, and when it judges.
package struct HeadOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the log only up to this position. (default: the last event of the period that "
                + "is no report)", valueName: "position"))
    package var asOf: UInt64?

    @Option(
        help: ArgumentHelp(
            "Judge what is due at the end of the period, also if the log does not show yet that "
                + "it is over, or at the head. (default: as the log shows)", valueName: "moment"))
    package var judgeAt: HistoryRequest.Judgement?

    package init() {}
}

extension HistoryRequest.Judgement: ExpressibleByArgument {}
