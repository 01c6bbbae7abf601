import Foundation

/// Lets the calls of a program fail, or stops it inside of one.
enum Strace {
    /// It is installed, and may trace here.
    static let isThere: Bool = {
        let strace = Process()
        strace.executableURL = URL(filePath: "/usr/bin/strace")
        strace.arguments = ["-o", "/dev/null", "/bin/true"]
        guard (try? strace.run()) != nil else { return false }
        strace.waitUntilExit()
        return strace.terminationStatus == 0
    }()
    static let missing = "strace is not installed (.ci/setup.sh test does it), or may not trace."

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
