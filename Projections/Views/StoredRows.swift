/// The rows of one generation of a view, as they are stored.
struct StoredRows: Sendable {
    private let file: ViewFile
    private let generation: [UInt8]
    private let writer: WriteBehind?

    /// - Parameter writer: what may still be writing the batch before.
    init(
        _ file: ViewFile, generation: UInt64, of view: any ReadModel.Type,
        writer: WriteBehind? = nil
    ) {
        (self.file, self.generation) = (file, ViewKey.generation(generation, of: view))
        self.writer = writer
    }

    func value(_ key: [UInt8]) throws -> [UInt8]? {
        try writer?.wait()
        return try file.value(generation + key)
    }

    /// The rows from an id on of which the events were recorded before a time, and whether there
    /// are others after them.
    func rows(
        from id: UInt64, recordedBefore time: UInt64
    ) throws -> (rows: [AddedRows.Row], areYoungerLeft: Bool) {
        try writer?.wait()
        return try file.oldRows(of: generation, from: id, recordedBefore: time)
    }
}
