import Foundation
import ReportCommands

#if canImport(Glibc)
    import Glibc
#endif

/// A file that node_exporter reads: replaced as a whole, and readable by everybody.
struct MetricsFile: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let path: String

    /// - Throws: `Failure`.
    func write(_ bytes: [UInt8]) throws {
        // Files that do not end in .prom are not looked at.
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        if descriptor < 0 { throw failure(errno) }
        // The mask of the process may keep everybody else out.
        fchmod(descriptor, 0o644)
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data(bytes))
            try file.synchronize()
            try file.close()
        } catch {
            unlink(temporary)
            throw Failure(description: "\(path) cannot be written: \(Console.reason(for: error))")
        }
        if rename(temporary, path) != 0 {
            let number = errno
            unlink(temporary)
            throw failure(number)
        }
    }

    private func failure(_ number: Int32) -> Failure {
        Failure(description: "\(path) cannot be written: \(String(cString: strerror(number)))")
    }
}
