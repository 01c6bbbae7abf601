public import EventLog

/// Tables as they were at some moment, however many rows they have.
///
/// What follows from few events is folded in memory. All else is built in a temporary file, or in
/// memory too where there is no room for one.
public enum PastTables {
    /// Tables that follow from so many events are small.
    private static let fewEvents: UInt64 = 5000

    /// Hands over `ViewRows.json` of a view at a position, piece by piece.
    ///
    /// - Parameter archive: gives the events that are not in the log any more.
    /// - Throws: `EventLogError` with `.archived` if events are missing; what `sink` throws.
    public static func write(
        _ view: any ReadModel.Type, at position: UInt64, _ reader: EventReader,
        archive: EventSource.Archive? = nil, to sink: (_ piece: [UInt8]) throws -> Void
    ) throws {
        if position > fewEvents,
            let store = try stored([view], at: position, reader, archive: archive)
        {
            return try store.write(view, to: sink)
        }
        var folded = FoldedView(view)
        try folded.fold(reader, archive: archive, upTo: position)
        try sink(folded.table.json)
    }

    /// What became of views between two positions, in the order of the views.
    ///
    /// - Parameters:
    ///   - first: not after `second`.
    ///   - archive: gives the events that are not in the log any more.
    /// - Throws: `EventLogError` with `.archived` if events are missing.
    public static func differences(
        of views: [any ReadModel.Type], from first: UInt64, to second: UInt64,
        _ reader: EventReader, archive: EventSource.Archive? = nil
    ) throws -> [TableDifference] {
        if second > fewEvents,
            let before = try stored(views, at: first, reader, archive: archive),
            let after = try stored(views, at: second, reader, archive: archive)
        {
            return try views.map { try after.difference(of: $0, since: before) }
        }
        return try views.map { view in
            var folded = FoldedView(view)
            try folded.fold(reader, archive: archive, upTo: first)
            let before = folded.rowsByKey
            try folded.fold(reader, archive: archive, upTo: second)
            return TableDifference(from: before, to: folded.rowsByKey)
        }
    }

    /// Builds views in a temporary file.
    ///
    /// - Returns: `nil` if there is no room for one.
    static func stored(
        _ views: [any ReadModel.Type], at position: UInt64, _ reader: EventReader,
        archive: EventSource.Archive? = nil
    ) throws -> ViewStore? {
        guard let folder = TemporaryFolder() else { return nil }
        do {
            let store = try ViewStore(reader, in: folder)
            try store.rebuild(views, archive: archive, upTo: position)
            return store
        } catch let error where error is EventLogError || error is ViewError {
            throw error
        } catch {
            return nil
        }
    }
}
