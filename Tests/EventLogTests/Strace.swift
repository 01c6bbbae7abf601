import Foundation

/// Lets the calls of a program fail, or stops it inside of one.
enum Strace {
    static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/strace")
    static let missing = "strace is not installed; .ci/setup.sh test does it."

    /// The command that runs another one.
    ///
    /// - Parameters:
    ///   - effect: as strace wants it: `error=EIO`, `retval=60`, `signal=SIGSTOP`.
    ///   - occurrence: which call of each thread, from 1.
    ///   - files: calls on other files are let be; with none, calls on any count.
    ///   - trace: where it writes the calls; those that failed by it with `(INJECTED)`.
    static func injecting(
        _ effect: String, into call: String, at occurrence: Int, on files: [String] = [],
        trace: String
    ) -> [String] {
        return [
            "strace", "-f", "-o", trace, "-e", "trace=\(call)",
            "-e", "inject=\(call):\(effect):when=\(occurrence)",
        ] + files.flatMap { ["-P", $0] }
    }
}
