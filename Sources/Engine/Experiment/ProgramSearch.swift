internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// Finds programs by their names, as Chaos Toolkit does.
struct ProgramSearch: Sendable {
    private let folders: [String]
    private let home: String?
    private let current: String

    init(
        environment: [String: String],
        current: String = FileManager.default.currentDirectoryPath
    ) {
        let path = environment["PATH"] ?? "/usr/bin:/bin"
        folders = path.split(separator: ":").map(String.init)
        (home, self.current) = (environment["HOME"], current)
    }

    /// - Returns: the path from the root; `nil` if there is no such program.
    func find(_ name: String) -> String? {
        if name.hasPrefix("~/"), let home { return Self.usable(home + name.dropFirst()) }
        if name.hasPrefix("/") { return Self.usable(name) }
        if name.contains("/") { return Self.usable("\(current)/\(name)") }
        return folders.lazy.map { $0.hasPrefix("/") ? $0 : "\(current)/\($0)" }
            .compactMap { Self.usable("\($0)/\(name)") }.first
    }

    private static func usable(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            access(path, X_OK) == 0
        else { return nil }
        return path
    }
}
