#if canImport(Glibc)
    internal import Glibc
#endif

/// A file that the kernel makes up while it is read. It says of itself that it is empty, and gives
/// a page at a time: who takes the first read for all of it gets only the beginning.
enum KernelFile {
    /// The whole text; empty if it cannot be read.
    static func text(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var page = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &page, page.count)
            if count > 0 {
                bytes += page[..<count]
            } else if count == 0 || errno != EINTR {
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }
}
