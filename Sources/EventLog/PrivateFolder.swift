#if canImport(Glibc)
    internal import Glibc
#endif

/// Folders for what need not outlive this process, which nobody else may read. Whoever makes one
/// removes it.
package enum PrivateFolder {
    /// The folder that `TMPDIR` names.
    package static var parent: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    /// - Parameter name: what its name begins with.
    /// - Returns: its path; `nil`, and `errno` says why, if it cannot be made.
    package static func make(_ name: String, in parent: String = parent) -> String? {
        var path = Array("\(parent)/\(name)-XXXXXX".utf8CString)
        return path.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, mkdtemp(start) != nil else { return nil }
            return String(cString: start)
        }
    }
}
