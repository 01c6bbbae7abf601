/// Whether drills change their result though nothing else did.
///
/// Only drills with the same settings and the same version of the program may be compared: a result
/// that changes with these is no accident.
enum Flakiness {
    /// How many of the last drills are looked at.
    static let window = 10
    /// A single switch is a failure, or its repair.
    static let fewestSwitches = 2

    /// How often a result differs from the one before it.
    ///
    /// - Parameter passed: whether each drill passed, in their order.
    static func switches(_ passed: [Bool]) -> Int {
        zip(passed, passed.dropFirst()).filter { $0.0 != $0.1 }.count
    }

    /// Switches by the most that there can be, from 0 to 1; `nil` below two results.
    static func share(_ passed: [Bool]) -> Double? {
        passed.count < 2 ? nil : Double(switches(passed)) / Double(passed.count - 1)
    }

    /// Whether the last ten results switched at least twice.
    static func isUnstable(_ passed: [Bool]) -> Bool {
        switches(Array(passed.suffix(window))) >= fewestSwitches
    }
}
