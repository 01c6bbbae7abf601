import Foundation

/// Whether a file may be read. That it may not is no finding about what is in it.
enum Access {
    /// - Returns: the system's words for it; `nil` if the file may be read, or is not there.
    static func refusal(_ path: String) -> String? {
        if access(path, R_OK) == 0 || errno == ENOENT || errno == ENOTDIR { return nil }
        return String(cString: strerror(errno))
    }
}
