public import DRTesting

/// The parts of a recovery time as people read them, so that a fault that a script holds does not
/// flatter: how long it was held, and how long it took to notice it and to recover from it.
public enum RecoveryPartText {
    /// - Parameters:
    ///   - metrics: all that were recorded of a run.
    ///   - testType: of the run.
    ///   - words: a time in milliseconds, for people.
    /// - Returns: a phrase for each part that is known.
    public static func phrases(
        of metrics: [MetricRecorded], testType: String, words: (Double) -> String
    ) -> [String] {
        // Where data was destroyed, the end of that is the start of the restore.
        let isRestore = testType == "backup_restore"
        return [
            ("fault_held_ms", isRestore ? "restore begun after" : "fault held"),
            ("time_to_detect_ms", "detected after"),
            ("recovery_after_lift_ms", isRestore ? "restored in" : "recovered after the lift in"),
        ].compactMap { name, label in
            guard let value = metrics.first(where: { $0.name == name })?.value else { return nil }
            // As where a secondary storage takes over while the fault goes on.
            let isBeforeLift = name == "recovery_after_lift_ms" && value == 0
            return isBeforeLift ? "recovered before the lift" : "\(label) \(words(value))"
        }
    }
}
