extension ViewStore {
    /// What became of a view since it was as it is in another store.
    func difference(
        of view: any ReadModel.Type, since earlier: ViewStore
    ) throws -> TableDifference {
        var difference = TableDifference()
        let (old, new) = (try earlier.rows(of: view), try rows(of: view))
        _ = try earlier.file.forEachRow(
            of: view, kind: RowKey.row,
            row: { key, row in difference.add(from: row, to: try new?.value(key)) })
        _ = try file.forEachRow(
            of: view, kind: RowKey.row,
            row: { key, row in
                if try old?.value(key) == nil { difference.add(from: nil, to: row) }
            })
        return difference
    }

    private func rows(of view: any ReadModel.Type) throws -> StoredRows? {
        try head(of: view).map { StoredRows(file, generation: $0.generation, of: view) }
    }
}
