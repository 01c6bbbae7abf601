public import EventLog
internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// Looks at a data directory from outside: nothing in it is opened for writing or made.
public struct DirectoryCheck: Sendable {
    /// Less is not enough for the log and the queue of one long run.
    private static let leastSpace: UInt64 = 256 << 20
    private static let comfortableSpace: UInt64 = 2 << 30

    private let directory: DataDirectory

    public init(_ directory: DataDirectory) { self.directory = directory }

    public func findings() -> [Finding] { [access, space].compactMap(\.self) + slots }

    // MARK: Who may read it

    /// `nil` if the directory is not there yet: it is made for its owner alone.
    private var access: Finding? {
        var status = stat()
        guard stat(directory.path, &status) == 0 else { return nil }
        let mode = String(status.st_mode & 0o777, radix: 8)
        if status.st_mode & 0o077 != 0 {
            return Finding(
                .problem, "access",
                "\(directory.path) has mode \(mode), so others may look into it; chmod 700")
        }
        if status.st_uid != geteuid() {
            return Finding(.note, "access", "\(directory.path) belongs to another user")
        }
        return Finding(.ok, "access", "only its owner may look into \(directory.path)")
    }

    // MARK: Space

    private var space: Finding {
        let place = Self.nearest(directory.path)
        var status = statvfs()
        guard statvfs(place, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            return Finding(.problem, "space", "\(place): the free space is not known: \(reason)")
        }
        return Self.judged(UInt64(status.f_bavail) * UInt64(status.f_frsize), at: place)
    }

    static func judged(_ bytes: UInt64, at place: String) -> Finding {
        let text = "\(bytes >> 20) MiB are free at \(place)"
        if bytes < leastSpace {
            return Finding(.problem, "space", "only \(text); a run wants \(leastSpace >> 20) MiB")
        }
        return Finding(bytes < comfortableSpace ? .note : .ok, "space", text)
    }

    /// The folder itself, or the one in which it would be made.
    private static func nearest(_ path: String) -> String {
        var folder = URL(filePath: path)
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        return folder.path
    }

    // MARK: Who runs

    /// The places for runs that somebody holds; none if there were no runs yet.
    private var slots: [Finding] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.runs)) ?? []
        let places = files.filter { $0.hasPrefix("slot-") }.sorted()
        let held = places.filter { OpenFileLock.isHeld("\(directory.runs)/\($0)") }
        if places.isEmpty { return [] }
        if held.isEmpty { return [Finding(.ok, "lock", "no run holds a lock")] }
        return held.map { place in
            let holder = RunLock.holder(of: "\(directory.runs)/\(place)")
            return Finding(.note, "lock", "\(place) is held by \(holder)")
        }
    }
}
