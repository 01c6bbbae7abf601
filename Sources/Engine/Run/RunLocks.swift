internal import EventLog
internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// A lock that a run holds for its whole life. The system frees it when the process dies, however
/// it dies: a lock that is free means that its run is over or lost, whatever any pid says.
final class RunLock: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    /// Takes the lock, and writes who has it into the file.
    ///
    /// - Returns: `nil` if somebody else has it.
    static func take(_ path: String, holder: String) throws -> RunLock? {
        guard let descriptor = try locked(path, by: OpenFileLock.set) else { return nil }
        ftruncate(descriptor, 0)
        let text = Array(holder.utf8)
        _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        return RunLock(descriptor: descriptor)
    }

    /// What stands in a file, and `text` if nothing does yet: who comes first decides.
    ///
    /// A process that dies on the way leaves it as it was, or empty.
    static func settle(_ path: String, as text: String) throws -> String {
        guard let descriptor = try locked(path, by: OpenFileLock.setWaiting) else {
            throw RunLockError(path: path, number: errno)
        }
        defer { close(descriptor) }
        var stored = [UInt8](repeating: 0, count: 64)
        let count = pread(descriptor, &stored, stored.count, 0)
        if count > 0 { return String(decoding: stored.prefix(count), as: UTF8.self) }
        let bytes = Array(text.utf8)
        let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        if written != bytes.count || fsync(descriptor) != 0 {
            throw RunLockError(path: path, number: errno)
        }
        return text
    }

    /// - Returns: `nil` if the lock is not to be had.
    private static func locked(_ path: String, by command: Int32) throws -> Int32? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw RunLockError(path: path, number: errno) }
        var lock = flock(
            l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
        if fcntl(descriptor, command, &lock) == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    deinit { close(descriptor) }

    /// Who wrote himself into a lock's file last.
    static func holder(of path: String) -> String {
        let bytes = FileManager.default.contents(atPath: path) ?? Data()
        return bytes.isEmpty ? "unknown" : String(decoding: bytes, as: UTF8.self)
    }
}

struct RunLockError: Error, CustomStringConvertible {
    let path: String
    let number: Int32

    var description: String { "\(path) cannot be locked: \(String(cString: strerror(number)))" }
}

/// The places for runs on one data directory: as many as may run at once, over all processes.
struct RunSlots {
    let directory: String
    let count: Int

    /// - Throws: `RunnerError` with `.usage` if the data directory was made for another number.
    init(directory: String, wanted: Int) throws {
        self.directory = directory
        let stored = try RunLock.settle(directory + "/slots", as: "\(wanted)\n")
        let number = Int(stored.filter(\.isNumber))
        guard number == wanted else {
            throw RunnerError(
                .usage,
                "DR_MAX_CONCURRENT_TESTS is \(wanted), but this data directory was made for "
                    + "\(number ?? 0) at once")
        }
        count = wanted
    }

    /// A free place and its number, from 1.
    ///
    /// - Throws: `RunnerError` with `.busy`, naming the holder, if there is none.
    func take(holder: String) throws -> (lock: RunLock, number: Int) {
        for number in 1...count {
            if let lock = try RunLock.take("\(directory)/slot-\(number)", holder: holder) {
                return (lock, number)
            }
        }
        let holders = (1...count).map { RunLock.holder(of: "\(directory)/slot-\($0)") }
        throw RunnerError(
            .busy,
            "another run is under way on this data directory: \(holders.joined(separator: "; "))")
    }
}
