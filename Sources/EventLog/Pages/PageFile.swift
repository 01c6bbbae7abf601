#if canImport(Glibc)
    internal import Glibc
#endif

/// The bytes of `data.mdb`, read page by page. If the file were mapped, and cut short meanwhile,
/// the process would die.
///
/// LMDB's locks are on `lock.mdb` alone, so this file may be opened and closed beside it.
final class PageFile {
    /// Few enough that also a slow disk shows progress within seconds.
    private static let pagesPerProgress = 256

    private let descriptor: Int32
    private let progress: () -> Void
    private var pagesRead = 0

    init(path: String, progress: @escaping () -> Void) throws(EventLogError) {
        self.progress = progress
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw .system(errno, "\(path) cannot be read") }
    }

    deinit { close(descriptor) }

    /// In bytes, as it is now.
    var length: UInt64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? UInt64(max(status.st_size, 0)) : 0
    }

    func page(_ number: UInt64, size: Int) throws(PageDamage) -> Page {
        pagesRead += 1
        if pagesRead.isMultiple(of: Self.pagesPerProgress) { progress() }
        let (offset, isTooLarge) = number.multipliedReportingOverflow(by: UInt64(size))
        guard !isTooLarge, let offset = off_t(exactly: offset) else { throw Self.end(number) }
        return Page(number: number, bytes: try read(size, at: offset, ofPage: number))
    }

    func commits() throws(PageDamage) -> Commits {
        let first = try MetaPage(try page(0, size: MetaPage.size))
        let bytes = try read(MetaPage.size, at: off_t(first.pageSize), ofPage: 1)
        return try Commits(first, MetaPage(Page(number: 1, bytes: bytes)))
    }

    private func read(
        _ count: Int, at offset: off_t, ofPage number: UInt64
    ) throws(PageDamage) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let result = bytes.withUnsafeMutableBytes { buffer in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                return pread(descriptor, rest.baseAddress, rest.count, offset + off_t(filled))
            }
            if result == 0 { throw Self.end(number) }
            if result > 0 {
                filled += result
            } else if errno != EINTR {
                throw PageDamage(number, "it cannot be read: \(String(cString: strerror(errno)))")
            }
        }
        return bytes
    }

    private static func end(_ number: UInt64) -> PageDamage {
        PageDamage(number, "the file ends before it, or within it")
    }
}
