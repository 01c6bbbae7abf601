import Foundation

/// How much is tried: little in every test run, much if `DR_SOAK` is set.
enum Effort {
    static let isSoak = ProcessInfo.processInfo.environment["DR_SOAK"] != nil

    static func count(_ normal: Int, soak: Int) -> Int { isSoak ? soak : normal }
}
