import Foundation

/// What is said where a damaged log crashes whoever reads it: LMDB follows the pages of its file as
/// they are, and one that is not there is a bus error.
enum CrashNotice {
    private static let signals = [SIGBUS, SIGSEGV, SIGABRT]

    /// Instead of a backtrace, which says nothing of the log.
    static func install() {
        for number in signals {
            signal(number) { _ in
                // Nothing here may allocate.
                let notice: StaticString = """
                    dr-audit: the log cannot be read any further, and is most likely damaged: run \
                    dr-audit verify

                    """
                notice.withUTF8Buffer { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
                _exit(3)  // Not intact.
            }
        }
    }

    /// Where somebody else waits for the crash.
    static func remove() {
        for number in signals { signal(number, SIG_DFL) }
    }
}
