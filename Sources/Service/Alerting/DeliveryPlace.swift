internal import EventLog
internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// Where whoever delivers has come to, and the lock that keeps it to one at a time.
///
/// The position is in a file that may be deleted: then events of the last day are looked at again,
/// and the log tells which of them were sent.
final class DeliveryPlace: Sendable {
    private let descriptor: Int32
    private let path: String

    private init(descriptor: Int32, path: String) {
        (self.descriptor, self.path) = (descriptor, path)
    }

    /// - Returns: `nil` while another process delivers.
    static func take(_ directory: DataDirectory) throws -> DeliveryPlace? {
        let lock = directory.runs + "/deliverer.lock"
        let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            throw WebhookError("\(lock) cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        return DeliveryPlace(
            descriptor: descriptor, path: directory.runs + "/deliverer.position")
    }

    deinit { close(descriptor) }

    /// The position up to which every event was sent, or is known to wait.
    var position: UInt64? {
        guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
        return UInt64(String(decoding: bytes.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    /// - Throws: if it cannot be written. The next one then begins further back.
    func move(to position: UInt64) throws {
        let new = path + ".new"
        let isWritten = FileManager.default.createFile(
            atPath: new, contents: Data("\(position)\n".utf8),
            attributes: [.posixPermissions: 0o600])
        guard isWritten, rename(new, path) == 0 else {
            throw WebhookError("\(path) cannot be written")
        }
    }
}
