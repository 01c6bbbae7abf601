internal import Dispatch
internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// An archive in a folder: one file for each name.
///
/// A name leads to a whole file or to none, also after a crash while it was put.
public struct DirectoryArchive: ArchiveStore {
    public let path: String
    private let queue = DispatchQueue(label: "DirectoryArchive", attributes: .concurrent)

    /// - Parameter path: made with the first file that is put, if it is not there.
    public init(_ path: String) { self.path = DataDirectory.absolute(path) }

    public var description: String { path }

    public func put(_ bytes: [UInt8], as name: String) async throws {
        try await queue.run {
            try makeFolder()
            try ArchiveFile.write(bytes, to: "\(path)/\(name)")
        }
    }

    public func get(_ name: String) async throws -> [UInt8]? {
        try await queue.run { try ArchiveFile.read("\(path)/\(name)") }
    }

    public func list() async throws -> [String] {
        try await queue.run {
            guard FileManager.default.fileExists(atPath: path) else { return [] }
            return try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { !$0.hasSuffix(ArchiveFile.unfinished) }.sorted()
        }
    }

    private func makeFolder() throws {
        if FileManager.default.fileExists(atPath: path) { return }
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        // A file in a folder that a power cut takes away is gone too.
        try ArchiveFile.flushFolder(of: path)
    }
}

/// Files that are whole or not there.
enum ArchiveFile {
    fileprivate static let unfinished = ".tmp"
    private static let pieceSize = 1 << 20

    fileprivate static func write(_ bytes: [UInt8], to path: String) throws(EventLogError) {
        let number = UInt64.random(in: .min ... .max)
        let temporary = "\(path).\(String(number, radix: 16))\(unfinished)"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw EventLogError.system(errno, "\(temporary) cannot be written") }
        var problem = write(bytes, to: descriptor)
        if problem == 0, fsync(descriptor) != 0 { problem = errno }
        close(descriptor)
        if problem == 0, rename(temporary, path) != 0 { problem = errno }
        if problem != 0 {
            unlink(temporary)
            throw EventLogError.system(problem, "\(path) cannot be written")
        }
        try flushFolder(of: path)
    }

    /// - Returns: the number of the error, or 0.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let piece = UnsafeRawBufferPointer(rebasing: rest)
                let written = Glibc.write(descriptor, piece.baseAddress, piece.count)
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if written == 0 || errno != EINTR {
                    return written == 0 ? EIO : errno
                }
            }
            return 0
        }
    }

    fileprivate static func flushFolder(of path: String) throws(EventLogError) {
        let folder = String(path[..<path.lastIndex(of: "/")!])
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_CLOEXEC)
        let isFlushed = descriptor >= 0 && fsync(descriptor) == 0
        let problem = errno
        if descriptor >= 0 { close(descriptor) }
        if !isFlushed { throw EventLogError.system(problem, "\(folder) cannot be flushed") }
    }

    fileprivate static func read(_ path: String) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        let isThere = try forEachPiece(of: path) { bytes += $0 }
        return isThere ? bytes : nil
    }

    /// - Returns: `false` if there is no such file.
    static func forEachPiece(
        of path: String, _ body: ([UInt8]) throws -> Void
    ) throws -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            if errno == ENOENT { return false }
            throw EventLogError.system(errno, "\(path) cannot be read")
        }
        defer { close(descriptor) }
        var piece = [UInt8](repeating: 0, count: pieceSize)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count > 0 {
                try body(Array(piece[..<count]))
            } else if count == 0 {
                return true
            } else if errno != EINTR {
                throw EventLogError.system(errno, "\(path) cannot be read")
            }
        }
    }
}

extension DispatchQueue {
    /// Runs a blocking call on this queue, so that no thread of the cooperative pool waits for it.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            self.async { continuation.resume(with: Result { try body() }) }
        }
    }
}
