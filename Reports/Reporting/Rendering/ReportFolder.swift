internal import EventLog
internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// Where files of reports are written.
public struct ReportFolder: Sendable {
    /// Why a folder cannot be had.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

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
    /// - Throws: `EventLogError`, or an error that says which folder cannot be made.
    public func write(_ bytes: [UInt8], to name: String) throws {
        let path = path(of: name)
        try make(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
        try DurableFile.write(bytes, to: path)
    }

    /// Writes a folder of files that has its name only when all of them are in it, whole and
    /// durable. If that comes to nothing, there is no such folder, and no part of one.
    ///
    /// Blocks.
    ///
    /// - Parameters:
    ///   - name: of which there is nothing yet.
    ///   - files: their paths in it, and their bytes.
    /// - Throws: as `write(_:to:)`; also if somebody else has made it meanwhile.
    public func writeFolder(_ name: String, _ files: [(path: String, bytes: [UInt8])]) throws {
        let unfinished = ReportFolder(path(of: ".\(name).\(getpid()).tmp"))
        // Of a process of this number that was killed.
        try? FileManager.default.removeItem(atPath: unfinished.path)
        do {
            for file in files { try unfinished.write(file.bytes, to: file.path) }
            try DurableFile.flush(folder: unfinished.path)
            try DurableFile.move(unfinished.path, to: path(of: name))
        } catch {
            try? FileManager.default.removeItem(atPath: unfinished.path)
            throw error
        }
    }

    /// Whether there is something of this name.
    public func holds(_ name: String) -> Bool { access(path(of: name), F_OK) == 0 }

    /// Makes a folder, and those that it is in, for their owner only. Folders that are there stay
    /// as they are.
    private func make(_ folder: String) throws {
        if folder.isEmpty || access(folder, F_OK) == 0 { return }
        if let end = folder.lastIndex(of: "/") { try make(String(folder[..<end])) }
        if mkdir(folder, 0o700) != 0 && errno != EEXIST {
            let reason = String(cString: strerror(errno))
            throw Failure(description: "\(folder) cannot be made: \(reason)")
        }
    }
}
