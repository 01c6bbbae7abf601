internal import EventLog
internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// Where files of reports are written.
public struct ReportFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path.isEmpty ? "." : path }

    /// Where the file of a name is.
    public func path(of name: String) -> String {
        path.hasSuffix("/") ? path + name : "\(path)/\(name)"
    }

    /// Writes files, in their order, each as `write(_:to:)` does.
    ///
    /// All files must have been made before: what is written is a whole report.
    public func write(_ files: [RenderedFile]) throws {
        for file in files { try write(file.bytes, to: file.name) }
    }

    /// Writes a file that has its name only when it is whole and durable, in the place of one of
    /// that name. Only its owner may read it. Missing folders are made.
    ///
    /// Blocks.
    ///
    /// - Throws: `EventLogError`, or an error of the file system.
    public func write(_ bytes: [UInt8], to name: String) throws {
        let path = path(of: name)
        try make(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
        try DurableFile.write(bytes, to: path)
    }

    /// Whether there is something of this name.
    public func holds(_ name: String) -> Bool { access(path(of: name), F_OK) == 0 }

    /// Makes a folder, and those that it is in, for their owner only. Folders that are there stay
    /// as they are.
    private func make(_ folder: String) throws {
        if folder.isEmpty || access(folder, F_OK) == 0 { return }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }
}
