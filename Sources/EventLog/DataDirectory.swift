internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// The folders of a data directory, and the checks before anything in it is touched.
public struct DataDirectory: Sendable {
    public let path: String
    /// The folder outside in which the heads of logs are also kept, each log's in a folder named by
    /// its id. A log that does not continue its head there is not opened; `nil` looks nowhere.
    public var checkpoints: String?

    public init(_ path: String) {
        // Absolute, so that a later change of the working directory does not move the log.
        self.path = Self.absolute(path)
    }

    /// Without a slash at the end.
    static func absolute(_ path: String) -> String {
        let current = FileManager.default.currentDirectoryPath
        var result = path.hasPrefix("/") ? path : current + "/" + path
        while result.count > 1 && result.hasSuffix("/") { result.removeLast() }
        return result
    }

    public var log: String { path + "/log" }
    public var views: String { path + "/views" }
    public var keys: String { path + "/keys" }
    public var runs: String { path + "/runs" }
    public var reports: String { path + "/reports" }
    public var turnstile: String { path + "/log.turn" }
    /// What every view said where the log now begins; not there while no event has left the log.
    public var base: String { path + "/views.base" }
    var host: String { path + "/log.host" }
    /// Where a new log is built. What is found there was left by somebody who did not finish it.
    var unfinishedLog: String { path + "/log.new" }

    public var hasLog: Bool { FileManager.default.fileExists(atPath: log + "/data.mdb") }

    /// Whether a path lies in this directory, or is it: what is there is lost with it.
    public func contains(_ other: String) -> Bool {
        (Self.resolved(other) + "/").hasPrefix(Self.resolved(path) + "/")
    }

    /// Makes the folders, owner only, unless they are there. That of the log comes with the log.
    ///
    /// - Throws: as `checkUsable`.
    func prepare() throws(EventLogError) {
        try checkUsable()
        for folder in [path, views, keys, runs, reports] { try make(folder) }
    }

    /// Looks whether a log of ours is here or could be made here, and touches nothing.
    ///
    /// - Throws: `.notOurs` if the directory holds other things than a log of ours; `.damaged` if
    ///   the log that was here is gone; `.unsafeLocation` for a network file system.
    public func checkUsable() throws(EventLogError) {
        let known: Set = [
            "log", "views", "keys", "runs", "reports", "targets", "log.turn", "log.host",
            "log.new", "views.base", "channels.json",
        ]
        let strangers = Self.contents(of: path).subtracting(known)
            .union(Self.contents(of: log).subtracting(["data.mdb", "lock.mdb"]))
        if !hasLog, let stranger = strangers.min() {
            throw EventLogError(
                .notOurs,
                "\(path) holds '\(stranger)' and no event log; it was left as it is. "
                    + "Choose an empty directory")
        }
        if !hasLog { try checkNothingIsGone() }
        // A log of ours never stood without its keys.
        if hasLog && !FileManager.default.fileExists(atPath: keys) {
            throw EventLogError(
                .notOurs,
                "\(log) holds a database, but \(keys) is not there: it is no event log of ours, or "
                    + "only a part of one; it was left as it is")
        }
        try checkFileSystem()
    }

    private static func contents(of folder: String) -> Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    }

    private func make(_ folder: String) throws(EventLogError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw EventLogError(.writeFailed, "\(folder) cannot be created", cause: error)
        }
    }

    /// Removes the log and its keys, as far as that can be done.
    func removeLog() {
        for path in [log, keys, base] { try? FileManager.default.removeItem(atPath: path) }
    }

    /// LMDB's locks and shared memory need a local file system.
    func checkFileSystem() throws(EventLogError) {
        guard let type = fileSystemType() else { return }
        let isRemote = ["nfs", "cifs", "smb", "9p", "fuse"].contains { type.hasPrefix($0) }
        if isRemote {
            throw EventLogError(
                .unsafeLocation,
                "\(path) is on \(type), where the locks of the log do not work; use a local disk")
        }
    }

    /// Hardly anything can be written any more.
    var isFull: Bool { hasLess(than: 65_536) }

    /// Fewer bytes than these can be written; not if that cannot be told.
    func hasLess(than bytes: UInt) -> Bool {
        var status = statvfs()
        return statvfs(path, &status) == 0 && status.f_bavail * UInt(status.f_frsize) < bytes
    }

    /// The type of the file system that holds the directory, from the kernel's list of mounts.
    private func fileSystemType() -> String? {
        let resolved = Self.resolved(path) + "/"
        var best: (point: String, type: String)?
        for line in KernelFile.text("/proc/self/mountinfo").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), fields.count > max(dash + 1, 4) else {
                continue
            }
            let name = Self.unescaped(fields[4])
            let point = name == "/" ? "/" : "\(name)/"
            if resolved.hasPrefix(point), point.utf8.count >= best?.point.utf8.count ?? 0 {
                best = (point, String(fields[dash + 1]))
            }
        }
        return best?.type
    }

    /// The kernel writes spaces and the like as three octal digits.
    private static func unescaped(_ name: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(name.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(3), as: UTF8.self)
            if byte == UInt8(ascii: "\\"), let value = UInt8(digits, radix: 8) {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Without links, also when the last folders are not there yet.
    static func resolved(_ path: String) -> String {
        var existing = URL(filePath: absolute(path)).standardized
        var missing: [String] = []
        while !FileManager.default.fileExists(atPath: existing.path(percentEncoded: false)),
            existing.pathComponents.count > 1
        {
            missing.insert(existing.lastPathComponent, at: 0)
            existing.deleteLastPathComponent()
        }
        let base = existing.resolvingSymlinksInPath().path(percentEncoded: false)
        return absolute(([base] + missing).joined(separator: "/"))
    }
}
