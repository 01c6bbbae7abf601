/// The numbers of events of runs in `Record`, as far as they are looked at before they are decoded.
enum RunEvent {
    static let requested = 20
    static let finished = 38

    /// Of a run, and needed for what a report keeps of it. Log lines, the course over time, notices
    /// and the last operations are most of a log, and are shown only of runs in depth.
    static func isMeasured(_ number: Int) -> Bool {
        switch number {
        case 25, 31, 32, 33: false
        default: (20...41).contains(number)
        }
    }
}
