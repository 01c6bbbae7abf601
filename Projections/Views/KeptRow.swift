internal import DRTesting
internal import Wire

/// A row that people keep: what it says, and since when.
struct KeptRow: WireSchema {
    /// As its event has it.
    var definition: [UInt8] = []
    var isEnabled = false
    var createdAt: UInt64 = 0
    var updatedAt: UInt64 = 0

    static let fields: [WireFieldSchema<Self>] = [
        .bytes(1, \.definition), .bool(2, \.isEnabled), .uint64(3, \.createdAt),
        .uint64(4, \.updatedAt),
    ]

    func read<Definition: WireSchema>(as type: Definition.Type) throws -> Definition {
        try Definition(from: WireReader(definition))
    }
}

/// What an event does to such a row. The definition is that of the event, in its bytes.
enum RowEdit: Equatable {
    case create(definition: [UInt8])
    case change(definition: [UInt8])
    case enable(Bool)
    case remove
}

extension RowTable {
    /// Does to a row what an event says. A row that is removed is in the table no longer; the log
    /// still has it.
    ///
    /// - Returns: the row as it is now; `nil` if there is none.
    mutating func edit(_ id: UInt64, _ edit: RowEdit, at time: UInt64) throws -> KeptRow? {
        let key = RowKey.state(id)
        let kept = try remembered(key, as: KeptRow.self)
        var row = kept ?? KeptRow()
        row.updatedAt = time
        switch edit {
        case .create(let definition):
            // The first one with an id has it.
            if kept != nil { return nil }
            (row.definition, row.isEnabled, row.createdAt) = (definition, true, time)
        case _ where kept == nil: return nil
        case .change(let definition): row.definition = definition
        case .enable(let isEnabled): row.isEnabled = isEnabled
        case .remove:
            try remove(key)
            try remove(RowKey.row(id))
            return nil
        }
        try put(row.encoded, key)
        return row
    }
}

extension JSONWriter {
    /// The columns with which the tables end whose rows people keep.
    mutating func times(of row: KeptRow) {
        member("created_at", time: row.createdAt)
        member("updated_at", time: row.updatedAt)
    }

    mutating func array(_ name: String, _ texts: [String]) {
        self.name(name)
        array { list in for text in texts { list.string(text) } }
    }
}
