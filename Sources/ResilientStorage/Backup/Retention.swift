public import FoundationEssentials

/// Which backups are kept: the last so many, those younger than a duration, and every backup that
/// a kept one builds on. A pure value.
public struct Retention: Equatable, Sendable {
    /// At least 1: the newest backup is never removed.
    public let keepLast: Int
    public let keepFor: Duration

    public init(keepLast: Int, keepFor: Duration = .zero) {
        precondition(keepLast >= 1, "The newest backup is never removed.")
        (self.keepLast, self.keepFor) = (keepLast, keepFor)
    }

    /// What is needed of a backup to decide.
    public struct Backup: Equatable, Sendable {
        public let id: BackupID
        public let snapshotPoint: BackupTime
        /// The backups that this one cannot do without, as its parent or for bytes.
        public let references: Set<BackupID>

        public init(id: BackupID, snapshotPoint: BackupTime, references: Set<BackupID>) {
            (self.id, self.snapshotPoint, self.references) = (id, snapshotPoint, references)
        }

        public init(_ manifest: BackupManifest) {
            self.init(
                id: manifest.id, snapshotPoint: manifest.snapshotPoint,
                references: manifest.references)
        }
    }

    /// The backups to remove, in the order in which to do it: newest first. A backup that builds
    /// on another is younger, so at no moment is there one without what it builds on.
    ///
    /// - Parameter backups: every backup of a destination, in any order.
    public func decide(_ backups: [Backup], now: Date) -> [BackupID] {
        let newestFirst = backups.sorted { $0.id > $1.id }
        let isYoung = { (backup: Backup) in
            let age = BackupTime(now).milliseconds - backup.snapshotPoint.milliseconds
            return Duration.milliseconds(age) < keepFor
        }
        var kept: Set<BackupID> = []
        var pending = newestFirst.prefix(keepLast).map(\.id)
        pending += newestFirst.filter(isYoung).map(\.id)
        let references = Dictionary(
            backups.map { ($0.id, $0.references) }, uniquingKeysWith: { $0.union($1) })
        while let id = pending.popLast() {
            if kept.insert(id).inserted { pending += references[id] ?? [] }
        }
        return newestFirst.map(\.id).filter { !kept.contains($0) }
    }
}
