public import EventLog
internal import FoundationEssentials

extension ViewBase {
    /// What every view says at a position, for the archive that the events up to there go to.
    ///
    /// - Parameter archive: gives the events that are not in the log any more, for views that the
    ///   dump beside the log does not hold.
    public static func dump(
        _ reader: EventReader, at position: UInt64, archive: EventSource.Archive? = nil
    ) throws -> ArchiveBase {
        let goesOn = try archive == nil || goesOnFromBase(reader, upTo: position)
        let dump = try BaseDump(
            of: Views.all, at: position, reader, archive: goesOn ? nil : archive)
        return ArchiveBase(position: position) { try dump.next() }
    }

    /// Whether the dump beside the log has all views of this program. If not, they begin with the
    /// first event again.
    private static func goesOnFromBase(
        _ reader: EventReader, upTo position: UInt64
    ) throws -> Bool {
        do {
            guard let base = try needed(by: reader), base.position <= position else { return false }
            return Views.all.allSatisfy { base.holds($0) }
        } catch is ViewError {
            return false
        }
    }

    /// The dump that is kept beside the log, if the beginning of the log is archived; `nil` if it
    /// is not, or if there is none.
    ///
    /// - Throws: `ViewError` with `.badBase` if it is damaged, or belongs to another log.
    static func needed(by reader: EventReader) throws -> ViewBase? {
        let file = reader.directory.base
        guard try reader.firstPosition() > 1, FileManager.default.fileExists(atPath: file) else {
            return nil
        }
        let base = try ViewBase(Data(contentsOf: URL(filePath: file), options: .alwaysMapped))
        try base.checkFits(reader)
        return base
    }
}
