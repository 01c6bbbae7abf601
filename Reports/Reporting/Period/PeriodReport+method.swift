extension PeriodReport {
    /// Section 18: how each number of a report comes about. The same for all reports.
    public static let methodNotes: [(title: String, text: String)] = [
        ("What was verified", verificationNote), ("What counts", countingNote),
        ("What was due", dueNote), ("When it is judged", momentNote),
        ("What is unknown", unknownNote), ("Findings", findingNote), ("Intervals", intervalNote),
        ("Percentiles", percentileNote), ("This period against the weeks before", comparisonNote),
        ("Trends", trendNote), ("Benchmarks", benchmarkNote), ("Unstable drills", instabilityNote),
        ("No score", scoreNote), ("Rules that are not evaluated", ruleNote),
    ]

    private static let verificationNote = """
        Every event of the period up to the head was hashed anew. What stands here of earlier \
        drills, and of cadences, schedules, scenarios and excuses that were kept before the \
        period, was read as it is stored: dr-audit verify checks all events of the log.
        """

    private static let countingNote = """
        A run counts in the period in which its end was recorded, so that each run is in one \
        period. Its id is the position of its first event in the log. Drills that ended and were \
        not cancelled are judged; proofs, chaos, cancelled runs and runs under way are listed, and \
        in no figure. A judged drill passed, failed, or was inconclusive, which is never a pass: \
        every judged drill is one of these. All times are UTC.
        """

    private static let dueNote = """
        A drill is due so long after the last success as its cadence says, and anew after each \
        interval. A success at or before that moment is on time, and counts when it came; a later \
        one is late. A drill whose grace ended without a success is overdue, and counts when its \
        grace ended; it is excused if somebody other than its executor accepted that, and late if \
        the success came in the same period. So each drill that was asked for is in one period, \
        and scheduled = on time + late + overdue + excused. A cadence that was disabled or removed \
        asked for drills until then. One that was changed counts as if it had always been what it \
        is now; the change is listed. In the calendar each week is judged for itself.
        """

    private static let momentNote = """
        What is due is judged at the end of the period if the head is its last event and the log \
        goes on after it, or whoever made the report knew that the period was over; else at the \
        time of the head, since only later events show that time went by. The command that makes \
        the report again says which. Drills that have to succeed between that moment and the end \
        of the period are told as not known.
        """

    private static let unknownNote = """
        What was not measured is unknown, and never 0. Every rate stands with its counts. Recovery \
        times have a resolution: the true time may be less by that much.
        """

    private static let findingNote = """
        A drill that failed or was inconclusive opens a finding for its scenario and target. Only \
        a drill that was asked for after the last such one had ended, and passed, closes it. A \
        finding is overdue when it is open for longer than the interval of its cadence, or for 30 \
        days where there is none.
        """

    private static let intervalNote = """
        Rates have the Wilson interval for 95 %: 3 of 3 is 44 % to 100 %. Medians have an interval \
        of order statistics for at least 95 %, which needs six values.
        """

    private static let percentileNote = """
        A typical recovery time is the median, which of an even number is halfway between the two \
        in the middle; a high one is the maximum, with the number of drills. Other percentiles of \
        drills are not shown: the maximum is an upper bound, for 95 %, of the 90th percentile only \
        from 29 drills on, and of the 95th from 59. The percentiles of latencies are those that a \
        run recorded of all its operations.
        """

    private static let comparisonNote = """
        The recovery times of the period are compared with those of the eight weeks before it by \
        the two-sided test of Mann and Whitney, counted exactly, unless so few values, or so many \
        equal ones, could never differ at 5 %. The median of the weeks before is shown from five \
        values on.
        """

    private static let trendNote = """
        A self-starting CUSUM on the logarithm of the weekly medians (k = 0.5, h = 5) signals a \
        lasting change; nothing is said below eight weeks. Of processes that do not change, about \
        one in ten raises a false alarm within 52 weeks. With eight weeks before the change, a \
        shift of one standard deviation is found within 26 weeks in 24 % of cases, of two in 75 %, \
        of three in 98 %: weekly values show large changes, and not small ones. The slope is that \
        of Theil and Sen, with Kendall's test.
        """

    private static let benchmarkNote = """
        A measure is compared with the median of the same measure in the benchmarks of the period \
        before it; the first has none. A loss is told if the new value is more than a tenth beyond \
        the whole 95 % interval of that median, which needs six. What a benchmark compares with \
        a baseline of its own is among its measures.
        """

    private static let instabilityNote = """
        Of the last ten judged drills with the same settings and the same program, those whose \
        result switched at least twice. A result that changes with the settings is no instability.
        """

    private static let scoreNote = """
        There is no score over all drills: an average would hide the one that failed.
        """

    private static var ruleNote: String {
        Recommendations.notEvaluated.map { "\($0.rule): \($0.reason)." }.joined(separator: " ")
    }
}
