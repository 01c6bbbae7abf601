internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// A file that has no name any more: it goes with the last process that has it open.
///
/// Children read and print by such files, not by pipes: one whose parent has died goes on
/// undisturbed, and nothing is left behind.
final class NamelessFile: Sendable {
    private let number: Int32

    var descriptor: FileDescriptor { FileDescriptor(rawValue: number) }

    /// - Throws: `Errno`.
    init(in folder: String, holding bytes: [UInt8] = []) throws {
        let path = "\(folder)/.nameless-\(String(UInt64.random(in: 0...UInt64.max), radix: 16))"
        let descriptor = try FileDescriptor.open(
            FilePath(path), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: .ownerReadWrite)
        number = descriptor.rawValue
        unlink(path)
        try descriptor.writeAll(bytes)
        try descriptor.seek(offset: 0, from: .start)
    }

    deinit { try? descriptor.close() }

    /// From its beginning. What is longer is cut.
    func contents(limit: Int = 1 << 20) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = bytes.withUnsafeMutableBytes { buffer in
            (try? descriptor.read(fromAbsoluteOffset: 0, into: buffer)) ?? 0
        }
        return Array(bytes.prefix(count))
    }
}
