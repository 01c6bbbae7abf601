public import EventLog
internal import FoundationEssentials

extension ViewBase {
    /// What every view says at a position, for the archive that the events up to there go to.
    ///
    /// A copy stays beside the log, so that views can be built without the archive.
    public static func dump(_ reader: EventReader, at position: UInt64) throws -> ArchiveBase {
        let base = try ViewBase(
            of: Views.all, EventSource(reader), upTo: position, from: needed(by: reader))
        try base.keep(beside: reader)
        return base.forArchive
    }

    /// The dump that is kept beside the log, if the beginning of the log is archived; `nil` if it
    /// is not, or if there is none.
    ///
    /// - Throws: `ViewError` with `.badBase` if it is damaged, or belongs to another log.
    static func needed(by reader: EventReader) throws -> ViewBase? {
        guard try reader.firstPosition() > 1,
            let stored = FileManager.default.contents(atPath: file(of: reader.directory))
        else { return nil }
        let base = try ViewBase(bytes: Array(stored))
        try base.checkFits(reader)
        return base
    }

    /// It is in the archive too: nothing is lost with it.
    private func keep(beside reader: EventReader) throws {
        let file = Self.file(of: reader.directory)
        try Data(bytes).write(to: URL(filePath: file), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    }

    private static func file(of directory: DataDirectory) -> String {
        directory.path + "/views.base"
    }
}
