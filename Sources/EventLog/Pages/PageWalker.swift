/// Walks the pages of a log's file without LMDB, so that it can neither crash nor be led around in
/// a circle, and names the page that is damaged.
///
/// It finds what hashes cannot: they cover the values, and not the way by which LMDB comes to them.
/// A page with damage in its head can hide events from one reader and not from another.
///
/// A log in use is walked only if nothing is committed meanwhile; another process may have it open.
public struct PageWalker {
    private static let attempts = 3

    private let path: String

    public init(_ directory: DataDirectory) { path = directory.log + "/data.mdb" }

    /// Reads each page that is in use once, from the disk or the system's cache. Changes nothing.
    ///
    /// - Parameter progress: called after some hundred pages each.
    /// - Throws: `EventLogError` if the file cannot be opened. Whatever else cannot be read is a
    ///   problem of its page.
    public func walk(progress: @escaping () -> Void = {}) throws(EventLogError) -> PageReport {
        for _ in 0..<Self.attempts {
            let file = try PageFile(path: path, progress: progress)
            let commits = Result { () throws(PageDamage) in try file.commits() }
            let report = Self.walk(file, commits)
            // A writer changes no page that the last commit uses, so all was of one piece.
            let after = Result { () throws(PageDamage) in try file.commits() }
            if after == commits { return report }
        }
        return PageReport()
    }

    private static func walk(
        _ file: PageFile, _ commits: Result<Commits, PageDamage>
    ) -> PageReport {
        switch commits {
        case .success(let commits):
            var walk = SnapshotWalk(file, of: commits)
            return walk.walk()
        case .failure(let damage):
            // Which of two commits is the last is then anybody's guess.
            var report = PageReport()
            report.pagesWalked = 0
            report.add(damage.message())
            return report
        }
    }
}
