/// The name of a log in its checkpoints: which log, and since which reopening.
///
/// A log that goes on from an older state may not sign under the name under which it had signed
/// what is lost: nobody could tell that from a fork.
struct LogOrigin: Equatable, CustomStringConvertible {
    private static let prefix = "dr-testing/log/"

    /// 32 hexadecimal digits.
    let logID: String
    /// 0 until the log is reopened for the first time.
    let epoch: UInt64

    init(logID: String, epoch: UInt64) { (self.logID, self.epoch) = (logID, epoch) }

    /// Reads the one form that `description` gives.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let parts = text.dropFirst(Self.prefix.count)
            .split(separator: "/", omittingEmptySubsequences: false)
        guard let id = parts.first, let epoch = parts.count == 2 ? UInt64(parts[1]) : 0 else {
            return nil
        }
        self.init(logID: String(id), epoch: epoch)
        if description != text { return nil }
    }

    var description: String { Self.prefix + logID + (epoch == 0 ? "" : "/\(epoch)") }
}
